import { describe, expect, it } from 'vitest'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { TurnInput, TurnReply } from '../ports.ts'
import { Talk, type TalkHouse } from './talk.ts'

const definition: AgentDefinition = {
  name: 'alice',
  welcome: 'Hello.',
  speech: { by: 'script', lines: [], goodbye: '' },
  limits: { onlineQuestion: 'Hello?', lastWords: 'Nobody there? Goodbye.' },
  hours: null,
  retry: null,
  route: 'default',
  inbound: { callsPerCaller: -1, exempt: [], rejectUnknown: false },
  announce: null,
  makes: { recording: false, summary: false, extraction: false },
  vendor: {},
}

type Answer = TurnReply | { readonly failed: string }

/** A call in which everything lasts one second, and time moves when it is told to. */
class Stage implements TalkHouse {
  readonly log: string[] = []
  readonly asked: Pick<TurnInput, 'said' | 'on' | 'news'>[] = []
  /** What is wrong with callbacks. */
  refuses: string | undefined
  readonly #steps: { readonly at: number; readonly step: () => Promise<void> }[] = []
  readonly #answers: (Answer | Promise<Answer>)[]
  isOver = false
  #now = 1_000

  constructor(...answers: (Answer | Promise<Answer>)[]) {
    this.#answers = answers
  }

  now(): number {
    return this.#now
  }

  at(at: number, step: () => Promise<void>): () => void {
    const one = { at, step }
    this.#steps.push(one)
    return () => {
      const i = this.#steps.indexOf(one)
      if (i >= 0) this.#steps.splice(i, 1)
    }
  }

  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      const [next] = this.#steps.toSorted((a, b) => a.at - b.at)
      if (!next || next.at > end) break
      this.#steps.splice(this.#steps.indexOf(next), 1)
      this.#now = Math.max(this.#now, next.at)
      await next.step()
    }
    this.#now = end
  }

  async ask(input: Pick<TurnInput, 'said' | 'on' | 'news'>): ReturnType<TalkHouse['ask']> {
    this.asked.push(input)
    const answer = (await this.#answers.shift()) ?? {}
    return 'failed' in answer ? answer : { ...answer, took: { totalMs: 7 } }
  }

  async speak(text: string): Promise<number | undefined> {
    if (text === 'unspeakable') return undefined
    this.log.push(`${this.#now} speaks ${text}`)
    return 1_000
  }

  async record({ who, text, quietFrom }: { who: string; text: string; quietFrom: number }): Promise<boolean> {
    if (!this.isOver) this.log.push(`${this.#now} ${who}: ${text} (${quietFrom})`)
    return !this.isOver
  }

  async thinks(until: number): Promise<boolean> {
    this.log.push(`${this.#now} thinks (${until})`)
    return !this.isOver
  }

  async sign(sign: string): Promise<boolean> {
    this.log.push(`${this.#now} ${sign}`)
    return true
  }

  async end(cause: string, note?: string): Promise<boolean> {
    this.log.push(`${this.#now} ends ${cause}${note === undefined ? '' : ` ${note}`}`)
    return true
  }

  async transfer(to: string): Promise<boolean> {
    this.log.push(`${this.#now} transfers to ${to}`)
    return true
  }

  async callBack(at: number): Promise<boolean | { readonly refused: string }> {
    if (this.isOver) return false
    if (this.refuses !== undefined) return { refused: this.refuses }
    this.log.push(`${this.#now} will call back at ${at}`)
    return true
  }
}

function talkOn(stage: Stage, voicemailUntil: number | null = null, said: TurnInput['said'] = []): Talk {
  return new Talk(stage, { session: 's', attempt: 1, definition, voicemailUntil }, said)
}

const hello = { text: 'Hello', lastsMs: 500 }

