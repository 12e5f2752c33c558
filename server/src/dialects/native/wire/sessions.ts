import { z } from 'zod'
import { cursor, id, instant, instantIn, limit, many, next } from '../wire.ts'

/** The shapes of calls. */

export const sessionState = z
  .enum(['prepared', 'scheduled', 'queued', 'deferred', 'joining', 'dialing', 'ringing', 'live', 'wrapping', 'ended'])
  .meta({ id: 'SessionState', description: '`ended` is final' })
export const outcome = z
  .enum(['completed', 'transferred', 'no_answer', 'busy', 'canceled', 'stopped', 'failed', 'error', 'balance_low'])
  .meta({ id: 'SessionOutcome', description: 'What it came to; fixed when the line drops or the last attempt fails' })
const direction = z.enum(['outbound', 'inbound'])
const ms = z.int().min(0).max(31_536_000_000)
export const telephone = z.string().min(1).max(40).meta({ description: 'E.164', example: '+12025550111' })

export const retry = z
  .strictObject({
    max: z.int().min(1).max(5),
    on: z.array(z.enum(['no_answer', 'busy', 'failed', 'error'])).max(4),
    onVoicemail: z.boolean().default(false),
    afterMs: z.array(ms).min(1).max(5).meta({ description: 'Waits before retry 1, 2, …; the last repeats' }),
  })
  .meta({ id: 'RetryPolicy' })

/** What an order says to its agent; a flat or nested document of one's own. */
const data = z
  .record(z.string().max(128), z.unknown())
  .meta({ description: 'Fills `{name}` in what the agent says; at most 25 KB as JSON' })

export const callDraft = z.strictObject({
  agentId: id,
  to: telephone,
  from: telephone.optional().meta({ description: "One of the account's numbers; absent: its default one" }),
  dueAt: instantIn.optional().meta({ description: 'Absent: now' }),
  data: data.nullable().optional(),
  retry: retry.nullable().optional().meta({ description: 'Absent: as its agent says. Null: no retry' }),
  keepsHours: z.boolean().default(false).meta({ description: "Whether it waits for its agent's calling hours" }),
})

const protocol = z
  .object({
    sip: z.int().optional(),
    q850: z.int().optional(),
    code: z.int().optional(),
    scheme: z.string().optional(),
    text: z.string().optional(),
  })
  .meta({ id: 'ProtocolReason', description: 'As received: SIP final status, Q.850 cause, the code of the carrier' })
const end = z
  .object({
    cause: z.string(),
    by: z.enum(['user', 'agent', 'request', 'carrier', 'server', 'deadline', 'unknown']),
    at: instant,
    protocol: protocol.nullable(),
    note: z.string().nullable(),
    says: z.string().meta({ description: 'The cause in words' }),
  })
  .meta({ id: 'SessionEnd', description: 'Why it ended, who brought it about, and what the protocols said' })
const attempt = z
  .object({
    number: z.int().meta({ description: '0: none has begun' }),
    slot: z.int().nullable(),
    callId: z.string().nullable().meta({ description: "The carrier's own id" }),
    dialedAt: instant.nullable(),
    ringingAt: instant.nullable(),
    answeredAt: instant.nullable(),
    endedAt: instant.nullable(),
    noAudio: z.boolean().meta({ description: 'Nothing was heard of the other party for 10 s after the answer' }),
    voicemail: z.enum(['suspected', 'found', 'cleared']).nullable(),
    dtmf: z.string().nullable(),
  })
  .meta({ id: 'Attempt', description: 'The present dial, or the last one' })
const pastAttempt = z
  .object({
    number: z.int(),
    outcome,
    cause: z.string(),
    at: instant,
    callId: z.string().nullable(),
    wasLive: z.boolean(),
    cost: z.number(),
  })
  .meta({ id: 'PastAttempt', description: 'An attempt that was followed by another; the newest five are kept' })
const artefactState = z.enum(['pending', 'done', 'skipped', 'failed'])
const artefacts = z
  .object({
    recording: artefactState,
    transcript: artefactState,
    summary: artefactState,
    extraction: artefactState,
    cost: artefactState,
  })
  .meta({ description: '`wrapping` lasts until none is pending' })
const made = z
  .object({
    artefact: z.enum(['recording', 'transcript', 'summary', 'extraction', 'cost']),
    state: z.enum(['done', 'skipped', 'failed']),
    attempt: z.int(),
    value: z.unknown(),
    because: z.string().nullable(),
    at: instant,
    late: z.boolean().meta({ description: 'Came after the session had ended' }),
  })
  .meta({ id: 'Artefact' })

