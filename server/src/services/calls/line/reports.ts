import type { Report } from '#domain/session/commands.ts'
import type { SecondLeg } from '#domain/session/control/state.ts'
import { isNews } from '#domain/session/reports.ts'
import { readReference } from '#domain/session/requests.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Unit } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Logger } from '../../ports.ts'
import { openWords } from '../conversation/words.ts'
import { persist } from '../patience.ts'
import type { LegReport, LegStanding, TelephonyReport } from '../ports.ts'
import type { Talks } from '../talk/talks.ts'
import { unknownSession } from '../sessions/views.ts'

export interface ReportsNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'after'>
  readonly talks: Pick<Talks, 'heard' | 'over'>
  /** The name of this server process: the calls it hears the answer of are its own. */
  readonly lease: string
  readonly log?: Logger
}

/** The leg of a report: its session, which dial of it, and which leg where it is not the first. */
export type Leg = NonNullable<ReturnType<typeof readReference>>

type Speech = Extract<TelephonyReport, { kind: 'speech' }>

/** Takes what carriers report of legs. Reports of what is not known are dropped: nobody could do anything about them. */
export class Reports {
  readonly #need: ReportsNeed

  constructor(need: ReportsNeed) {
    this.#need = need
  }

  async leg(account: string, reference: string, report: LegReport): Promise<void> {
    const leg = readReference(reference)
    if (!leg) return this.#drop(account, reference)
    const outcome = await persist<Session>(this.#need, { account, by: 'carrier' }, (unit) =>
      takeReports(unit, leg, [report], this.#need.lease),
    )
    if (outcome.refusal?.code === 'not_found') return this.#drop(account, reference)
    if (outcome.refusal) {
      this.#need.log?.warn({ account, ...leg, code: outcome.refusal.code }, "A carrier's report was refused.")
      return
    }
    if (outcome.value && !isTalking(outcome.value, leg.attempt)) this.#need.talks.over(leg)
  }

  async speech({ account, reference, text, lastsMs, beep }: Speech): Promise<void> {
    const leg = readReference(reference)
    if (!leg) return this.#drop(account, reference)
    // What two people say to each other is not the agent's to hear.
    if (leg.leg !== undefined) return
    const { session, attempt } = leg
    await this.#need.talks.heard({ account, session, attempt }, { text, lastsMs, ...(beep && { beep }) })
  }

  #drop(account: string, reference: string): void {
    this.#need.log?.warn({ account, reference }, 'A carrier reported about a leg that nobody knows.')
  }
}

/** What a carrier knows of a leg and we do not, taken as if it were reported now; what was taken before is not told again. */
export function catchUp(unit: Unit, leg: Leg, { reports }: LegStanding, lease: string): Session | Refused {
  const session = unit.state(noun, leg.session)
  const second = session?.control?.second
  const isNew = (report: LegReport): boolean =>
    leg.leg === undefined ? isUntold(session, report) : second === undefined || isUntoldOf(second, report)
  return takeReports(unit, leg, reports.filter(isNew), lease)
}

function isUntold(session: Session | undefined, { sequence, what }: LegReport): boolean {
  if (session === undefined || sequence > (session.attempt.reports ?? -1)) return true
  return what.is !== 'media' && isNews(session, what)
}

/** The states of a second leg put its reports in order. */
function isUntoldOf({ state, callId }: SecondLeg, { what }: LegReport): boolean {
  switch (what.is) {
    case 'placed':
    case 'progress':
      return callId === undefined
    case 'ringing':
      return state === 'dialing'
    case 'answered':
      return state === 'dialing' || state === 'ringing'
    case 'ended':
      return state !== 'ended'
    case 'media':
    case 'dtmf':
      return false
  }
}

/** Reports in their order, in one unit; a call that goes live by them gets its stream and conversation at once. */
function takeReports(unit: Unit, leg: Leg, reports: readonly LegReport[], lease: string): Session | Refused {
  let session = unit.state(noun, leg.session)
  if (!session) return unknownSession()
  for (const report of reports) {
    const before: Session = session
    const done = unit.run(noun, leg.session, commandOf(leg, report, lease))
    if (isRefused(done)) return done
    session = done.state
    if (before.state !== 'live' && session.state === 'live') session = opened(unit, session)
  }
  return session
}

/** Where no conversation can be made, the call goes on all the same; whoever talks tries again. */
function opened(unit: Unit, session: Session): Session {
  const words = openWords(unit, session)
  return isRefused(words) ? session : words
}

function commandOf({ attempt, leg }: Leg, { sequence, what, callId, providerAt }: LegReport, lease: string): Report {
  const isOurs = what.is === 'answered' && leg === undefined
  return {
    type: 'report',
    attempt,
    ...(leg !== undefined && { leg }),
    sequence,
    what: isOurs ? { ...what, lease } : what,
    ...(callId !== undefined && { callId }),
    providerAt,
  }
}

/** Whether the agent still has this attempt of the call. */
function isTalking({ state, attempt, control }: Session, number: number): boolean {
  return state === 'live' && attempt.number === number && control?.agent !== 'left'
}
