import type { Id } from '#domain/vocabulary/id.ts'
import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Watch } from './watch.ts'

/** How many turns of one session may wait for the one that runs. */
const mostWaiting = 20

interface Line {
  waiting: number
  /** Settles when the last in line is through, whatever became of it. */
  last: Promise<unknown>
  running: AbortController | undefined
}

/** One turn at a time in each session, in the order in which they came; different sessions do not wait for each other. */
export class Turns {
  readonly #watch: Pick<Watch, 'on'>
  readonly #lines = new Map<Id, Line>()
  readonly #stopped = new AbortController()

  constructor(watch: Pick<Watch, 'on'>) {
    this.#watch = watch
  }

  /**
   * Runs a turn when those before it are through. Its signal: the session is not live any more, or the server stops, and nobody waits
   * for its answer. Those in line find that out themselves. Refused with `busy` where too
   * many wait already, with `unavailable` where the server stops.
   */
  async run<Value>(session: Id, turn: (signal: AbortSignal) => Promise<Value | Refused>): Promise<Value | Refused> {
    if (this.#stopped.signal.aborted) return stopping()
    const line = this.#lines.get(session) ?? { waiting: 0, last: Promise.resolve(), running: undefined }
    if (line.waiting > mostWaiting)
      return refuse('busy', 'Too many messages of this session wait; send it again later.')
    this.#lines.set(session, line)
    line.waiting++
    const own = line.last.then(() => this.#take(session, line, turn))
    line.last = own.catch(() => undefined)
    try {
      return await own
    } finally {
      if (--line.waiting === 0) this.#lines.delete(session)
    }
  }

  /** Leaves what runs, and begins nothing more. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    const running = [...this.#lines.values()]
    for (const line of running) line.running?.abort()
    await Promise.allSettled(running.map(({ last }) => last))
  }

  async #take<Value>(
    session: Id,
    line: Line,
    turn: (signal: AbortSignal) => Promise<Value | Refused>,
  ): Promise<Value | Refused> {
    if (this.#stopped.signal.aborted) return stopping()
    const running = new AbortController()
    const unwatch = this.#watch.on(session, (event) => {
      if (event.type === 'session.moved' && event.from === 'live') running.abort()
    })
    line.running = running
    try {
      return await turn(running.signal)
    } finally {
      line.running = undefined
      unwatch()
    }
  }
}

function stopping(): Refused {
  return refuse('unavailable', 'The server is stopping; send it again in a moment.')
}
