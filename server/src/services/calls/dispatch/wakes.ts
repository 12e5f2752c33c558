/** What one pass has to look at: routes on which somebody may wait, and things that are brought back. */
export interface Work<Back> {
  readonly account: string
  readonly routes: ReadonlySet<string>
  readonly back: readonly Back[]
}

interface Line<Back> {
  /** Routes on which somebody may wait. */
  routes: Set<string>
  back: Back[]
  /** The last pass begun; never rejects. */
  current: Promise<void>
  /** The pass that has not begun: whoever comes now is looked after by it. */
  next: Promise<void> | undefined
}

/**
 * One pass at a time for each account. Whoever wakes an account while a pass is under way is looked after by the next one, together
 * with all others who came meanwhile; so a thousand wakes lead to a handful of passes, and none is missed.
 */
export class Wakes<Back> {
  readonly #lines = new Map<string, Line<Back>>()
  readonly #pass: (work: Work<Back>) => Promise<ReadonlySet<string>>

  /** `pass` answers with the routes on which somebody may still wait. */
  constructor(pass: (work: Work<Back>) => Promise<ReadonlySet<string>>) {
    this.#pass = pass
  }

  /** Resolves after a pass that began after this call; rejects with it. */
  wake(account: string, more: { readonly routes?: Iterable<string>; readonly back?: Back } = {}): Promise<void> {
    const line = this.#lineOf(account)
    for (const route of more.routes ?? []) line.routes.add(route)
    if (more.back !== undefined) line.back.push(more.back)
    line.next ??= this.#follow(account, line)
    return line.next
  }

  /** Routes on which somebody may wait. */
  routes(account: string): ReadonlySet<string> {
    return this.#lines.get(account)?.routes ?? new Set()
  }

  #follow(account: string, line: Line<Back>): Promise<void> {
    const pass = line.current.then(() => this.#run(account, line))
    line.current = pass.catch(() => {})
    return pass
  }

  async #run(account: string, line: Line<Back>): Promise<void> {
    const { routes, back } = line
    line.next = undefined
    line.back = []
    line.routes = new Set(routes)
    try {
      const still = await this.#pass({ account, routes, back })
      // Who came meanwhile has named its route after this pass looked: kept, whatever was seen.
      if (line.next === undefined) line.routes = new Set(still)
    } finally {
      if (line.next === undefined && line.routes.size === 0) this.#lines.delete(account)
    }
  }

  #lineOf(account: string): Line<Back> {
    const known = this.#lines.get(account)
    if (known) return known
    const line: Line<Back> = { routes: new Set(), back: [], current: Promise.resolve(), next: undefined }
    this.#lines.set(account, line)
    return line
  }
}
