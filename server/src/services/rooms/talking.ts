import type { AgentEnds, SessionCommand } from '#domain/session/commands.ts'
import type { ToolCall } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Outcome, Unit } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Logger } from '../ports.ts'
import { recordWords, type Recorded, type Words } from '../calls/conversation/words.ts'
import { persist } from '../calls/patience.ts'
import type { AgentRuntime, TurnInput } from '../calls/ports.ts'
import { askAgent, type Answer } from '../calls/talk/asking.ts'
import { keepTools } from '../calls/talk/tools.ts'
import { keepUsage } from '../calls/talk/usage.ts'
import { Talk, type TalkHouse } from '../calls/talk/talk.ts'
import { mostAdvice } from './advice.ts'
import type { Said } from './known.ts'
import type { Room } from './room.ts'

export interface TalkingNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'now' | 'after'>
  readonly runtime: AgentRuntime
  /** The name of this server process. */
  readonly lease: string
  readonly stopped: AbortSignal
  /** A step that is being taken, so that a stop waits for it. */
  track(step: Promise<void>): Promise<void>
  readonly log?: Logger
}

/** What is known of a talk when this process takes it up. */
export interface Known extends Said {
  /** What the user said last; null: nothing yet. */
  readonly heard: Id | null
  readonly advice: readonly string[]
}

/** A talk in a room: what is said there takes no time, and is heard by everybody in it once it is kept. */
export class RoomTalk implements TalkHouse {
  readonly #need: TalkingNeed
  readonly #room: Room
  readonly #talk: Talk
  /** What the user said last; null: nothing yet. */
  #heard: Id | null
  /** What is being kept of what the user says. */
  #keeping: Promise<Outcome<Recorded>> | undefined
  readonly #isUnanswered: boolean
  /** What supervisors told the agent, oldest first. */
  #advice: readonly string[]
  /** The agent leaves the user to somebody else. */
  #handsOver = false
  #refusals = 0

  constructor(need: TalkingNeed, room: Room, { said, isUnanswered, heard, advice }: Known) {
    const { session, definition } = room.view
    const facts = { session: session.id, attempt: session.attempt.number, definition, voicemailUntil: null }
    this.#need = need
    this.#room = room
    this.#heard = heard
    this.#advice = advice
    this.#isUnanswered = isUnanswered
    this.#talk = new Talk(this, facts, said)
  }

  /** It begins with the agent's welcome, or goes on where another process left it. */
  begin(): Promise<void> {
    return this.#talk.begin(this.#isUnanswered)
  }

  /** The user says something: resolves when it is kept, or with why it is not. */
  async say(text: string): Promise<Refused | undefined> {
    this.#keeping = undefined
    const heard = this.#talk.heard({ text, lastsMs: 0 })
    const keeping = this.#kept()
    await heard
    if (keeping === undefined) return over
    const { refusal } = await keeping
    return refusal && { refusal }
  }

  /** A supervisor speaks in the agent's place. Resolves when it is kept, or with why it is not. */
  async bargeIn(text: string): Promise<Refused | undefined> {
    const kept = this.#talk.interject(text)
    if (!kept) return over
    const at = this.now()
    const words = { who: 'agent', text, quietFrom: at, speaker: 'supervisor' } as const
    const outcome = await this.#execute((unit, session) => recordWords(unit, session, words))
    if (outcome.refusal) {
      this.#goesOn(outcome)
      return { refusal: outcome.refusal }
    }
    kept()
    this.#room.tell({ is: 'said', who: 'agent', text, at, speaker: 'supervisor' })
    return undefined
  }

  /** A supervisor speaks to the agent alone, who knows it from its next turn on. Resolves when it is kept, or with why it is not. */
  async advise(text: string): Promise<Refused | undefined> {
    const { id } = this.#room.view.session
    const outcome = await this.#execute((unit) => unit.run(noun, id, { type: 'advise', text }))
    if (outcome.refusal) return { refusal: outcome.refusal }
    this.#advice = [...this.#advice, text].slice(-mostAdvice)
    return undefined
  }

  askOnline(): Promise<void> {
    return this.#talk.askOnline()
  }

  sayLast(): Promise<void> {
    return this.#talk.sayLast()
  }

  over(): void {
    this.#talk.over()
  }

  now(): Instant {
    return this.#need.engine.clocks.now(this.#room.account)
  }

