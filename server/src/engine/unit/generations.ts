/**
 * A map that forgets: it keeps at least the last `half` keys set and at most twice as many. Whole generations are dropped,
 * since taking single old keys out of a Map gets slower with every one taken.
 */
export class Generations<Value> {
  readonly #half: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()

  constructor(half: number) {
    this.#half = half
  }

  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  set(key: string, value: Value): void {
    this.#young.set(key, value)
    if (this.#young.size < this.#half) return
    this.#old = this.#young
    this.#young = new Map()
  }

  delete(key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }
}
