import { describe, expect, it } from 'vitest'
import { openStage, type Stage } from '#conformance/telephony/stage.ts'
import { causeAnswered, causeUnanswered } from '#domain/session/causes.ts'

const welcome = 'Good morning, this is the clinic. May I speak with you for a moment?'
const number = (digits: string): string => `+120255501${digits}`

/** Calls a number, lets everything happen, and tells the story of it. */
async function call(stage: Stage, digits: string, minutes = 10): Promise<string> {
  const reference = await stage.heard.dial(number(digits))
  await stage.pass(minutes * 60_000)
  return reference
}

describe.each(['01', '00', '20', '99'])('number %s', (digits) => {
  it('answers, talks in turn with the agent, says goodbye and hangs up after 20 to 40 s', async () => {
    const stage = await openStage({ agent: welcome })
    const reference = await call(stage, digits)
    const story = stage.story(reference)
    expect(story.slice(0, 3)).toEqual(['+2 ringing', '+5 answered', '+6 media'])
    expect(stage.heard.speech(reference)).toHaveLength(4)
    expect(stage.heard.speech(reference).at(-1)?.text).toMatch(/goodbye/)
    expect(stage.heard.end(reference)).toMatchObject({ verdict: 'hangup', by: 'user', protocol: { q850: 16 } })
    const seconds = Number(story.at(-1)?.split(' ')[0])
    expect(seconds).toBeGreaterThan(25)
    expect(seconds).toBeLessThan(45)
  })

  it('talks into the silence of an agent that says nothing, and hangs up all the same', async () => {
    const stage = await openStage()
    const reference = await call(stage, digits)
    expect(stage.heard.speech(reference)).toHaveLength(4)
    expect(Number(stage.story(reference).at(-1)?.split(' ')[0])).toBeLessThan(60)
  })
})

describe('numbers that are not answered', () => {
  it.each([
    ['02', ['+2 ringing', '+6 ended'], { verdict: 'busy', by: 'carrier', protocol: { sip: 486, q850: 17 } }],
    ['03', ['+2 ringing', '+27 ended'], { verdict: 'no_answer', by: 'carrier', protocol: { sip: 480, q850: 19 } }],
    ['04', ['+2 ringing', '+8 ended'], { verdict: 'rejected', by: 'user', protocol: { sip: 603, q850: 21 } }],
    ['05', ['+1 ended'], { verdict: 'invalid_number', by: 'carrier', protocol: { sip: 404, q850: 1 } }],
    ['06', ['+1.5 ended'], { verdict: 'congestion', by: 'carrier', protocol: { sip: 503, q850: 42 } }],
  ] as const)('%s', async (digits, story, end) => {
    const stage = await openStage()
    const reference = await call(stage, digits)
    expect(stage.story(reference)).toEqual(story)
    expect(stage.heard.end(reference)).toEqual({ is: 'ended', ...end })
  })

  it('14 rings until we give up', async () => {
    const stage = await openStage()
    const reference = await call(stage, '14', 1)
    expect(stage.story(reference)).toEqual(['+2 ringing'])
    await stage.telephony.hangUp('alice', reference, { reject: false })
    await stage.pass(1_000)
    expect(stage.story(reference)).toEqual(['+2 ringing', '+60.1 ended'])
    expect(stage.heard.end(reference)).toMatchObject({ by: 'us', protocol: { sip: 487 } })
  })

  it.each([
    ['18', 'busy'],
    ['19', 'no_answer'],
  ])('%s does not answer the first time (%s), then answers', async (digits, verdict) => {
    const stage = await openStage({ agent: welcome })
    const first = await call(stage, digits)
    const second = await call(stage, digits)
    expect(stage.heard.end(first)).toMatchObject({ verdict })
    expect(stage.heard.course(second)).toEqual(['ringing', 'answered', 'ended'])
    expect(stage.heard.end(await call(stage, digits))).toMatchObject({ verdict })
  })

  it.each(['18', '19'])('%s answers a second attempt though the process knows of no first', async (digits) => {
    const stage = await openStage()
    const reference = await stage.heard.dial(number(digits), { reference: `${'0'.repeat(26)}.2` })
    await stage.pass(60_000)
    expect(stage.heard.course(reference)).toContain('answered')
  })

  it('18 is first busy for each account', async () => {
    const stage = await openStage()
    await call(stage, '18')
    const reference = await stage.heard.dial(number('18'), { account: 'bob', reference: 'bobs' })
    expect(await stage.telephony.query('bob', reference)).not.toBe('unknown')
    expect(stage.journal.map(({ account }) => account)).toEqual(['alice', 'bob'])
    const again = await stage.heard.dial(number('18'), { reference: 'again' })
    await stage.pass(10_000)
    expect(stage.heard.course(again)).toContain('answered')
  })
})

