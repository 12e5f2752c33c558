import { enderOf } from './causes.ts'
import type { Imported, SessionCreated } from './events.ts'
import { policyOf } from './limits.ts'
import type { Artefacts, Attempt, End, Session } from './state.ts'

/** Nothing to settle. */
export const nothingMade: Artefacts = {
  recording: 'skipped',
  transcript: 'skipped',
  summary: 'skipped',
  extraction: 'skipped',
  cost: 'skipped',
}

/** An attempt of which nothing is known yet. */
export function freshAttempt(number: number): Attempt {
  return { number }
}

/** The session its creating event makes. */
export function begin(event: SessionCreated): Session {
  const { at, id, account, kind, direction, to, agent, user, own, route, policy, by, because } = event
  const { dueAt, batch, parent, configurationId, settings, reference, imported } = event
  return {
    id,
    account,
    kind,
    direction,
    state: to,
    agent,
    user,
    own,
    route,
    ...(batch && { batch }),
    ...(parent !== undefined && { parent }),
    ...(configurationId !== undefined && { configurationId }),
    ...(reference && { reference }),
    policy,
    ...(dueAt !== undefined && { dueAt }),
    ...(to === 'queued' && { queuedAt: at, ...(!policyOf(event).keepsHours && { wantsSlot: true as const }) }),
    attempt: firstAttempt(event),
    past: [],
    retries: 0,
    outcome: imported?.outcome ?? null,
    end: imported ? endOf(imported) : null,
    artefacts: nothingMade,
    ...(settings && { control: { agent: 'none', mode: null, media: { state: 'none' }, settings } }),
    words: [],
    cost: 0,
    ...(imported && { userTurns: imported.userTurns }),
    sequence: 1,
    createdAt: imported?.createdAt ?? at,
    updatedAt: at,
    entered: { at, by, because },
  }
}

/** Who ended what took place elsewhere is not known here. */
function endOf({ endedAt: at }: Imported): End {
  return { cause: 'imported', by: enderOf('imported'), at }
}

/** What is not dialled later begins its only attempt with its creation. */
function firstAttempt({ to, at, callId, imported }: SessionCreated): Attempt {
  switch (to) {
    case 'prepared':
    case 'scheduled':
    case 'queued':
      return freshAttempt(0)
    case 'joining':
      return freshAttempt(1)
    case 'dialing':
      return { ...freshAttempt(1), dialedAt: at }
    case 'ringing':
      return { ...freshAttempt(1), heard: true, ...(callId !== undefined && { callId }), ringingAt: at }
    case 'live':
      return { ...freshAttempt(1), answeredAt: at, quietFrom: at }
    case 'ended': {
      const { answeredAt, endedAt = at } = imported ?? {}
      return { ...freshAttempt(1), ...(answeredAt !== undefined && { answeredAt }), endedAt }
    }
  }
}
