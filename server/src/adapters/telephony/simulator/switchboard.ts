import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Clocks } from '#engine/api.ts'
import type { IncomingCall, TelephonyReport } from '#services/calls/ports.ts'
import type { Logger } from '#services/ports.ts'
import { dueOf, type Leg, type Told } from './leg.ts'

type Listener = (report: TelephonyReport) => Promise<void>

/** A leg with what it waits for, who it talks with, and what is being told of it. */
interface Place {
  leg: Leg
  peer?: string
  cancel?: (() => void) | undefined
  telling: Promise<void>
}

/** How many legs that are over can still be asked about. */
const remembered = 10_000

/** Where the legs are: wakes each when its time has come, and tells what happened, one thing after the other for each leg. */
export class Switchboard {
  readonly #clocks: Pick<Clocks, 'at' | 'now'>
  readonly #wake: (leg: Leg) => Promise<void>
  readonly #log: Logger | undefined
  readonly #places = new Map<string, Place>()
  /** Legs that are over, oldest first. */
  readonly #over = new Set<string>()
  /** What is to be told later. */
  readonly #later = new Set<() => void>()
  #listener: Listener | undefined
  #closed = false

  constructor(clocks: Pick<Clocks, 'at' | 'now'>, wake: (leg: Leg) => Promise<void>, log?: Logger) {
    this.#clocks = clocks
    this.#wake = wake
    this.#log = log
  }

  listen(listener: Listener): void {
    this.#listener = listener
  }

  /** Throws once it is closed: nobody then knows what becomes of a call. */
  open(): void {
    if (this.#closed) throw new Error('The simulated carrier is closed.')
  }

  leg(account: string, reference: string): Leg | undefined {
    return this.#places.get(keyOf(account, reference))?.leg
  }

  /** The leg as it is now, to be woken when it is due next. */
  keep(leg: Leg): void {
    const key = keyOf(leg.account, leg.reference)
    const place = this.#places.get(key) ?? { leg, telling: Promise.resolve() }
    this.#places.set(key, place)
    place.leg = leg
    place.cancel?.()
    place.cancel = undefined
    if (leg.phase === 'over') this.#remember(key)
    const due = dueOf(leg)
    if (!due || this.#closed) return
    place.cancel = this.#clocks.at(leg.account, this.#ahead(leg.account, due.at), () => this.#wake(place.leg))
  }

  /** Two legs talk with each other from now on. */
  join(account: string, one: string, other: string): void {
    const keys = [keyOf(account, one), keyOf(account, other)] as const
    const [first, second] = keys.map((key) => this.#places.get(key))
    if (first && second) [first.peer, second.peer] = [keys[1], keys[0]]
  }

  /** The leg that it talks with, while both are there. */
  peer({ account, reference }: Leg): Leg | undefined {
    const peer = this.#places.get(keyOf(account, reference))?.peer
    const leg = peer === undefined ? undefined : this.#places.get(peer)?.leg
    return leg?.phase === 'talking' ? leg : undefined
  }

  /** Tells what is due, and the rest when it is; resolves when what is due has been taken in. */
  tell({ account, reference }: Leg, told: readonly Told[]): Promise<void> {
    const place = this.#places.get(keyOf(account, reference))
    if (!place) return Promise.resolve()
    const now = this.#clocks.now(account)
    for (const one of told) {
      if (one.at <= now) void this.#queue(place, one)
      else this.#delay(place, one)
    }
    return place.telling
  }

  async offer(call: IncomingCall): Promise<void> {
    await this.#hand(call)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const place of this.#places.values()) place.cancel?.()
    for (const cancel of this.#later) cancel()
    this.#later.clear()
    await Promise.all([...this.#places.values()].map(({ telling }) => telling))
  }

  #delay(place: Place, told: Told): void {
    const { account } = place.leg
    const cancel = this.#clocks.at(account, this.#ahead(account, told.at), () => {
      this.#later.delete(cancel)
      return this.#queue(place, told)
    })
    this.#later.add(cancel)
  }

  #queue(place: Place, told: Told): Promise<void> {
    const { account, reference } = place.leg
    place.telling = place.telling.then(() => this.#hand(reportOf(account, reference, told)))
    return place.telling
  }

  async #hand(report: TelephonyReport): Promise<void> {
    if (this.#closed) return
    try {
      await this.#listener?.(report)
    } catch (error) {
      const name = error instanceof Error ? error.name : typeof error
      this.#log?.error(
        { account: report.account, kind: report.kind, error: name },
        'Nobody took what the carrier told.',
      )
    }
  }

  /** On a test clock only what lies ahead is waited for. */
  #ahead(account: string, at: Instant): Instant {
    return Math.max(at, this.#clocks.now(account) + 1)
  }

  #remember(key: string): void {
    this.#over.add(key)
    if (this.#over.size <= remembered) return
    for (const oldest of this.#over) {
      this.#over.delete(oldest)
      this.#places.delete(oldest)
      return
    }
  }
}

function keyOf(account: string, reference: string): string {
  return `${account} ${reference}`
}

function reportOf(account: string, reference: string, told: Told): TelephonyReport {
  switch (told.kind) {
    case 'leg':
      return { kind: 'leg', account, reference, ...told.report }
    case 'speech': {
      const { text, lastsMs, beep } = told
      return { kind: 'speech', account, reference, text, lastsMs, ...(beep && { beep }) }
    }
  }
}
