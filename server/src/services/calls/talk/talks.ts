import type { AgentDefinition } from '#domain/agent/state.ts'
import type { SessionCommand } from '#domain/session/commands.ts'
import type { ToolCall } from '#domain/session/events.ts'
import { referenceOf } from '#domain/session/requests.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { canonicalAddress } from '#domain/vocabulary/address.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Outcome, Unit } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Logger } from '../../ports.ts'
import type { SessionView } from '../api.ts'
import { wordsOf } from '../conversation/transcript.ts'
import { openWords, recordWords, type Recorded, type Words } from '../conversation/words.ts'
import { persist } from '../patience.ts'
import type { AgentRuntime, News, Telephony, TurnInput } from '../ports.ts'
import { askAgent } from './asking.ts'
import { keepTools } from './tools.ts'
import { keepUsage } from './usage.ts'
import { whyNotThen } from './calling-back.ts'
import { Talk, type Speech, type TalkHouse } from './talk.ts'

export interface TalksNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'now' | 'after'>
  readonly telephony: Telephony
  readonly runtime: AgentRuntime
  readonly views: { get(account: string, id: Id): Promise<SessionView | undefined> }
  /** The time zones (IANA names) that a number is in, or may be in. */
  zonesOf(number: string): readonly string[]
  /** The name of this server process: only the calls it holds are its to talk on. */
  readonly lease: string
  readonly log?: Logger
}

/** A live call of this process. */
export interface LiveCall {
  readonly account: string
  readonly session: Id
  readonly attempt: number
}

const transferRingMs: Milliseconds = 60_000

/** The talks of all calls that this process holds. */
export class Talks {
  readonly #need: TalksNeed
  readonly #talks = new Map<Id, Talk>()
  /** Talks that are being set up, so that what is said meanwhile finds them. */
  readonly #beginning = new Map<Id, Promise<Talk | undefined>>()
  /** Which attempts were over while their talk was being set up. */
  readonly #overMeanwhile = new Map<Id, number>()
  readonly #running = new Set<Promise<void>>()
  readonly #stopped = new AbortController()

  constructor(need: TalksNeed) {
    this.#need = need
  }