describe('a talk', () => {
  it('begins with the agent, and answers when the user has finished', async () => {
    const stage = new Stage({ say: 'Welcome' }, { say: 'Good' })
    const talk = talkOn(stage)
    await talk.begin()
    await stage.pass(1_000)
    await talk.heard(hello)
    await stage.pass(499)
    expect(stage.asked).toHaveLength(1)
    await stage.pass(1)
    expect(stage.log).toEqual([
      '1000 speaks Welcome',
      '1000 agent: Welcome (2000)',
      '2000 user: Hello (2500)',
      '2500 speaks Good',
      '2500 agent: Good (3500)',
    ])
    expect(stage.asked.map(({ on, said }) => [on, said.map(({ who }) => who)])).toEqual([
      ['start', []],
      ['user', ['agent', 'user']],
    ])
  })

  it('takes one turn at a time: what is said meanwhile is the next one', async () => {
    const thinking = Promise.withResolvers<Answer>()
    const stage = new Stage({}, thinking.promise, { say: 'Two' })
    const talk = talkOn(stage)
    await talk.begin()
    await talk.heard({ text: 'One', lastsMs: 1 })
    const answered = stage.pass(1)
    await Promise.resolve()
    await talk.heard({ text: 'Two', lastsMs: 0 })
    thinking.resolve({ say: 'One' })
    await answered
    await stage.pass(10)
    // Whoever is asked about what the user said has that last.
    expect(stage.asked.map(({ said }) => said.map(({ text }) => text))).toEqual([[], ['One'], ['One', 'One', 'Two']])
    expect(stage.asked.at(-1)?.said.at(-1)?.who).toBe('user')
  })

  it('rule 10: an agent that thinks is not silent, for as long as it thinks', async () => {
    const thinking = Promise.withResolvers<Answer>()
    const stage = new Stage(thinking.promise)
    const talk = talkOn(stage)
    const begun = talk.begin()
    await stage.pass(899)
    expect(stage.log).toEqual([])
    await stage.pass(4_001)
    expect(stage.log).toEqual(['1900 thinks (6900)', '5900 thinks (10900)'])
    thinking.resolve({ say: 'Welcome' })
    await begun
    await stage.pass(60_000)
    expect(stage.log).toHaveLength(4)
  })

  it('a call that is over while its agent thinks is not talked on', async () => {
    const thinking = Promise.withResolvers<Answer>()
    const stage = new Stage(thinking.promise)
    const begun = talkOn(stage).begin()
    stage.isOver = true
    await stage.pass(60_000)
    thinking.resolve({ say: 'Welcome' })
    await begun
    expect(stage.log).toEqual(['1900 thinks (6900)'])
  })

  it('asks once for two things said in a row', async () => {
    const stage = new Stage({}, { say: 'Both' })
    const talk = talkOn(stage)
    await talk.begin()
    await talk.heard({ text: 'One', lastsMs: 1_000 })
    await stage.pass(500)
    await talk.heard({ text: 'Two', lastsMs: 1_000 })
    await stage.pass(5_000)
    expect(stage.asked).toHaveLength(2)
    expect(stage.log.at(-1)).toBe('2500 agent: Both (3500)')
  })

  it('lets its last words play before it hangs up, and answers nothing any more', async () => {
    const stage = new Stage({ say: 'Bye', end: { note: 'done' } }, { say: 'never' })
    const talk = talkOn(stage)
    await talk.begin()
    await talk.heard(hello)
    await stage.pass(999)
    expect(stage.log).toHaveLength(3)
    await stage.pass(1)
    expect(stage.log.at(-1)).toBe('2000 ends agent_hangup done')
    await stage.pass(60_000)
    expect(stage.asked).toHaveLength(1)
  })

  it('discards an answer that comes after the end', async () => {
    const thinking = Promise.withResolvers<Answer>()
    const stage = new Stage(thinking.promise)
    const talk = talkOn(stage)
    const begun = talk.begin()
    talk.over()
    thinking.resolve({ say: 'too late' })
    await begun
    expect(stage.log).toEqual([])
  })

  it('notices at what it records that the call is over', async () => {
    const stage = new Stage({ say: 'Welcome' }, { say: 'never' })
    const talk = talkOn(stage)
    await talk.begin()
    stage.isOver = true
    await talk.heard(hello)
    await stage.pass(10_000)
    expect(stage.asked).toHaveLength(1)
  })

  it.each([
    [{ failed: 'The agent did not answer in time.' }, '1000 ends agent_error The agent did not answer in time.'],
    [{ say: 'unspeakable' }, '1000 ends agent_error What the agent said could not be played on the call.'],
  ])('ends the call with an honest note when its turn fails: %j', async (answer, last) => {
    const stage = new Stage(answer)
    await talkOn(stage).begin()
    expect(stage.log.at(-1)).toBe(last)
  })

  it('goes on where another process left it', async () => {
    const theirs = new Stage({ say: 'Yes?' })
    await talkOn(theirs, null, [{ who: 'user', text: 'Hello' }]).begin()
    expect(theirs.asked).toMatchObject([{ on: 'user' }])
    const ours = new Stage()
    await talkOn(ours, null, [{ who: 'agent', text: 'Welcome' }]).begin()
    expect(ours.asked).toEqual([])
  })

  it('asks whether the user is there, in the words of the agent', async () => {
    const stage = new Stage()
    await talkOn(stage).askOnline()
    expect(stage.log.at(-1)).toBe('1000 agent: Hello? (2000)')
  })

  it('hands the call to a person', async () => {
    const stage = new Stage({ say: 'One moment', transfer: { to: '+12025550199' } })
    await talkOn(stage).begin()
    expect(stage.log.at(-1)).toBe('1000 transfers to +12025550199')
  })
})

