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
  kind: z.literal('telephone').optional(),
  agentId: id,
  to: telephone,
  from: telephone.optional().meta({ description: "One of the account's numbers; absent: its default one" }),
  dueAt: instantIn.optional().meta({ description: 'Absent: now' }),
  data: data.nullable().optional(),
  retry: retry.nullable().optional().meta({ description: 'Absent: as its agent says. Null: no retry' }),
  keepsHours: z.boolean().default(false).meta({ description: "Whether it waits for its agent's calling hours" }),
})

const sessionKind = z
  .enum(['telephone', 'browser', 'text', 'email'])
  .meta({ id: 'SessionKind', description: 'How it is carried' })

/** What is ordered for a user who is not called, by any name their maker knows them by. */
const unCalled = {
  agentId: id,
  agentVersion: z.int().min(1).optional().meta({ description: 'Absent: the present one' }),
  user: z.string().min(1).max(254),
  context: z.string().max(65_536).optional().meta({ description: 'What the agent is told before the first word' }),
  data: data.nullable().optional(),
}

export const browserDraft = z.strictObject({
  kind: z.literal('browser'),
  ...unCalled,
  tokenSeconds: z
    .int()
    .min(30)
    .max(86_400)
    .optional()
    .meta({ description: 'How long the join token is good; absent: 15 minutes' }),
})

export const chatDraft = z.strictObject({
  kind: z.literal('text'),
  ...unCalled,
  reference: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({
      description:
        'Your own name of the order: the same one again finds its session. Absent: a hash of the Idempotency-Key, if any; ' +
        'an order that has that key as its `reference` is another order',
    }),
})

const mailbox = z.string().min(1).max(254).meta({ example: 'alice@example.com' })
const subject = z.string().max(998)
export const mailDraft = z.strictObject({
  kind: z.literal('email'),
  ...unCalled,
  reference: chatDraft.shape.reference,
  to: mailbox,
  from: mailbox.optional().meta({ description: "Absent: the agent's own, or the server's (--mail-from)" }),
  subject: subject.optional().meta({ description: "Of the first mail; absent: the agent's own, or its name" }),
  sendWithinSeconds: z.int().min(60).max(86_400).optional().meta({
    description: 'How long the first mail is tried to be sent; absent: 4 hours',
  }),
  idleSeconds: z.int().min(60).max(94_608_000).optional().meta({
    description: 'It ends after so long without mail; absent: a week',
  }),
})

export const sessionDraft = z.discriminatedUnion('kind', [callDraft, browserDraft, chatDraft, mailDraft])

export const mail = z
  .object({
    messageId: z.string(),
    inReplyTo: z.string().nullable(),
    references: z.array(z.string()),
    from: z.string(),
    to: z.string(),
    subject: z.string(),
    text: z.string(),
    at: instant,
  })
  .meta({ id: 'Mail' })
export const mails = z.object({ mails: z.array(mail) })

export const listening = z
  .strictObject({
    mode: z
      .enum(['whisper', 'barge'])
      .optional()
      .meta({ description: 'Absent: only listens. `whisper`: heard by the agent alone; `barge`: by everybody' }),
  })
  .nullish()
  .meta({ id: 'ListenDraft' })