export const session = z
  .object({
    id,
    state: sessionState,
    outcome: outcome.nullable(),
    end: end.nullable(),
    kind: z.enum(['telephone', 'browser', 'text', 'email']),
    direction,
    from: z.string(),
    to: z.string(),
    user: z.string().meta({ description: 'The other party: `to` of an outbound call, `from` of an inbound one' }),
    agent: z.object({ id, version: z.int(), name: z.string() }),
    route: z.string(),
    data: data.nullable(),
    batch: z.object({ id, row: z.int() }).nullable(),
    parentId: z.string().nullable(),
    entered: z
      .object({ at: instant, by: z.string(), because: z.string() })
      .meta({ description: 'How it came into its state' }),
    nextTransition: z
      .object({ to: sessionState, at: instant, because: z.string() })
      .nullable()
      .meta({ description: 'What time alone will bring, if nothing else happens' }),
    waitingFor: z
      .enum(['batch', 'time', 'retry', 'program', 'slot', 'hours', 'user', 'carrier', 'answer', 'artefacts'])
      .nullable(),
    dueAt: instant.nullable(),
    queuedAt: instant.nullable(),
    openings: z.array(instant).meta({ description: 'When it may be called next; only in `deferred`' }),
    giveUpAt: instant.nullable(),
    attempt,
    pastAttempts: z.array(pastAttempt),
    retries: z.int(),
    artefacts,
    transfer: z.object({ to: z.string(), state: z.string(), cause: z.string().nullable() }).nullable(),
    conversationIds: z.array(z.string()).meta({ description: 'Where its words are' }),
    cost: z.number().meta({ description: 'Cents, over all attempts' }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Session', description: "One agent's engagement with one user: a telephone call with all its attempts" })
/** What is only looked up for one session at a time. */
export const sessionWhole = session
  .extend({
    queuePosition: z.int().nullable().meta({ description: '1 is next; null: it does not wait for a slot' }),
    made: z.array(made).meta({ description: 'The artefacts settled so far, of the last attempt' }),
  })
  .meta({ id: 'SessionWhole' })
export const sessions = z.object({ sessions: z.array(session), next })

const sessionFilters = {
  state: many(sessionState, 10).meta({ description: 'Repeat it or separate with commas' }),
  outcome: many(outcome, 9).meta({ description: 'Repeat it or separate with commas' }),
  direction: direction.optional(),
  user: telephone.optional().meta({ description: "The other party's number" }),
}
export const sessionsQuery = z.strictObject({
  ...sessionFilters,
  agentId: id.optional(),
  batchId: id.optional(),
  createdAfter: instantIn.optional(),
  createdBefore: instantIn.optional(),
  cursor: cursor.optional(),
  limit,
})

export const sessionTimeline = z.object({
  timeline: z.array(
    z
      .object({
        id,
        type: z.string(),
        at: instant.meta({ description: 'The instant it counts from: for a timeout, the instant it was due' }),
        recordedAt: instant,
        from: sessionState.nullable().optional(),
        to: sessionState.optional(),
        by: z.string().optional(),
        because: z.string().optional(),
        refused: z
          .boolean()
          .meta({ description: 'True: it came too late, twice or out of order, and changed nothing' }),
        data: z.record(z.string(), z.unknown()),
      })
      .meta({ id: 'SessionTimelineEntry' }),
  ),
  next,
})
export const transcript = z
  .object({ transcript: z.array(z.object({ who: z.enum(['user', 'agent']), text: z.string() })) })
  .meta({ id: 'Transcript', description: 'Of the last attempt' })

export const hangUp = z.strictObject({ note: z.string().min(1).max(200).optional() }).nullish()
export const transfer = z.strictObject({ to: telephone })

const waiting = z.object({
  sessionId: id,
  agentId: id,
  user: z.string(),
  state: sessionState,
  waitingFor: z.string().nullable(),
  position: z.int().nullable(),
  since: instant.nullable(),
})
export const slots = z
  .object({
    limit: z.int(),
    held: z.array(
      z.object({
        slot: z.int(),
        sessionId: id,
        attempt: z.int(),
        route: z.string(),
        since: instant,
        until: instant.meta({ description: 'It is given back by then, whatever happens' }),
        because: z.string().nullable().meta({ description: 'What its session is doing' }),
      }),
    ),
    waiting: z.int().meta({ description: 'How many wait for a slot' }),
  })
  .meta({ id: 'Slots' })
export const slotQueueQuery = z.strictObject({ limit })
export const slotQueue = z.object({
  waiting: z.array(waiting),
  more: z.boolean().meta({ description: 'Whether others wait behind them' }),
})