describe('what an agent wanted and did not get', () => {
  const busy = { on: 'transfer_failed', reason: 'busy', name: 's7' } as const

  it('5.9 a transfer that failed is a turn of its own, with the reason', async () => {
    const stage = new Stage({}, { say: 'They are busy.' })
    const talk = talkOn(stage)
    await talk.begin()
    await talk.tell(busy)
    expect(stage.asked.at(-1)).toMatchObject({ on: 'transfer_failed', news: { reason: 'busy', name: 's7' } })
    expect(stage.log.at(-1)).toBe('1000 agent: They are busy. (2000)')
  })

  it('is told when the user has finished, and what the user said is answered after it', async () => {
    const stage = new Stage({}, { say: 'They are busy.' }, { say: 'Yes.' })
    const talk = talkOn(stage)
    await talk.begin()
    await talk.heard({ text: 'Are they coming?', lastsMs: 1_000 })
    await talk.tell(busy)
    expect(stage.asked).toHaveLength(1)
    await stage.pass(1_000)
    expect(stage.asked.map(({ on }) => on)).toEqual(['start', 'transfer_failed', 'user'])
  })

  it('waits for the turn that is being taken', async () => {
    const thinking = Promise.withResolvers<Answer>()
    const stage = new Stage({}, thinking.promise, { say: 'They are busy.' })
    const talk = talkOn(stage)
    await talk.begin()
    await talk.heard({ text: 'Hello', lastsMs: 1 })
    const answered = stage.pass(1)
    await Promise.resolve()
    await talk.tell(busy)
    expect(stage.asked).toHaveLength(2)
    thinking.resolve({ say: 'One moment.' })
    await answered
    expect(stage.asked.map(({ on }) => on)).toEqual(['start', 'user', 'transfer_failed'])
  })

  it('is not told once the call is ending', async () => {
    const stage = new Stage({ say: 'Bye', end: {} }, { say: 'never' })
    const talk = talkOn(stage)
    await talk.begin()
    await talk.tell(busy)
    expect(stage.asked).toHaveLength(1)
  })

  it('5.4 a callback that is agreed comes before what is said of it', async () => {
    const stage = new Stage({ say: 'Until then!', callBack: { at: 99_000 }, end: {} })
    await talkOn(stage).begin()
    await stage.pass(10_000)
    expect(stage.log).toEqual([
      '1000 will call back at 99000',
      '1000 speaks Until then!',
      '1000 agent: Until then! (2000)',
      '2000 ends agent_hangup',
    ])
  })

  it('5.4 a callback that cannot be is not promised: the agent is asked again, and told why', async () => {
    const stage = new Stage({ say: 'Until then!', callBack: { at: 99_000 }, end: {} }, { say: 'Not at night.' })
    stage.refuses = 'outside_hours'
    await talkOn(stage).begin()
    await stage.pass(10_000)
    expect(stage.asked.at(-1)).toMatchObject({ on: 'callback_refused', news: { reason: 'outside_hours' } })
    expect(stage.log).toEqual(['1000 speaks Not at night.', '1000 agent: Not at night. (2000)'])
  })

  it('an agent that insists is told three times, and again when the user has spoken', async () => {
    const insists = Array.from({ length: 9 }, () => ({ say: 'Until then!', callBack: { at: 99_000 } }))
    const stage = new Stage(...insists)
    stage.refuses = 'too_late'
    const talk = talkOn(stage)
    await talk.begin()
    expect(stage.asked).toHaveLength(4)
    const names = stage.asked.flatMap(({ news }) => news?.name ?? [])
    expect(new Set(names).size).toBe(3)
    await talk.heard(hello)
    await stage.pass(1_000)
    expect(stage.asked).toHaveLength(8)
    expect(stage.log.filter((line) => line.includes('speaks'))).toEqual([])
  })

  it('nothing is agreed once the call is over', async () => {
    const stage = new Stage({ say: 'Until then!', callBack: { at: 99_000 } })
    stage.isOver = true
    await talkOn(stage).begin()
    expect(stage.log).toEqual([])
  })
})

describe('last words', () => {
  it('5.7 are said when nobody has said anything for too long', async () => {
    const stage = new Stage({})
    const talk = talkOn(stage)
    await talk.begin()
    await talk.sayLast()
    expect(stage.log.at(-1)).toBe('1000 agent: Nobody there? Goodbye. (2000)')
  })

  it('are not said over the agent’s own goodbye', async () => {
    const stage = new Stage({ say: 'Bye', end: {} })
    const talk = talkOn(stage)
    await talk.begin()
    await talk.sayLast()
    expect(stage.log).toHaveLength(2)
  })
})

describe('voicemail', () => {
  const greeting = { text: 'You have reached Alice, please leave a message after the tone', lastsMs: 4_000 }

  it('is a beep at once, and a greeting when a second look agrees', async () => {
    const stage = new Stage()
    const talk = talkOn(stage, 31_000)
    await talk.heard(greeting)
    await stage.pass(7_000)
    await talk.heard({ text: '', lastsMs: 0, beep: true })
    expect(stage.log.filter((line) => !line.includes(':'))).toEqual(['1000 check', '8000 check', '8000 beep'])
  })

  it('is cleared by a person, and not looked at again once somebody spoke', async () => {
    const stage = new Stage()
    const talk = talkOn(stage, 31_000)
    await talk.heard(greeting)
    await talk.heard(hello)
    await stage.pass(60_000)
    expect(stage.log.filter((line) => !line.includes(':'))).toEqual(['1000 check', '1000 live'])
  })

  it.each([[null], [1_000]])('is not looked for without, or after, its time: %s', async (until) => {
    const stage = new Stage()
    const talk = talkOn(stage, until)
    await talk.heard(greeting)
    await talk.heard({ text: '', lastsMs: 0, beep: true })
    expect(stage.log).toHaveLength(1)
  })
})