export const admission = z
  .object({
    url: z.string().meta({ description: 'A WebSocket', example: 'ws://127.0.0.1:4100/rooms' }),
    token: z.string().meta({ description: 'A JWT, to be given as `access_token`' }),
    room: z.string(),
    expiresAt: instant,
  })
  .meta({ id: 'Admission', description: 'What is needed to come into the room of a browser session' })

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
    kind: sessionKind,
    direction,
    from: z.string(),
    to: z.string(),
    user: z.string().meta({ description: 'The other party: `to` of an outbound call, `from` of an inbound one' }),
    agent: z.object({ id, version: z.int(), name: z.string() }),
    route: z.string(),
    data: data.nullable(),
    context: z.string().nullable().meta({ description: 'What the agent was told before the first word' }),
    reference: z
      .string()
      .nullable()
      .meta({ description: 'The name its maker gave the order, or a hash of its Idempotency-Key' }),
    mail: z
      .object({ to: z.string(), from: z.string(), subject: z.string() })
      .nullable()
      .meta({ description: 'Of an e-mail session: where its mail goes, and the subject of the first one' }),
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
      .enum(['batch', 'time', 'retry', 'program', 'slot', 'hours', 'user', 'carrier', 'mail', 'answer', 'artefacts'])
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
    userTurns: z.int().meta({ description: 'How often the user has written; of calls always 0' }),
    cost: z.number().meta({ description: 'Cents, over all attempts' }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({
    id: 'Session',
    description: "One agent's engagement with one user: a telephone call with all its attempts, or a chat",
  })
/** What is only looked up for one session at a time. */
export const sessionWhole = session
  .extend({
    queuePosition: z.int().nullable().meta({ description: '1 is next; null: it does not wait for a slot' }),
    made: z.array(made).meta({ description: 'The artefacts settled so far, of the last attempt' }),
  })
  .meta({ id: 'SessionWhole' })
export const sessions = z.object({ sessions: z.array(session), next })

const sessionFilters = {
  kind: many(sessionKind, 4).meta({ description: 'Repeat it or separate with commas' }),
  state: many(sessionState, 10).meta({ description: 'Repeat it or separate with commas' }),
  outcome: many(outcome, 9).meta({ description: 'Repeat it or separate with commas' }),
  direction: direction.optional(),
  user: z.string().min(1).max(254).optional().meta({ description: "The other party's number or name" }),
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
const who = z.enum(['user', 'agent'])
const widget = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) }).meta({ id: 'ShownWidget' })
const toolCall = z
  .object({
    id: z.string(),
    name: z.string(),
    arguments: z.record(z.string(), z.unknown()),
    output: z.unknown(),
    isError: z.boolean(),
    latencyMs: z.number(),
  })
  .meta({ id: 'ToolCall', description: 'One use of a tool, with what came of it' })
const took = z
  .object({ totalMs: z.number(), firstWordMs: z.number().optional(), toolsMs: z.number().optional() })
  .meta({ id: 'Took', description: "How long the agent's answer took, in milliseconds" })
const talkItem = z
  .discriminatedUnion('is', [
    z.object({
      is: z.literal('turn'),
      who,
      text: z.string(),
      at: instant,
      speaker: z.literal('supervisor').optional().meta({ description: "Who spoke in the agent's place" }),
      took: took.optional(),
      widgets: z.array(widget).optional(),
    }),
    z.object({ is: z.literal('tool'), call: toolCall, at: instant }),
  ])
  .meta({ id: 'TalkItem', description: 'One thing said, or one tool used' })
export const transcript = z
  .object({
    transcript: z.array(z.object({ who, text: z.string() })),
    items: z.array(talkItem).meta({ description: 'The same with times, and with the tools that were used' }),
  })
  .meta({ id: 'Transcript', description: 'Of the last attempt' })

export const messageDraft = z.strictObject({
  text: z.string().min(1).max(16_000),
  rich: z.boolean().default(false).meta({ description: 'Whether you can show widgets' }),
})
export const answered = z
  .object({
    reply: z.string().nullable().meta({ description: 'What the agent said; null: nothing' }),
    toolCalls: z.array(toolCall),
    widgets: z.array(widget),
    session,
  })
  .meta({ id: 'Answered' })

export const opened = session
  .extend({
    join: admission.optional().meta({ description: 'For the user of a browser session' }),
    greeting: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'Of a chat: what the agent said first; null: nothing' }),
  })
  .meta({ id: 'OpenedSession' })
/** What a chat ends with. */
export const endedSession = session
  .extend({
    summary: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'Of a chat; null: none was made, or it was not there in 10 s' }),
  })
  .meta({ id: 'EndedSession' })

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
