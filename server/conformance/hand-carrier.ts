import type { Report } from '#domain/session/commands.ts'
import type { LegStanding, PlaceCall, Placed, Telephony, TelephonyReport } from '#services/calls/ports.ts'

type Listener = (report: TelephonyReport) => Promise<void>

/** A carrier that does what a test says, call by call; it outlives the processes that use it. Speech lasts 60 ms a character. */
export class HandCarrier implements Telephony {
  readonly scheme = 'sip'
  readonly placed: PlaceCall[] = []
  readonly answered: string[] = []
  readonly hungUp: string[] = []
  readonly bridged: (readonly [string, string])[] = []
  readonly spoken: string[] = []
  /** What becomes of a call that is placed. */
  onPlace: (call: PlaceCall) => Promise<Placed> = async ({ reference }) => ({ is: 'placed', callId: `c ${reference}` })
  /** It cannot be asked anything. */
  isAway = false
  readonly #known = new Map<string, LegStanding>()
  #listener: Listener = async () => {}
  #sequence = 0

  async place(call: PlaceCall): Promise<Placed> {
    this.placed.push(call)
    return this.onPlace(call)
  }

  async query(_account: string, reference: string): Promise<LegStanding | 'unknown'> {
    if (this.isAway) throw new Error('The carrier is away.')
    return this.#known.get(reference) ?? 'unknown'
  }

  async answer(_account: string, reference: string): Promise<{ readonly done: true }> {
    this.answered.push(reference)
    return { done: true }
  }

  async hangUp(_account: string, reference: string): Promise<void> {
    this.hungUp.push(reference)
  }

  async bridge(_account: string, references: readonly [string, string]): Promise<void> {
    this.bridged.push(references)
  }

  async reinvite(): Promise<void> {}
  async sendDtmf(): Promise<void> {}
  async close(): Promise<void> {}

  async speak(_account: string, _reference: string, text: string): Promise<{ readonly lastsMs: number }> {
    this.spoken.push(text)
    return { lastsMs: text.length * 60 }
  }

  listen(listener: Listener): void {
    this.#listener = listener
  }

  /** Something happens on a leg; `unheard`: while nobody listens, so that it is only known when it is asked about. */
  async happens(
    account: string,
    reference: string,
    what: Report['what'] | Report['what']['is'],
    { unheard = false }: { readonly unheard?: boolean } = {},
  ): Promise<void> {
    const report = {
      sequence: ++this.#sequence,
      what: (typeof what === 'string' ? { is: what } : what) as Report['what'],
      callId: `c ${reference}`,
      providerAt: 0,
    }
    const { reports = [] } = this.#known.get(reference) ?? {}
    this.#known.set(reference, { callId: report.callId, reports: [...reports, report] })
    if (!unheard) await this.#listener({ kind: 'leg', account, reference, ...report })
  }

  async says(account: string, reference: string, text: string): Promise<void> {
    await this.#listener({ kind: 'speech', account, reference, text, lastsMs: text.length * 60 })
  }

  /** A call comes in; answers with the reference it was taken under. */
  async arrives(account: string, from: string, to: string): Promise<string | undefined> {
    let taken: string | undefined
    await this.#listener({
      kind: 'incoming',
      account,
      callId: `in ${from}`,
      from,
      to,
      take: (reference) => {
        taken = reference
      },
    })
    return taken
  }

  /** It has lost all memory of a leg. */
  forgets(reference: string): void {
    this.#known.delete(reference)
  }
}
