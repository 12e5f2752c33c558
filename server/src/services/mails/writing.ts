import { session as noun } from '#domain/session/session.ts'
import type { MailReceived } from '#domain/session/mail/events.ts'
import { turnKey } from '#domain/session/mail/finding.ts'
import type { Afterwards } from '#domain/session/mail/state.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { EffectAnswer, EffectRunner, Unit } from '#engine/api.ts'
import type { SessionView } from '../calls/api.ts'
import { transcriptOf } from '../calls/conversation/transcript.ts'
import { persist } from '../calls/patience.ts'
import type { TurnReply } from '../calls/ports.ts'
import { askAgent } from '../calls/talk/asking.ts'
import { noteTools } from '../written/tools.ts'
import { recordWritten } from '../written/words.ts'
import type { MailParts } from './parts.ts'
import { messageIdOf, replySubject, threadAfter } from './threads.ts'

/** What the agent is asked for: the first mail, or the answer to this many mails of the user. */
type Asked = { readonly on: 'start' } | { readonly on: 'user'; readonly answers: number }

const done: EffectAnswer = { settled: true }

/** The agent's turn: one at a time in a session, asked again later where it cannot answer. */
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
  const from = parts.system.now()
  const reply = await ask(parts, view, asked, signal)
  if ('failed' in reply) return failed(parts, view, reply.failed, signal)
  const totalMs = Math.max(0, parts.system.now() - from)
  const outcome = await persist<true>(parts, { account, by: 'agent' }, (unit) =>
    compose(unit, { ...view, ...parts, asked, reply, totalMs }),
  )
  // Who was faster, or ended it, has settled this as well.
  const code = outcome.refusal?.code
  return code === 'busy' || code === 'unavailable' ? { settled: false, error: code } : done
}

/** Undefined: nothing is to be written now. */
function wantedOf({ state, mail: { outgoing, received = 0, answered = 0 } = {} }: Session): Asked | undefined {
  if (outgoing) return undefined
  if (state === 'dialing') return { on: 'start' }
  return state === 'live' && received > answered ? { on: 'user', answers: received } : undefined
}

async function ask(
  { engine, runtime, system }: MailParts,
  { session, definition, order }: SessionView,
  { on }: Asked,
  signal: AbortSignal,
): Promise<TurnReply | { readonly failed: string }> {
  const { account, id, agent } = session
  const said = await transcriptOf(engine, session)
  const input = {
    account,
    session: id,
    agent: agent.id,
    definition,
    channel: 'email',
    data: order.data,
    ...(order.context !== undefined && { context: order.context }),
    said,
    on,
  } as const
  return askAgent(runtime, system, input, signal)
}

/** Kept for whoever asks why, and tried again. */
async function failed(
  parts: MailParts,
  { session: { account, id } }: SessionView,
  because: string,
  signal: AbortSignal,
): Promise<EffectAnswer> {
  if (!signal.aborted) {
    await persist<true>(parts, { account, by: 'agent' }, (unit) => {
      const noted = unit.run(noun, id, { type: 'fail_turn', because })
      return isRefused(noted) ? noted : true
    })
  }
  return { settled: false, error: because }
}

interface Composing extends Pick<SessionView, 'order'>, Pick<MailParts, 'domain'> {
  readonly session: Pick<Session, 'id'>
  readonly asked: Asked
  readonly reply: TurnReply
  readonly totalMs: Milliseconds
}

/** What it used, what it wrote, and the mail that carries it, in one unit: after a crash nothing is written twice. */
function compose(unit: Unit, composing: Composing): true | Refused {
  const { session, order, asked, reply, totalMs, domain } = composing
  const present = unit.state(noun, session.id)
  const { mail } = order
  if (!present || !mail || !isStillAsked(present, asked)) return refuse('closed', 'Nothing is to be written any more.')
  const text = reply.say ?? ''
  const parent = asked.on === 'user' ? parentOf(unit, present.id, asked.answers) : undefined
  const noted = noteTools(unit, present.id, parent?.words ?? null, reply.toolCalls)
  if (noted) return noted
  if (text.trim() === '') return silent(unit, present, reply)
  const messageId = messageIdOf(unit.id(), present.id, domain ?? mail.from.slice(mail.from.lastIndexOf('@') + 1))
  const took = { ...reply.took, totalMs }
  const addressed = { ...present, user: mail.to }
  const kept = recordWritten(unit, addressed, 'EMAIL', { who: 'agent', text, took, resourceId: messageId })
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

function isStillAsked(session: Session, asked: Asked): boolean {
  const wanted = wantedOf(session)
  return wanted?.on === asked.on && (asked.on === 'start' || (session.mail?.answered ?? 0) < asked.answers)
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
