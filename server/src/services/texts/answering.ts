import type { ToolCall } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Unit } from '#engine/api.ts'
import type { SessionView } from '../calls/api.ts'
import type { Heard } from '../calls/conversation/telling.ts'
import { persist } from '../calls/patience.ts'
import type { TurnProgress } from '../calls/ports.ts'
import { askAgent, type Answer, type FailedTurn } from '../calls/talk/asking.ts'
import { nearReach } from '../calls/conversation/reach.ts'
import { keepTools } from '../calls/talk/tools.ts'
import { keepUsage } from '../calls/talk/usage.ts'
import type { TextMessage, TextTurn } from './api.ts'
import type { TextParts } from './parts.ts'
import { recordChat } from './recording.ts'

/** What the agent is asked for: its first words, or an answer to the message that was recorded as this communication. */
export type Asked =
  | { readonly on: 'start' }
  | ({ readonly on: 'user'; readonly after: Id } & Pick<TextMessage, 'rich' | 'onProgress'>)

/**
 * Asks the agent, and records its answer: its words and what it does in one unit, and only where the session is still live; the tools it
 * used in any case. Refused with `agent_failed`, `closed` (it ended meanwhile) or `unavailable` (the server stops); what the user said stays.
 */
export async function answer(
  parts: TextParts,
  view: SessionView,
  asked: Asked,
  signal: AbortSignal,
): Promise<TextTurn | Refused> {
  const { session, definition, order } = view
  const { account, id, agent } = session
  const progress = asked.on === 'user' && asked.onProgress
  const after = asked.on === 'user' ? asked.after : null
  const keep = (calls: readonly ToolCall[] = []): Promise<void> => keepTools(parts, session, after, calls)
  const reply = await askAgent(
    parts.runtime,
    parts.system,
    {
      account,
      session: id,
      agent: agent.id,
      definition,
      channel: 'text',
      data: order.data,
      ...(order.context !== undefined && { context: order.context }),
      ...(await parts.telling.toldOf(session)),
      on: asked.on,
      ...(asked.on === 'user' && { rich: asked.rich }),
      ...(progress && { onProgress: whileWanted(progress, signal) }),
    },
    signal,
    (call) => void keep([call]),
  )
  await keep(reply.toolCalls)
  if ('failed' in reply) return failed(parts, session, reply, signal)
  const recorded = await record(parts, view, asked, reply)
  // What it took is kept with its words, and on its own where these came too late.
  if (isRefused(recorded)) await keepUsage(parts, session, reply.usage)
  return recorded
}

/** Nobody hears of what comes too late; whoever hears of it never breaks the turn. */
function whileWanted(tell: (progress: TurnProgress) => void, signal: AbortSignal): (progress: TurnProgress) => void {
  return (progress) => {
    if (signal.aborted) return
    try {
      tell(progress)
    } catch {
      // Their connection, not our turn.
    }
  }
}

async function failed(
  parts: TextParts,
  { account, id }: Session,
  { failed: because, toolCalls = [] }: FailedTurn,
  signal: AbortSignal,
): Promise<Refused> {
  const outcome = await persist<'noted' | 'left'>(parts, { account, by: 'agent' }, (unit) => {
    const session = unit.state(noun, id)
    if (session?.state !== 'live') return over()
    // Where it has used tools it is not asked again, and so it is noted.
    if (signal.aborted && toolCalls.length === 0) return 'left'
    const done = unit.run(noun, id, { type: 'fail_turn', because })
    return isRefused(done) ? done : 'noted'
  })
  if (outcome.refusal) return { refusal: outcome.refusal }
  if (signal.aborted) return refuse('unavailable', 'The server is stopping: the message is kept, its answer is not.')
  return refuse('agent_failed', `${because} The message is kept: send another one to go on.`)
}

interface Taken {
  readonly heard?: Heard
}

type Recorded = Taken & Pick<SessionView, 'session' | 'version'>

async function record(parts: TextParts, view: SessionView, asked: Asked, reply: Answer): Promise<TextTurn | Refused> {
  const { account, id } = view.session
  const outcome = await persist<Recorded>(parts, { account, by: 'agent' }, (unit) => {
    const session = unit.state(noun, id)
    if (session?.state !== 'live') return over()
    // Somebody was faster with the first words: after a restart, say.
    if (asked.on === 'start' && session.words.length > 0) return refuse('wrong_state', 'It has begun already.')
    const taken = take(unit, session, asked, reply)
    if (isRefused(taken)) return taken
    if (reply.usage) unit.run(noun, id, { type: 'note_usage', attempt: session.attempt.number, ...reply.usage })
    const state = unit.state(noun, id)
    if (!state) return over()
    const to = nearReach(unit, state)
    const heard = taken.heard && to && { ...taken.heard, to }
    return { ...(heard && { heard }), session: state, version: unit.version(id) }
  })
  if (outcome.value === undefined) return outcome.refusal ? { refusal: outcome.refusal } : over()
  const { heard, session, version } = outcome.value
  if (heard) parts.telling.heard(id, heard)
  const { transfer: _transfer, callBack: _callBack, ...given } = reply
  return { view: { ...view, session, version }, reply: given }
}

/** Words, then what it does: an end comes after what was said. */
function take(unit: Unit, session: Session, asked: Asked, reply: Answer): Taken | Refused {
  const { id } = session
  let taken: Taken = {}
  const { say = '', widgets = [], took, end, handOver, transfer, callBack } = reply
  if (say !== '' || widgets.length > 0) {
    const kept = recordChat(unit, session, { who: 'agent', text: say, took, widgets })
    if (isRefused(kept)) return kept
    taken = { ...(kept.heard && { heard: kept.heard }) }
  } else if (asked.on === 'start') {
    const silent = unit.run(noun, id, { type: 'turn', who: 'agent', quietFrom: unit.now })
    if (isRefused(silent)) return silent
  }
  if (transfer || callBack) {
    const because = 'A text session cannot be transferred or called back: that part of the answer was left out.'
    unit.run(noun, id, { type: 'fail_turn', because })
  }
  const leaving = handOver ?? end
  if (!leaving) return taken
  const { note } = leaving
  const cause = handOver ? 'handed_over' : 'agent_hangup'
  const done = unit.run(noun, id, { type: 'agent_ends', cause, ...(note !== undefined && { note }) })
  return isRefused(done) ? done : taken
}

function over(): Refused {
  return refuse('closed', 'It ended while the agent was answering: the answer is not kept.')
}