  /** What is to be done at once is not left to a test clock, which may stand still. */
  at(instant: Instant, step: () => Promise<void>): () => void {
    if (instant > this.now() + 1)
      return this.#need.engine.clocks.at(this.#room.account, instant, () => this.#need.track(step()))
    let isOff = false
    void this.#need.track(Promise.resolve().then(() => (isOff ? undefined : step())))
    return () => {
      isOff = true
    }
  }

  async ask(input: Pick<TurnInput, 'said' | 'on' | 'news'>): Promise<Answer | { readonly failed: string }> {
    const { runtime, system, stopped } = this.#need
    const { account, session: id, view } = this.#room
    const { definition, order, session } = view
    const { data, context } = order
    const told = {
      account,
      session: id,
      agent: session.agent.id,
      definition,
      data,
      ...(context !== undefined && { context }),
      ...(this.#advice.length > 0 && { advice: this.#advice }),
    }
    const after = this.#heard
    const keep = (calls: readonly ToolCall[] = []): Promise<void> =>
      keepTools(this.#need, { account, id }, after, calls)
    const late = (call: ToolCall): void => void this.#need.track(keep([call]))
    const reply = await askAgent(runtime, system, { ...told, channel: 'browser', ...input }, stopped, late)
    const usage = 'failed' in reply ? undefined : reply.usage
    await Promise.all([keep(reply.toolCalls), keepUsage(this.#need, session, usage)])
    if ('failed' in reply) return reply
    this.#handsOver = reply.handOver !== undefined
    const answer = { ...reply, answers: after }
    // What is handed over is over for the agent (rule 9).
    return reply.handOver ? { ...answer, end: reply.handOver } : answer
  }

  async speak(): Promise<Milliseconds> {
    return 0
  }

  async record(words: Words): Promise<boolean> {
    const at = this.now()
    const keeping = this.#execute((unit, session) => recordWords(unit, session, words))
    if (words.who === 'user') this.#keeping = keeping
    const outcome = await keeping
    if (outcome.value) {
      if (words.who === 'user') this.#heard = outcome.value.communicationId
      this.#room.tell({ is: 'said', who: words.who, text: words.text, at })
      return true
    }
    return this.#goesOn(outcome)
  }

  thinks(until: Instant): Promise<boolean> {
    return this.#do({ type: 'turn', who: 'agent', quietFrom: until })
  }

  /** Nobody leaves a message in a browser. */
  async sign(): Promise<boolean> {
    return true
  }

  end(given: AgentEnds['cause'], note?: string): Promise<boolean> {
    const cause = given === 'agent_hangup' && this.#handsOver ? 'handed_over' : given
    return this.#do({ type: 'agent_ends', cause, ...(note !== undefined && { note }) })
  }

  /** Nobody can be put through to from a browser: who wants that is told so, and has the user back. */
  async transfer(): Promise<boolean> {
    const name = `refused${++this.#refusals}`
    await this.#talk.tell({ on: 'transfer_failed', reason: 'not_allowed', name })
    return false
  }

  async callBack(): Promise<{ readonly refused: string }> {
    return { refused: 'not_allowed' }
  }

  #kept(): Promise<Outcome<Recorded>> | undefined {
    return this.#keeping
  }

  async #do(command: SessionCommand): Promise<boolean> {
    return this.#goesOn(await this.#execute((unit, { id }) => unit.run(noun, id, command)))
  }

  /** False: it is over. What was refused otherwise is passed over: the talk goes on without it. */
  #goesOn({ refusal }: Outcome<unknown>): boolean {
    if (refusal === undefined) return true
    if (refusal === over.refusal) {
      this.#talk.over()
      return false
    }
    const { account, session } = this.#room
    this.#need.log?.warn({ account, session, code: refusal.code }, 'A step in a room was refused.')
    return true
  }

  async #execute<Value>(program: (unit: Unit, session: Session) => Value | Refused): Promise<Outcome<Value>> {
    const { account, session: id } = this.#room
    if (this.#need.stopped.aborted) return over
    return persist<Value>(this.#need, { account, by: 'agent' }, (unit) => {
      const session = unit.state(noun, id)
      const isOurs = session?.state === 'live' && session.attempt.lease === this.#need.lease
      return isOurs ? program(unit, session) : over
    })
  }
}

const over = refuse('closed', 'The session is over.')