describe('the domain reads the reports as they are meant', () => {
  it.each([
    ['02', 'busy'],
    ['03', 'no_answer'],
    ['04', 'rejected'],
    ['05', 'invalid_number'],
    ['06', 'congestion'],
    ['18', 'busy'],
  ])('%s: %s, with the verdict and without', async (digits, cause) => {
    const stage = await openStage()
    const reference = await call(stage, digits)
    const rang = stage.heard.course(reference).includes('ringing')
    const { verdict: _, ...protocols } = stage.heard.end(reference) ?? {}
    expect(causeUnanswered(stage.heard.end(reference) ?? {}, rang)).toBe(cause)
    expect(causeUnanswered(protocols, rang)).toBe(cause)
  })

  it.each([
    ['01', 'user_hangup'],
    ['09', 'user_hangup'],
    ['17', 'carrier_drop'],
  ])('%s: %s', async (digits, cause) => {
    const stage = await openStage({ agent: welcome })
    expect(causeAnswered(stage.heard.end(await call(stage, digits)) ?? {})).toBe(cause)
  })

  it('a number that never rings was not reached', async () => {
    const stage = await openStage()
    stage.telephony.phones('alice').set(number('20'), [])
    const reference = await call(stage, '20')
    expect(stage.story(reference)).toEqual(['+65 ended'])
    expect(causeUnanswered(stage.heard.end(reference) ?? {}, false)).toBe('unreachable')
  })
})

describe('numbers that talk badly', () => {
  it('07 answers and stays silent, with sound', async () => {
    const stage = await openStage({ agent: welcome })
    const reference = await call(stage, '07', 5)
    expect(stage.story(reference)).toEqual(['+2 ringing', '+5 answered', '+6 media'])
    expect(stage.heard.legs(reference).at(-1)?.what).toEqual({ is: 'media', receivedPackets: 50, sentPackets: 50 })
  })

  it('08 is a voicemail: a greeting, a beep, and a minute to speak', async () => {
    const stage = await openStage({ agent: welcome })
    const reference = await call(stage, '08')
    expect(stage.story(reference).map((line) => line.replace(/^\S+ /, ''))).toEqual([
      'ringing',
      'answered',
      'speech',
      'media',
      'beep',
      'media',
      'ended',
    ])
    expect(stage.story(reference)[1]).toBe('+9 answered')
    expect(stage.heard.speech(reference)).toMatchObject([
      { text: expect.stringContaining('leave a message') },
      { text: '', beep: true },
    ])
  })

  it('09 hangs up in the middle of its own sentence', async () => {
    const stage = await openStage({ agent: welcome })
    const reference = await call(stage, '09')
    const [said] = stage.heard.speech(reference)
    const [, , , spoke, , ended] = stage.story(reference).map((line) => Number(line.split(' ')[0]))
    expect(stage.heard.end(reference)).toMatchObject({ by: 'user' })
    expect((ended ?? 0) - (spoke ?? 0)).toBeCloseTo(1.5)
    expect(said?.lastsMs).toBeGreaterThan(1_500)
  })

  it('16 is answered, and nothing is ever received from it', async () => {
    const stage = await openStage({ agent: welcome })
    const reference = await stage.heard.dial(number('16'))
    await stage.pass(20_000)
    await stage.telephony.reinvite('alice', reference)
    await stage.pass(60_000)
    await stage.telephony.hangUp('alice', reference, { reject: false })
    await stage.pass(1_000)
    const media = stage.heard.legs(reference).flatMap(({ what }) => (what.is === 'media' ? [what] : []))
    expect(media).toEqual([
      { is: 'media', receivedPackets: 0, sentPackets: 50 },
      { is: 'media', receivedPackets: 0, sentPackets: 750 },
      { is: 'media', receivedPackets: 0, sentPackets: 3_750 },
    ])
    expect(stage.heard.speech(reference)).toEqual([])
  })

  it('17 is dropped by the carrier in the middle of the talk', async () => {
    const stage = await openStage({ agent: welcome })
    const reference = await call(stage, '17')
    expect(stage.heard.course(reference)).toEqual(['ringing', 'answered', 'ended'])
    expect(stage.heard.end(reference)).toEqual({
      is: 'ended',
      verdict: 'dropped',
      by: 'carrier',
      protocol: { q850: 41 },
    })
  })
})

