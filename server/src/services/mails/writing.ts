import type { FailTurn } from '#domain/session/commands.ts'
import type { ToolCall } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { MailReceived } from '#domain/session/mail/events.ts'
import { turnKey } from '#domain/session/mail/finding.ts'
import type { Afterwards } from '#domain/session/mail/state.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { EffectAnswer, EffectRunner, Unit } from '#engine/api.ts'
import type { SessionView } from '../calls/api.ts'
import { toldOf } from '../calls/conversation/telling.ts'
import { persist } from '../calls/patience.ts'
import type { TurnReply } from '../calls/ports.ts'
import { askAgent, type Answer, type FailedTurn } from '../calls/talk/asking.ts'
import { keepTools } from '../calls/talk/tools.ts'
import { keepUsage } from '../calls/talk/usage.ts'
import { read } from '../reading.ts'
import { recordWritten } from '../written/words.ts'
import type { MailParts } from './parts.ts'
import { messageIdOf, replySubject, threadAfter } from './threads.ts'

/** What the agent is asked for: the first mail, or the answer to this many mails of the user. */
type Asked = { readonly on: 'start' } | { readonly on: 'user'; readonly answers: number }

const done: EffectAnswer = { settled: true }

/**
 * The agent's turn: one at a time in a session. It is run again only where nothing of it was done: it waited, or the server stopped. What
 * fails is the session's to decide about.
 */
export function writingRunner(parts: MailParts): EffectRunner {
  return {
    run: async ({ account, aggregate }) => {
      const answer = await parts.turns.run(aggregate, (signal) => write(parts, account, aggregate, signal))
      return isRefused(answer) ? { settled: false, error: answer.refusal.message } : answer
    },
  }
}

async function write(parts: MailParts, account: string, id: Id, signal: AbortSignal): Promise<EffectAnswer | Refused> {
  const view = await parts.views.get(account, id)
  const asked = view && wantedOf(view.session)
  if (!asked) return done
  const after = asked.on === 'user' ? await wordsBefore(parts, view, asked) : null
  const keep = (calls: readonly ToolCall[] = []): Promise<void> => keepTools(parts, view.session, after, calls)
  const reply = await ask(parts, view, asked, { signal, late: (call) => void keep([call]) })
  const usage = 'failed' in reply ? undefined : reply.usage
  await Promise.all([keep(reply.toolCalls), keepUsage(parts, view.session, usage)])
  if ('failed' in reply) return failed(parts, view, { asked, reply, signal })
  const outcome = await persist<true>(parts, { account, by: 'agent' }, (unit) =>
    compose(unit, { ...view, ...parts, asked, reply }),
  )
  // Who was faster, or ended it, has settled this as well.
  const code = outcome.refusal?.code
  if (code === undefined || code === 'closed' || code === 'wrong_state') return done
  return { settled: true, command: failing(asked, 'What the agent wrote could not be kept.') }
}

/** Undefined: nothing is to be written now. */
function wantedOf({ state, mail: { outgoing, askAt, received = 0, answered = 0 } = {} }: Session): Asked | undefined {
  if (outgoing || askAt !== undefined) return undefined
  if (state === 'dialing') return { on: 'start' }
  return state === 'live' && received > answered ? { on: 'user', answers: received } : undefined
}

async function ask(
  { engine, runtime, system }: MailParts,
  { session, definition, order }: SessionView,
  { on }: Asked,
  { signal, late }: { readonly signal: AbortSignal; readonly late: (call: ToolCall) => void },
): Promise<Answer | FailedTurn> {
  const { account, id, agent } = session
  const input = {
    account,
    session: id,
    agent: agent.id,
    definition,
    channel: 'email',
    data: order.data,
    ...(order.context !== undefined && { context: order.context }),
    ...(await toldOf(engine, session)),
    on,
  } as const
  return askAgent(runtime, system, input, signal, late)
}

interface Failing {
  readonly asked: Asked
  readonly reply: FailedTurn
  readonly signal: AbortSignal
}

