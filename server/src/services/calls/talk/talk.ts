import type { AgentDefinition } from '#domain/agent/state.ts'
import type { AgentEnds, VoicemailSign } from '#domain/session/commands.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { News, SaidTurn, TurnInput } from '../ports.ts'
import type { Words } from '../conversation/words.ts'
import type { Answer } from './asking.ts'
import { judge } from './voicemail.ts'

/** What a talk needs of the house: each answers false once the call is over, and then nothing more is to be said. */
export interface TalkHouse {
  now(): Instant
  /** Calls back at an instant of the account's clock; a clock that is advanced waits for what is begun there. */
  at(instant: Instant, step: () => Promise<void>): () => void
  ask(input: Pick<TurnInput, 'said' | 'on' | 'news'>): Promise<Answer | { readonly failed: string }>
  /** How long it lasts; undefined: it could not be said. */
  speak(text: string): Promise<Milliseconds | undefined>
  record(words: Words): Promise<boolean>
  /** The agent is thinking, and that is no silence: not before `until`. */
  thinks(until: Instant): Promise<boolean>
  sign(sign: VoicemailSign['sign']): Promise<boolean>
  end(cause: AgentEnds['cause'], note?: string): Promise<boolean>
  transfer(to: string): Promise<boolean>
  /** Agrees on a callback, or says why it cannot be. */
  callBack(at: Instant): Promise<boolean | { readonly refused: string }>
}

export interface TalkFacts {
  readonly session: Id
  readonly attempt: number
  readonly definition: AgentDefinition
  /** Voicemail is looked for until then; null: not at all. */
  readonly voicemailUntil: Instant | null
}

export interface Speech {
  readonly text: string
  readonly lastsMs: Milliseconds
  readonly beep?: true
}

/** How long an agent's last words may go on before it hangs up anyway. */
const lastWordsMs: Milliseconds = 10_000
/** How often in a row an agent is told that what it wanted came to nothing, while the user says nothing. */
const newsInARow = 3
/** An agent that takes this long is thinking; how often that is said, and how far ahead. */
const thinkingMs: Milliseconds = 900
const thinksEveryMs: Milliseconds = 4_000
const thinksForMs: Milliseconds = 5_000
/** Time between two looks at one greeting. */
const checkAgainMs: Milliseconds = 7_000
const onlineQuestion = 'Are you still there?'

/**
 * One live call's talk: who is heard, when the agent's turn comes, and what becomes of its answers. In memory only: what was
 * said is in the conversation, and a talk that is lost goes on from there.
 */
export class Talk {
  readonly facts: TalkFacts
  readonly #house: TalkHouse
  readonly #said: SaidTurn[]
  readonly #waits = new Set<() => void>()
  #phase: 'open' | 'ending' | 'over' = 'open'
  #asking = false
  /** The user said something that the agent has not been asked about. */
  #unanswered = false
  #userUntil: Instant = 0
  #heard = 0
  #news: readonly News[] = []
  /** Since the user spoke last. */
  #told = 0
  #callbacks = 0

  constructor(house: TalkHouse, facts: TalkFacts, said: readonly SaidTurn[]) {
    this.#house = house
    this.facts = facts
    this.#said = [...said]
  }