describe('numbers whose carrier reports badly', () => {
  it('10: nothing is ever reported, not even that we gave up', async () => {
    const stage = await openStage()
    const reference = await call(stage, '10', 1)
    await stage.telephony.hangUp('alice', reference, { reject: false })
    await stage.pass(600_000)
    expect(stage.heard.told).toEqual([])
  })

  it('11: the final event is lost, and the carrier knows it when asked', async () => {
    const stage = await openStage({ agent: welcome })
    const reference = await call(stage, '11')
    expect(stage.heard.course(reference)).toEqual(['ringing', 'answered'])
    const standing = await stage.telephony.query('alice', reference)
    expect(standing === 'unknown' ? [] : standing.reports.map(({ what }) => what.is)).toEqual([
      'ringing',
      'answered',
      'ended',
    ])
    await stage.telephony.hangUp('alice', reference, { reject: false })
    await stage.pass(60_000)
    expect(stage.heard.course(reference)).toEqual(['ringing', 'answered'])
  })

  it('12: events come twice and out of order, with the numbers they have', async () => {
    const stage = await openStage({ agent: welcome })
    const reference = await call(stage, '12')
    expect(stage.heard.course(reference)).toEqual(['answered', 'answered', 'ringing', 'ended', 'ended'])
    const deciding = stage.heard.legs(reference).filter(({ what }) => what.is !== 'media')
    const numbers = deciding.map(({ sequence }) => sequence)
    expect(numbers.slice(0, 3)).toEqual([2, 2, 1])
    expect(numbers[3]).toBe(numbers[4])
  })

  it('13: everything is reported 90 s late, with the time it happened', async () => {
    const stage = await openStage()
    const calledAt = stage.clocks.now('alice')
    const reference = await call(stage, '13', 1)
    expect(stage.heard.told).toEqual([])
    await stage.telephony.hangUp('alice', reference, { reject: false })
    await stage.pass(600_000)
    expect(stage.heard.course(reference)).toEqual(['ringing', 'answered', 'ended'])
    expect(stage.story(reference)[0]).toBe('+92 ringing')
    expect(stage.heard.legs(reference)[0]?.providerAt).toBe(calledAt + 2_000)
  })

  it('15: it answers while we cancel, and is hung up by the second hang-up', async () => {
    const stage = await openStage()
    const reference = await call(stage, '15', 1)
    expect(stage.heard.course(reference)).toEqual(['ringing'])
    await stage.telephony.hangUp('alice', reference, { reject: false })
    await stage.pass(1_000)
    expect(stage.story(reference)).toEqual(['+2 ringing', '+60.15 answered'])
    await stage.telephony.hangUp('alice', reference, { reject: false })
    await stage.pass(1_000)
    expect(stage.heard.end(reference)).toMatchObject({ by: 'us' })
  })
})
