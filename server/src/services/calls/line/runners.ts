import type { DialAnswered, Report } from '#domain/session/commands.ts'
import { readReference, type SessionRequests } from '#domain/session/requests.ts'
import { session as noun } from '#domain/session/session.ts'
import type { EffectAnswer, EffectRunner, Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { LegStanding, Placed, Telephony } from '../ports.ts'
import { persist } from '../patience.ts'
import { catchUp } from './reports.ts'

export interface RunnersNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'after'>
  readonly telephony: Telephony
  readonly lease: string
}

type LineRunners = Readonly<Record<Extract<keyof SessionRequests, `telephony.${string}`>, EffectRunner>>
type Dial = SessionRequests['telephony.dial']

/** What sessions ask of the carrier. Dialling and answering happen once: after a crash they are asked about, never repeated. */
export function lineRunners(need: RunnersNeed): LineRunners {
  const { telephony } = need
  return {
    'telephony.dial': {
      run: async ({ account, payload }) => {
        const dial = payload as Dial
        if (!(await isWanted(need, account, dial))) return { settled: true }
        return { settled: true, command: dialAnswered(dial, await place(telephony, account, dial)) }
      },
      ask: async ({ account, payload }) => {
        const dial = payload as Dial
        const standing = await telephony.query(account, dial.reference)
        if (standing === 'unknown') return { settled: true, command: dialAnswered(dial, 'unknown') }
        await replay(need, account, dial, standing)
        return { settled: true }
      },
    },
    'telephony.hang_up': {
      run: async ({ account, payload }) => {
        const { reference, reject } = payload as SessionRequests['telephony.hang_up']
        await telephony.hangUp(account, reference, { reject })
        return { settled: true }
      },
    },
    'telephony.answer': {
      run: ({ account, payload }) => answer(telephony, account, payload as SessionRequests['telephony.answer']),
      // To answer a leg that was answered before the crash does no harm.
      ask: ({ account, payload }) => answer(telephony, account, payload as SessionRequests['telephony.answer']),
    },
    'telephony.bridge': {
      run: async ({ account, payload }) => {
        const { references } = payload as SessionRequests['telephony.bridge']
        await telephony.bridge(account, references)
        return { settled: true }
      },
    },
    'telephony.reinvite': {
      run: async ({ account, payload }) => {
        const { reference } = payload as SessionRequests['telephony.reinvite']
        await telephony.reinvite(account, reference)
        return { settled: true }
      },
    },
  }
}

/** Whether the leg is still to be dialled: it may have been stopped, or its time may have passed while the server was down. */
async function isWanted(need: RunnersNeed, account: string, { reference, attempt, leg: name }: Dial): Promise<boolean> {
  const outcome = await persist<boolean>(need, { account, by: 'dial' }, (unit) => {
    const leg = readReference(reference)
    const session = leg && unit.state(noun, leg.session)
    if (session?.attempt.number !== attempt) return false
    if (name === null) return session.state === 'dialing'
    const second = session.control?.second
    return second?.leg === name && second.state === 'dialing'
  })
  return outcome.value === true
}

/** A throw means that nobody knows what happened: the session's deadline ends it. */
async function place(telephony: Telephony, account: string, dial: Dial): Promise<Placed | 'unknown'> {
  const { reference, from, to, route, ringMs, limitMs } = dial
  try {
    return await telephony.place({ account, reference, from, to, route, ringMs, limitMs })
  } catch {
    return 'unknown'
  }
}

/** What the carrier knows of a leg that was being dialled when the server went down, told as if it were reported now. */
async function replay(need: RunnersNeed, account: string, dial: Dial, standing: LegStanding): Promise<void> {
  const { callId } = standing
  const outcome = await persist<unknown>(need, { account, by: 'carrier' }, (unit) => {
    const leg = readReference(dial.reference)
    if (!leg) return true
    // What it refuses is known already.
    const command = dialAnswered(dial, { is: 'placed', callId })
    if (command) unit.run(noun, leg.session, command)
    return catchUp(unit, leg, standing, need.lease)
  })
  if (outcome.refusal && outcome.refusal.code !== 'not_found') throw new Error(outcome.refusal.message)
}

function dialAnswered({ attempt, leg }: Dial, answer: Placed | 'unknown'): DialAnswered | Report | undefined {
  if (leg === null) return { type: 'dial_answered', attempt, answer: answer === 'unknown' ? { is: 'unknown' } : answer }
  if (answer === 'unknown') return undefined
  const report = { type: 'report', attempt, leg, sequence: 0 } as const
  if (answer.is === 'placed') return { ...report, what: { is: 'placed' }, callId: answer.callId }
  return { ...report, what: { is: 'ended', ...(answer.protocol && { protocol: answer.protocol }) } }
}

async function answer(
  telephony: Telephony,
  account: string,
  { reference, command }: SessionRequests['telephony.answer'],
): Promise<EffectAnswer> {
  const done = await answerLeg(telephony, account, reference)
  return { settled: true, command: { type: 'answer_done', id: command, ...(done !== undefined && { failed: done }) } }
}

/** Why it could not be answered; undefined: it was. */
export async function answerLeg(telephony: Telephony, account: string, reference: string): Promise<string | undefined> {
  try {
    const answered = await telephony.answer(account, reference)
    return 'failed' in answered ? answered.failed : undefined
  } catch {
    return 'The carrier gave no answer.'
  }
}