/** Told to the session with the end of the effect, so that it is told once. A turn that used tools is never asked for again. */
async function failed(parts: MailParts, { session }: SessionView, failure: Failing): Promise<EffectAnswer> {
  const { asked, reply, signal } = failure
  const { failed: because, toolCalls = [], unreached = false } = reply
  if (signal.aborted && toolCalls.length === 0) {
    const isLive = await read(parts.engine, session.account, (unit) =>
      isStillAsked(unit.state(noun, session.id), asked),
    )
    // The server stops: the next one asks. A session that is over asks nobody.
    return isLive ? { settled: false, error: because } : done
  }
  return { settled: true, command: failing(asked, because, unreached && toolCalls.length === 0) }
}

function failing(asked: Asked, because: string, again = false): FailTurn {
  return { type: 'fail_turn', because, answers: asked.on === 'user' ? asked.answers : 0, again }
}

/** What the user wrote last of what is answered. */
function wordsBefore(
  { engine }: MailParts,
  { session: { account, id } }: SessionView,
  { answers }: Extract<Asked, { on: 'user' }>,
): Promise<Id> {
  return read(engine, account, (unit) => parentOf(unit, id, answers).words)
}

interface Composing extends Pick<SessionView, 'order'>, Pick<MailParts, 'domain'> {
  readonly session: Pick<Session, 'id'>
  readonly asked: Asked
  readonly reply: Answer
}

/** What it wrote, and the mail that carries it, in one unit: after a crash nothing is written twice. */
function compose(unit: Unit, composing: Composing): true | Refused {
  const { session, order, asked, reply, domain } = composing
  const present = unit.state(noun, session.id)
  const { mail } = order
  if (!present || !mail || !isStillAsked(present, asked)) return refuse('closed', 'Nothing is to be written any more.')
  const text = reply.say ?? ''
  const parent = asked.on === 'user' ? parentOf(unit, present.id, asked.answers) : undefined
  if (text.trim() === '') return silent(unit, present, reply)
  const messageId = messageIdOf(unit.id(), present.id, domain ?? mail.from.slice(mail.from.lastIndexOf('@') + 1))
  const addressed = { ...present, user: mail.to }
  const kept = recordWritten(unit, addressed, 'EMAIL', { who: 'agent', text, took: reply.took, resourceId: messageId })
  if (isRefused(kept)) return kept
  const conversationId = kept.session.words.at(-1)?.conversationId ?? ''
  const afterwards = afterwardsOf(reply)
  const composed = unit.run(noun, present.id, {
    type: 'compose_mail',
    messageId,
    subject: parent ? replySubject(parent.subject ?? mail.subject) : mail.subject,
    ...(parent && threadAfter(parent)),
    conversationId,
    words: kept.communicationId,
    answers: asked.on === 'user' ? asked.answers : 0,
    ...(afterwards && { afterwards }),
  })
  return isRefused(composed) ? composed : true
}

function isStillAsked(session: Session | undefined, asked: Asked): boolean {
  const wanted = session && wantedOf(session)
  return wanted?.on === asked.on && (asked.on === 'start' || (session?.mail?.answered ?? 0) < asked.answers)
}

/** The newest of the mails that are answered. */
function parentOf(unit: Unit, id: Id, answers: number): MailReceived {
  const n = unit.keyed(id, turnKey(answers))
  const event = n === undefined ? undefined : unit.part(noun, id, n)?.created
  if (event?.type !== 'mail.received') throw new Error(`Mail ${answers} of session ${id} is not in the store.`)
  return event
}

/** Nobody is mailed an empty mail: the first one fails, and of an answer only what else the agent wants is done. */
function silent(unit: Unit, { id, state }: Session, reply: TurnReply): true | Refused {
  const afterwards = afterwardsOf(reply)
  const command =
    state === 'dialing'
      ? ({ type: 'leave_mail', note: 'The agent has nothing to write: give it a welcome.' } as const)
      : afterwards && ({ type: 'agent_ends', ...afterwards } as const)
  const left = command && unit.run(noun, id, command)
  return left && isRefused(left) ? left : true
}

/** Who would hand a call to a person hands over what is written. */
function afterwardsOf({ end, handOver, transfer }: TurnReply): Afterwards | undefined {
  const leaving = handOver ?? (transfer ? {} : end)
  if (!leaving) return undefined
  const { note } = leaving
  return { cause: leaving === end ? 'agent_hangup' : 'handed_over', ...(note !== undefined && { note }) }
}
