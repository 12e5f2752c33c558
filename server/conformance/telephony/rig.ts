import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { IncomingCall, PlaceCall, Telephony, TelephonyReport } from '#services/calls/ports.ts'

/** A carrier with people at its other end, and time that the suite moves on. */
export interface TelephonyRig {
  readonly telephony: Telephony
  readonly account: string
  /** Our own number. */
  readonly own: string
  /** Who answers and talks, who is busy, and who lets it ring for ever. */
  readonly numbers: { readonly answers: string; readonly busy: string; readonly rings: string }
  /** Lets the account's time pass, and waits for what happens in it. */
  pass(ms: Milliseconds): Promise<void>
  /** Somebody calls our number, who waits for a while, talks when answered and then hangs up. */
  callIn(): Promise<unknown>
}

export type LegTold = Extract<TelephonyReport, { kind: 'leg' }>
export type SpeechTold = Extract<TelephonyReport, { kind: 'speech' }>

/** Whoever listens to a carrier, with all that it told. */
export class Listening {
  readonly told: TelephonyReport[] = []
  readonly #rig: TelephonyRig

  constructor(rig: TelephonyRig, act: (report: TelephonyReport) => Promise<void> = async () => {}) {
    this.#rig = rig
    rig.telephony.listen(async (report) => {
      this.told.push(report)
      await act(report)
    })
  }

  /** Dials a number; answers with the leg's reference. */
  async dial(to: string, more: Partial<PlaceCall> = {}): Promise<string> {
    const { telephony, account, own: from } = this.#rig
    const reference = more.reference ?? `leg-${this.told.length}-${to}`
    const call = { account, reference, from, to, route: 'default', ringMs: 60_000, limitMs: 600_000, ...more }
    const placed = await telephony.place(call)
    if (placed.is !== 'placed') throw new Error(`The call to ${to} was refused: ${placed.cause}.`)
    return reference
  }

  legs(reference: string): readonly LegTold[] {
    return this.told.filter((one) => one.kind === 'leg').filter((one) => one.reference === reference)
  }

  speech(reference: string): readonly SpeechTold[] {
    return this.told.filter((one) => one.kind === 'speech').filter((one) => one.reference === reference)
  }

  /** What decides, in the order it was told: `ringing`, `answered`, `ended`. */
  course(reference: string): readonly string[] {
    return this.legs(reference)
      .map(({ what }) => what.is)
      .filter((is) => is === 'ringing' || is === 'answered' || is === 'ended')
  }

  end(reference: string): Extract<LegTold['what'], { is: 'ended' }> | undefined {
    for (const { what } of this.legs(reference)) if (what.is === 'ended') return what
    return undefined
  }
}

/** Acts on calls that come in, and on nothing else. */
export function onIncoming(act: (call: IncomingCall) => Promise<void>): (report: TelephonyReport) => Promise<void> {
  return async (report) => {
    if (report.kind === 'incoming') await act(report)
  }
}
