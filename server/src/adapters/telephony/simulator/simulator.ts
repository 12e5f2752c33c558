import { canonicalAddress, isTelephone } from '#domain/vocabulary/address.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Clocks } from '#engine/api.ts'
import type { LegStanding, PlaceCall, Placed, Telephony, TelephonyReport } from '#services/calls/ports.ts'
import type { Logger } from '#services/ports.ts'
import { chanceOf, hexOf } from './chance.ts'
import { readScript } from './check.ts'
import { answer, hangUp, hear, reinvite } from './handling.ts'
import { newLeg, type Leg, type NewLeg, type Played } from './leg.ts'
import { Directory, type Phones } from './phones.ts'
import { planOf } from './plan.ts'
import { play } from './play.ts'
import { lengthOf, type Script } from './script.ts'
import { Switchboard } from './switchboard.ts'
import { andThen } from './telling.ts'

export interface SimulatorNeed {
  /** Phones ring on the clock of the account that calls them. */
  readonly clocks: Pick<Clocks, 'at' | 'now'>
  /** The same seed and the same calls make the same reports. */
  readonly seed?: string | number
  /** Called once for each call that is placed: the proof that nothing was dialled twice. */
  readonly journal?: (line: JournalLine) => void
  readonly log?: Logger
}

export interface JournalLine {
  readonly account: string
  readonly reference: string
  readonly to: string
}

/** A call to one of our numbers. */
export interface IncomingDial {
  /** E.164, both. */
  readonly from: string
  readonly to: string
  /** What the caller does from the answer on; absent: what the phone of that number does. */
  readonly script?: unknown
}

export interface Dialled {
  readonly callId: string
  /** What the leg is called from now on; absent: nobody took the call. */
  readonly reference?: string
}

/** A caller stays on the line no longer than this. */
const callerLimitMs: Milliseconds = 4 * 3_600_000

/** A carrier that has virtual phones on all its lines: by which number is called follows what happens. */
export class Simulator implements Telephony {
  readonly scheme = 'sip'
  readonly #need: SimulatorNeed
  readonly #directory = new Directory()
  readonly #board: Switchboard
  #incoming = 0

  constructor(need: SimulatorNeed) {
    this.#need = need
    this.#board = new Switchboard(need.clocks, (leg) => this.#wake(leg), need.log)
  }

  listen(listener: (report: TelephonyReport) => Promise<void>): void {
    this.#board.listen(listener)
  }

  async place({ account, reference, from, to, ringMs, limitMs }: PlaceCall): Promise<Placed> {
    this.#board.open()
    this.#need.journal?.({ account, reference, to })
    const known = this.#board.leg(account, reference)
    if (known) return { is: 'placed', callId: known.callId }
    if (!isTelephone(to)) return { is: 'refused', cause: 'invalid_number', protocol: { sip: 484, q850: 28 } }
    const number = canonicalAddress('VOICE', to)
    const script = this.#directory.called(account, number, reference)
    const callId = this.#callId(`${account} ${reference} ${from}`)
    this.#start(script, { account, reference, callId, direction: 'outbound', ringMs, limitMs })
    return { is: 'placed', callId }
  }

  async query(account: string, reference: string): Promise<LegStanding | 'unknown'> {
    const leg = this.#board.leg(account, reference)
    return leg ? { callId: leg.callId, reports: leg.line.known } : 'unknown'
  }

  async answer(account: string, reference: string): Promise<{ readonly done: true } | { readonly failed: string }> {
    const leg = this.#board.leg(account, reference)
    if (!leg) return { failed: 'The carrier knows no such call.' }
    const at = this.#now(account)
    const present = play(leg, at - 1)
    const played = answer(present.leg, at)
    void this.#take({ leg: played?.leg ?? present.leg, told: [...present.told, ...(played?.told ?? [])] })
    if (played) return { done: true }
    return { failed: present.leg.phase === 'over' ? 'The caller has hung up.' : 'The call did not come in.' }
  }

  async hangUp(account: string, reference: string, how: { readonly reject: boolean }): Promise<void> {
    this.#handle(account, reference, (leg, at) => hangUp(leg, at, how))
  }

