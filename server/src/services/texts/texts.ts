import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, EffectRunner, Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Agents } from '../calls/api.ts'
import { Telling } from '../calls/conversation/telling.ts'
import type { AgentRuntime } from '../calls/ports.ts'
import { writtenPolicyOf } from '../calls/sessions/policy.ts'
import { Views } from '../calls/sessions/views.ts'
import type { Logger } from '../ports.ts'
import { openWritten } from '../written/opening.ts'
import { Turns } from '../written/turns.ts'
import { Watch } from '../written/watch.ts'
import { writtenRoute } from '../written/words.ts'
import type { OpenedText, TextDraft, Texts } from './api.ts'
import { closingRunner } from './closing.ts'
import { end } from './ending.ts'
import { firstWordsOf } from './first-words.ts'
import { Greetings, isUngreeted } from './greeting.ts'
import { talkOf } from './items.ts'
import type { TextParts } from './parts.ts'
import { say } from './saying.ts'

export interface TextsNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'now' | 'after'>
  readonly agents: Pick<Agents, 'get' | 'version'>
  readonly runtime: AgentRuntime
  readonly log?: Logger
}

export interface TextHouse extends Texts {
  /** For the engine, which has to have them before it starts. */
  readonly runners: Readonly<Record<string, EffectRunner>>
  /** Before the engine stops: turns that run are left. */
  stop(): Promise<void>
}

/** Chats with agents, one turn at a time. */
export function createTexts(need: TextsNeed): TextHouse {
  const { engine, agents } = need
  const stopping = new AbortController()
  const watch = new Watch(engine)
  const parts: TextParts = {
    ...need,
    views: new Views(engine, agents),
    telling: new Telling(engine),
    turns: new Turns(watch),
    watch,
    stopped: stopping.signal,
  }
  const greetings = new Greetings(parts)

  return {
    open: async (ask, draft) => {
      const opened = await openText(need, ask, draft)
      if (isRefused(opened)) return opened
      const { view, repeated } = opened
      const { account, id } = view.session
      // A greeting that is still running is waited for: whoever asks again gets the same.
      if (isUngreeted(view.session)) await greetings.greet(account, id)
      const present = (await parts.views.get(account, id)) ?? view
      return { view: present, greeting: await firstWordsOf(engine, present.session), repeated }
    },
    say: (ask, id, message) => say(parts, ask, id, message),
    end: (ask, id) => end(parts, ask, id),
    items: async ({ session }) => (await talkOf(engine, session)).items,
    talk: ({ session }) => talkOf(engine, session),
    runners: { 'agent.greet': greetings.runner, 'conversation.end_sessions': closingRunner(engine) },
    stop: async () => {
      stopping.abort()
      await parts.turns.stop()
    },
  }
}

/** Live at once. Our side is the agent, by the id that the API shows. */
async function openText(need: TextsNeed, ask: Ask, draft: TextDraft): Promise<Omit<OpenedText, 'greeting'> | Refused> {
  const { user } = draft
  return openWritten(need, ask, draft, (definition, agent) => {
    const own = `agent_${agent}`
    if (user === own)
      return refuse('invalid', 'Name somebody else: an agent does not write to itself.', { field: 'user' })
    return {
      kind: 'text',
      direction: 'inbound',
      to: 'live',
      own,
      route: writtenRoute('CHAT', { user, own }),
      policy: writtenPolicyOf(definition, 'text'),
    }
  })
}
