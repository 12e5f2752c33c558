import type { DomainEvent, Part } from '#domain/noun.ts'
import type { PartRow } from '../ports/rows.ts'
import { Generations } from './generations.ts'

/** Parts read lately, bounded by number; what is laid over one is forgotten here first. */
export class PartCache {
  readonly #parts: Generations<Part<DomainEvent>>
  readonly #moving = new Map<string, number>()

  constructor(parts: number) {
    this.#parts = new Generations(parts)
  }

  get(name: string): Part<DomainEvent> | undefined {
    return this.#parts.get(name)
  }

  put(name: string, part: Part<DomainEvent>): void {
    this.#parts.set(name, part)
  }

  /** Something is being laid over it: until that has settled, whoever wants the part has to wait. */
  move(name: string): void {
    this.#parts.delete(name)
    this.#moving.set(name, (this.#moving.get(name) ?? 0) + 1)
  }

  settle(name: string): void {
    this.#parts.delete(name)
    const left = (this.#moving.get(name) ?? 1) - 1
    if (left === 0) this.#moving.delete(name)
    else this.#moving.set(name, left)
  }

  isMoving(name: string): boolean {
    return this.#moving.has(name)
  }
}

/** A part out of its rows. */
export function partOf(row: PartRow): Part<DomainEvent> {
  const created = JSON.parse(row.created.eventJson) as DomainEvent
  if (row.overlay === null) return { n: row.n, created }
  return { n: row.n, created, overlay: JSON.parse(row.overlay.eventJson) as DomainEvent }
}