  async reinvite(account: string, reference: string): Promise<void> {
    this.#handle(account, reference, reinvite)
  }

  async bridge(account: string, [one, other]: readonly [string, string]): Promise<void> {
    this.#board.join(account, one, other)
  }

  /** Virtual phones take no notice of digits. */
  async sendDtmf(): Promise<void> {}

  /** The words are said to nobody where the phone has hung up; a throw: the carrier never had such a call. */
  async speak(account: string, reference: string, text: string): Promise<{ readonly lastsMs: Milliseconds }> {
    const lastsMs = lengthOf(text)
    const leg = this.#board.leg(account, reference)
    if (!leg) throw new Error('The carrier knows no such call.')
    this.#handle(account, reference, (heard, at) => ({ leg: hear(heard, at, lastsMs), told: [] }))
    return { lastsMs }
  }

  /** A virtual phone calls one of our numbers. Resolves when somebody has taken the call, or nobody. */
  async dial(account: string, { from, to, script }: IncomingDial): Promise<Dialled | Refused> {
    this.#board.open()
    const bad = [from, to].findIndex((number) => !isTelephone(number))
    if (bad >= 0) return refuse('invalid', 'Give a telephone number in E.164.', { field: bad === 0 ? 'from' : 'to' })
    const number = canonicalAddress('VOICE', from)
    const steps = script === undefined ? this.#directory.calling(account, number) : readScript(script, 'calling')
    if (isRefused(steps)) return steps
    const callId = this.#callId(`${account} ${from} ${to} ${this.#now(account)} ${this.#incoming++}`)
    let taken: string | undefined
    let isOffered = true
    const take = (reference: string): void => {
      if (!isOffered || taken !== undefined) return
      taken = reference
      this.#start(steps, { account, reference, callId, direction: 'inbound', ringMs: 0, limitMs: callerLimitMs })
    }
    await this.#board.offer({ kind: 'incoming', account, callId, from, to, take })
    isOffered = false
    return { callId, ...(taken !== undefined && { reference: taken }) }
  }

  /** The phones of an account that users write scripts for. */
  phones(account: string): Phones {
    return this.#directory.of(account)
  }

  /** Puts the phones of an account as they were kept; answers with the numbers whose scripts are not valid any more. */
  loadPhones(account: string, map: Readonly<Record<string, unknown>>): readonly string[] {
    return this.#directory.load(account, map)
  }

  async close(): Promise<void> {
    await this.#board.close()
  }

  #start(script: Script, given: Omit<NewLeg, 'steps' | 'calledAt'>): void {
    const calledAt = this.#now(given.account)
    const steps = planOf(script, `${this.#need.seed ?? ''} ${given.reference}`)
    void this.#take({ leg: newLeg({ ...given, steps, calledAt }), told: [] })
  }

  #callId(call: string): string {
    return `sim${hexOf(chanceOf(`${this.#need.seed ?? ''} ${call}`), 29)}`
  }

  #now(account: string): Instant {
    return this.#need.clocks.now(account)
  }

  /** The phone's own doings until now; a leg whose time came is played on. */
  #wake(leg: Leg): Promise<void> {
    return this.#take(play(leg, this.#now(leg.account)))
  }

  #handle(account: string, reference: string, act: (leg: Leg, at: Instant) => Played): void {
    const leg = this.#board.leg(account, reference)
    if (!leg) return
    const at = this.#now(account)
    // What was due before comes first, however late its timer is.
    void this.#take(andThen(play(leg, at - 1), (present) => act(present, at)))
  }

  /** Keeps what a leg is now, lets a bridged phone hear what this one says, and tells the rest. */
  #take({ leg, told }: Played): Promise<void> {
    const peer = this.#board.peer(leg)
    if (peer)
      this.#board.keep(told.reduce((by, one) => (one.kind === 'speech' ? hear(by, one.at, one.lastsMs) : by), peer))
    this.#board.keep(leg)
    return this.#board.tell(leg, told)
  }
}