  /** It begins with the agent's welcome, or goes on where it was. */
  async begin(isUnanswered = this.#said.at(-1)?.who === 'user'): Promise<void> {
    if (this.#said.length === 0) return this.#turn({ on: 'start' })
    if (isUnanswered) return this.#turn({ on: 'user' })
  }

  /** The user speaks from now on, for a while; then it is the agent's turn. */
  async heard({ text, lastsMs, beep }: Speech): Promise<void> {
    if (this.#phase === 'over') return
    if (beep && this.#looksForVoicemail()) return void (await this.#house.sign('beep'))
    if (text.trim() === '') return
    this.#userUntil = this.#house.now() + lastsMs
    const until = this.#userUntil
    this.#said.push({ who: 'user', text })
    this.#unanswered = true
    this.#heard++
    this.#told = 0
    if (!(await this.#house.record({ who: 'user', text, quietFrom: until }))) return this.over()
    if (this.#looksForVoicemail()) await this.#judge(text)
    this.#later(until, () => this.#answer())
  }

  /** The user has been silent for a while: asks whether they are there. */
  async askOnline(): Promise<void> {
    if (this.#phase !== 'open' || this.#asking) return
    const question = this.facts.definition.limits.onlineQuestion ?? onlineQuestion
    if (question !== '') await this.#say(question, this.#said.at(-1))
  }

  /** Nobody has said anything for too long: the last words. The session ends when they are said, unless the user speaks. */
  async sayLast(): Promise<void> {
    if (this.#phase !== 'open' || this.#asking) return
    const { lastWords = '' } = this.facts.definition.limits
    if (lastWords !== '') await this.#say(lastWords, this.#said.at(-1))
  }

  /**
   * Somebody else begins to speak in the agent's place; undefined: nobody can any more. Call what it answers with once that is kept: what
   * the user had said before is answered by it, and the agent knows it from its next turn on.
   */
  interject(text: string): (() => void) | undefined {
    if (this.#phase !== 'open') return undefined
    const heard = this.#heard
    const last = this.#said.at(-1)
    return () => {
      const isAnswer = this.#heard === heard
      this.#put({ who: 'agent', text }, isAnswer ? this.#said.at(-1) : last)
      if (isAnswer) this.#unanswered = false
    }
  }

  /** What was said since then comes behind it. */
  #put(turn: SaidTurn, after: SaidTurn | undefined): void {
    this.#said.splice(after ? this.#said.lastIndexOf(after) + 1 : 0, 0, turn)
  }

  /** Something the agent wanted came to nothing: it has the user back, and a turn to say so. */
  async tell(news: News): Promise<void> {
    this.#hear(news)
    await this.#answer()
  }

  /** The call is over: nothing more is waited for or said. */
  over(): void {
    this.#phase = 'over'
    for (const cancel of this.#waits) cancel()
    this.#waits.clear()
  }

  /** One turn at a time; what is said while one runs is the next one's. */
  async #answer(): Promise<void> {
    const isTheirs = this.#house.now() < this.#userUntil
    if (this.#phase !== 'open' || this.#asking || isTheirs) return
    const [first, ...rest] = this.#news
    this.#news = rest
    if (first) return this.#turn(first)
    if (this.#unanswered) return this.#turn({ on: 'user' })
  }

  /** An agent that wants the same again and again, at once, is not told for ever. */
  #hear(news: News): void {
    if (this.#told++ < newsInARow) this.#news = [...this.#news, news]
  }

  async #turn(why: { readonly on: 'start' | 'user' } | News): Promise<void> {
    this.#asking = true
    if (!('reason' in why)) this.#unanswered = false
    const news = 'reason' in why && { news: { reason: why.reason, name: why.name } }
    const thought = this.#think()
    const last = this.#said.at(-1)
    const reply = await this.#house.ask({ said: [...this.#said], on: why.on, ...news })
    thought()
    this.#asking = false
    // Whatever ended the call while the agent was thinking, its answer is not heard any more.
    if (this.#phase !== 'open') return
    if ('failed' in reply) return this.#finish('agent_error', reply.failed)
    await this.#act(reply, last)
    await this.#answer()
  }

  /** Nobody is asked whether they are there, or hung up on, while the agent thinks. Answers with what ends it. */
  #think(): () => void {
    let stop = (): void => {}
    const again = (ms: Milliseconds): void => {
      stop = this.#later(this.#house.now() + ms, async () => {
        if (this.#phase === 'over' || !this.#asking) return
        if (await this.#house.thinks(this.#house.now() + thinksForMs)) {
          if (this.#asking && this.#phase === 'open') again(thinksEveryMs)
        } else this.over()
      })
    }
    again(thinkingMs)
    return () => stop()
  }

  /** `last`: what had been said last when it was asked for this. */
  async #act(
    { say, transfer, end, callBack, took, widgets, answers }: Answer,
    last: SaidTurn | undefined,
  ): Promise<void> {
    if (callBack && !(await this.#agree(callBack.at))) return
    const lastsMs =
      say === undefined || say === ''
        ? 0
        : await this.#say(say, last, {
            took,
            ...(widgets && { widgets }),
            ...(answers !== undefined && { answers }),
          })
    if (lastsMs === undefined || this.#phase !== 'open') return
    if (transfer && !(await this.#house.transfer(transfer.to))) return
    if (!end) return
    this.#phase = 'ending'
    const until = this.#house.now() + Math.min(lastsMs, lastWordsMs)
    this.#later(until, () => this.#finish('agent_hangup', end.note))
  }

  /** A promise that cannot be kept is not made: then nothing of the reply is said or done. */
  async #agree(at: Instant): Promise<boolean> {
    const agreed = await this.#house.callBack(at)
    if (agreed === true) return true
    if (agreed === false) this.over()
    else this.#hear({ on: 'callback_refused', reason: agreed.refused, name: `callback${++this.#callbacks}` })
    return false
  }

  /** How long it takes to say; undefined: the talk is over. */
  async #say(
    text: string,
    last: SaidTurn | undefined,
    about: Pick<Words, 'took' | 'widgets' | 'answers'> = {},
  ): Promise<Milliseconds | undefined> {
    const lastsMs = await this.#house.speak(text)
    if (lastsMs === undefined) {
      await this.#finish('agent_error', 'What the agent said could not be played on the call.')
      return undefined
    }
    // What the user said meanwhile is not what this answers: it comes last, since the agent is asked about it next.
    this.#put({ who: 'agent', text }, last)
    const quietFrom = this.#house.now() + lastsMs
    const isRecorded = await this.#house.record({ who: 'agent', text, quietFrom, ...about })
    if (isRecorded) return lastsMs
    this.over()
    return undefined
  }

  async #finish(cause: 'agent_hangup' | 'agent_error', note?: string): Promise<void> {
    if (this.#phase === 'over') return
    this.over()
    await this.#house.end(cause, note)
  }

  /** A greeting counts when a second look, some time later and with nothing else heard since, agrees. */
  async #judge(text: string): Promise<void> {
    const sign = judge(text, this.facts.definition.limits.voicemailWords)
    if (sign === undefined) return
    await this.#house.sign(sign)
    if (sign === 'live') return
    const { voicemailUntil } = this.facts
    const again = Math.min(this.#house.now() + checkAgainMs, (voicemailUntil ?? 0) - 1)
    const heard = this.#heard
    this.#later(again, async () => {
      if (this.#phase === 'open' && heard === this.#heard) await this.#house.sign('check')
    })
  }

  #looksForVoicemail(): boolean {
    const { voicemailUntil } = this.facts
    return this.#phase === 'open' && voicemailUntil !== null && this.#house.now() < voicemailUntil
  }

  /** Answers with what calls it off. */
  #later(instant: Instant, step: () => Promise<void>): () => void {
    // On a test clock only what lies ahead is waited for.
    const cancel = this.#house.at(Math.max(instant, this.#house.now() + 1), () => {
      this.#waits.delete(cancel)
      return step()
    })
    this.#waits.add(cancel)
    return () => {
      this.#waits.delete(cancel)
      cancel()
    }
  }
}