  /** Somebody must talk on a call that is live now. Safe to repeat. */
  async begin(call: LiveCall, lease: string): Promise<void> {
    if (this.#stopped.signal.aborted || lease !== this.#need.lease || this.#of(call)) return
    const setting = this.#set(call)
    this.#beginning.set(call.session, setting)
    try {
      const talk = await setting
      if (talk) await this.#track(talk.begin())
    } finally {
      if (this.#beginning.get(call.session) === setting) {
        this.#beginning.delete(call.session)
        this.#overMeanwhile.delete(call.session)
      }
    }
  }

  /** The person on the first leg of a call speaks. Where nobody talks with them, it is recorded all the same. */
  async heard(call: LiveCall, speech: Speech): Promise<void> {
    await this.#beginning.get(call.session)
    const talk = this.#of(call)
    if (talk) return talk.heard(speech)
    if (speech.text.trim() === '') return
    const quietFrom = this.#need.engine.clocks.now(call.account) + speech.lastsMs
    await this.#record(call, { who: 'user', text: speech.text, quietFrom })
  }

  async askOnline(call: LiveCall): Promise<void> {
    await this.#of(call)?.askOnline()
  }

  async sayLast(call: LiveCall): Promise<void> {
    await this.#of(call)?.sayLast()
  }

  /** Something the agent wanted came to nothing. */
  async tell(call: LiveCall, news: News): Promise<void> {
    await this.#beginning.get(call.session)
    await this.#of(call)?.tell(news)
  }

  /** The call, or this attempt of it, is over, or its agent has left. */
  over({ session, attempt }: Pick<LiveCall, 'session' | 'attempt'>): void {
    if (this.#beginning.has(session)) {
      this.#overMeanwhile.set(session, Math.max(attempt, this.#overMeanwhile.get(session) ?? 0))
    }
    const talk = this.#talks.get(session)
    if (!talk || talk.facts.attempt > attempt) return
    talk.over()
    this.#talks.delete(session)
  }

  /** Leaves every call as it is, for the process that takes it over. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    for (const talk of this.#talks.values()) talk.over()
    this.#talks.clear()
    await Promise.allSettled(this.#running)
  }

  #of({ session, attempt }: LiveCall): Talk | undefined {
    const talk = this.#talks.get(session)
    return talk?.facts.attempt === attempt ? talk : undefined
  }

  async #set(call: LiveCall): Promise<Talk | undefined> {
    const view = await this.#open(call)
    // Where a carrier takes no text, somebody else gives it sound.
    const talk = view && this.#need.telephony.speak && (await this.#make(call, view))
    const isOver = (this.#overMeanwhile.get(call.session) ?? 0) >= call.attempt
    if (!talk || isOver || this.#of(call) || this.#stopped.signal.aborted) return undefined
    this.#talks.get(call.session)?.over()
    this.#talks.set(call.session, talk)
    return talk
  }

  /** The session with its stream and conversation, as it is now; undefined: it is over. */
  async #open(call: LiveCall): Promise<SessionView | undefined> {
    const { engine, log } = this.#need
    const outcome = await engine.execute<Session>({ account: call.account, by: 'agent' }, (unit) => {
      const session = liveSession(unit, call)
      if (isRefused(session)) return session
      const opened = openWords(unit, session)
      if (!isRefused(opened)) return opened
      log?.warn({ account: call.account, session: call.session, code: opened.refusal.code }, 'A call has no words.')
      return session
    })
    const view = outcome.value && (await this.#need.views.get(call.account, call.session))
    return view?.session.attempt.number === call.attempt ? view : undefined
  }

  async #make(call: LiveCall, { session, definition, order }: SessionView): Promise<Talk> {
    const { words } = await wordsOf(this.#need.engine, session)
    const { voicemailMs } = session.policy
    const { answeredAt } = session.attempt
    const voicemailUntil = voicemailMs && answeredAt !== undefined ? answeredAt + voicemailMs : null
    const facts = { session: call.session, attempt: call.attempt, definition, voicemailUntil }
    const { data, context } = order
    const known = { definition, data, ...(context !== undefined && { context }) }
    const heard = words.findLast(({ who }) => who === 'user')?.id ?? null
    const said = words.map(({ who, text }) => ({ who, text }))
    return new Talk(this.#house(call, session, known, heard), facts, said)
  }

  #house(
    call: LiveCall,
    { agent }: Session,
    known: Pick<TurnInput, 'definition' | 'data' | 'context'>,
    last: Id | null,
  ): TalkHouse {
    const { engine, system, telephony, runtime } = this.#need
    const { account, session, attempt } = call
    const reference = referenceOf(session, attempt)
    // What the user said last.
    let heard = last
    const command = (given: SessionCommand): Promise<boolean> =>
      this.#inCall(call, (unit) => unit.run(noun, session, given))
    return {
      now: () => engine.clocks.now(account),
      at: (instant, step) => engine.clocks.at(account, instant, () => this.#track(step())),
      ask: async (input) => {
        // What is said begins anew with each attempt.
        const turn = attempt > 1 && { turn: `${attempt}-${input.said.length}` }
        const asked = { account, session, agent: agent.id, channel: 'voice', ...known, ...input, ...turn } as const
        const after = heard
        const keep = (calls: readonly ToolCall[] = []): Promise<void> =>
          keepTools(this.#need, { account, id: session }, after, calls)
        const late = (call: ToolCall): void => void this.#track(keep([call]))
        const reply = await askAgent(runtime, system, asked, this.#stopped.signal, late)
        const usage = 'failed' in reply ? undefined : reply.usage
        await Promise.all([
          keep(reply.toolCalls),
          keepUsage(this.#need, { account, id: session, attempt: { number: attempt } }, usage),
        ])
        return reply
      },
      speak: (text) => speak(telephony, account, reference, text),
      record: async (words) => {
        const { is, recorded } = await this.#record(call, words)
        if (words.who === 'user' && recorded) heard = recorded.communicationId
        return is
      },
      thinks: (until) => command({ type: 'turn', who: 'agent', quietFrom: until }),
      sign: (sign) => command({ type: 'voicemail_sign', sign }),
      end: (cause, note) => command({ type: 'agent_ends', cause, ...(note !== undefined && { note }) }),
      transfer: (to) =>
        this.#inCall(call, (unit, { own }) =>
          unit.run(noun, session, {
            type: 'transfer',
            id: unit.id(),
            to: canonicalAddress('VOICE', to),
            from: own,
            ringMs: transferRingMs,
          }),
        ),
      callBack: (at) => this.#callBack(call, known.definition, at),
    }
  }

  /** Agreed, or why not; false: the call is over. */
  async #callBack(
    call: LiveCall,
    definition: AgentDefinition,
    at: Instant,
  ): Promise<boolean | { readonly refused: string }> {
    const outcome = await this.#execute<string | true>(call, (unit, session) => {
      const refused = whyNotThen(session, definition, { at, now: unit.now, zones: this.#need.zonesOf(session.user) })
      if (refused !== undefined) return refused
      const done = unit.run(noun, session.id, { type: 'call_back', dueAt: at })
      return isRefused(done) ? done : true
    })
    if (outcome.refusal === over.refusal) this.over(call)
    if (outcome.refusal) return outcome.refusal === over.refusal ? false : { refused: 'not_allowed' }
    return typeof outcome.value === 'string' ? { refused: outcome.value } : true
  }

  /** Words that find no place are not said to the caller again: the call goes on without them. */
  async #record(
    call: LiveCall,
    words: Words,
  ): Promise<{ readonly is: boolean; readonly recorded: Recorded | undefined }> {
    const outcome = await this.#execute<Recorded>(call, (unit, session) => recordWords(unit, session, words))
    return { is: this.#goesOn(call, outcome), recorded: outcome.value }
  }

  /** False: the call is over. */
  async #inCall(call: LiveCall, program: (unit: Unit, session: Session) => Refused | object): Promise<boolean> {
    return this.#goesOn(call, await this.#execute(call, program))
  }

  /** False: the call is over. What was refused otherwise is passed over: the call goes on without it. */
  #goesOn(call: LiveCall, outcome: Outcome<unknown>): boolean {
    if (outcome.refusal === undefined) return true
    if (outcome.refusal === over.refusal) {
      this.over(call)
      return false
    }
    const { account, session } = call
    this.#need.log?.warn({ account, session, code: outcome.refusal.code }, 'A step of a call was refused.')
    return true
  }

  async #execute<Value>(
    call: LiveCall,
    program: (unit: Unit, session: Session) => Refused | Value,
  ): Promise<Outcome<Value>> {
    if (this.#stopped.signal.aborted) return over
    return persist<Value>(this.#need, { account: call.account, by: 'agent' }, (unit) => {
      const session = liveSession(unit, call)
      return isRefused(session) ? session : program(unit, session)
    })
  }

  /** A step that is being taken; what breaks in it is the step's alone. */
  #track(step: Promise<void>): Promise<void> {
    const tracked = step.catch((error: unknown) => {
      const name = error instanceof Error ? error.name : typeof error
      this.#need.log?.error({ error: name }, 'A step of a call broke.')
    })
    this.#running.add(tracked)
    return tracked.finally(() => this.#running.delete(tracked))
  }
}

const over = refuse('closed', 'The call is over.')

function liveSession(unit: Unit, { session: id, attempt }: LiveCall): Session | Refused {
  const session = unit.state(noun, id)
  const isLive = session?.state === 'live' && session.attempt.number === attempt
  return isLive && session.control?.agent !== 'left' ? session : over
}

async function speak(
  telephony: Telephony,
  account: string,
  reference: string,
  text: string,
): Promise<Milliseconds | undefined> {
  try {
    return (await telephony.speak?.(account, reference, text))?.lastsMs
  } catch {
    return undefined
  }
}
