import { describe, expect, it } from 'vitest'
import { onIncoming, Listening } from '#conformance/telephony/rig.ts'
import { openStage, type StageOptions } from '#conformance/telephony/stage.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'

const everyone = Array.from({ length: 20 }, (_, i) => `+120255501${String(i).padStart(2, '0')}`)

/** Everything that is told when all well-known numbers are called at once, and hung up a minute later. */
async function run(options: StageOptions): Promise<string> {
  const stage = await openStage({ agent: 'Hello, how are you today?', startAt: 1_800_000_000_000, ...options })
  const references = []
  for (const to of everyone) references.push(await stage.heard.dial(to, { reference: `leg ${to}` }))
  await stage.pass(90_000)
  for (const reference of references) await stage.telephony.hangUp('alice', reference, { reject: false })
  await stage.pass(300_000)
  return JSON.stringify(references.map((reference) => [stage.heard.legs(reference), stage.heard.speech(reference)]))
}

describe('the seed', () => {
  it('and the calls make the same reports, on either clock', async () => {
    const first = await run({ seed: 7 })
    expect(await run({ seed: 7 })).toBe(first)
    expect(await run({ seed: 7, kind: 'wall' })).toBe(first)
    expect(await run({ seed: 8 })).not.toBe(first)
  })

  it('makes two calls to one number differ, however many others there are', async () => {
    const alone = await openStage()
    const reference = await alone.heard.dial('+12025550101', { reference: 'b' })
    await alone.pass(120_000)
    const among = await openStage()
    for (const other of ['a', 'b', 'c']) await among.heard.dial('+12025550101', { reference: other })
    await among.pass(120_000)
    expect(among.story('b')).toEqual(alone.story(reference))
    expect(among.story('a')).not.toEqual(among.story('b'))
  })
})

describe('the journal', () => {
  it('has one line for each call placed, and a leg that is placed again stays one leg', async () => {
    const stage = await openStage()
    await stage.heard.dial('+12025550102', { reference: 'a' })
    await stage.heard.dial('+12025550102', { reference: 'a' })
    await stage.pass(60_000)
    expect(stage.journal).toEqual(Array(2).fill({ account: 'alice', reference: 'a', to: '+12025550102' }))
    expect(stage.heard.course('a')).toEqual(['ringing', 'ended'])
  })
})

describe("users' phones", () => {
  it('do what their script says', async () => {
    const stage = await openStage()
    const script = [
      { after: 500, do: 'ring' },
      { after: 1_000, do: 'answer' },
      { after: 100, do: 'dtmf', digits: '1#' },
      { after: 400, do: 'hang-up' },
    ]
    expect(isRefused(stage.telephony.phones('alice').set('+12025550120', script))).toBe(false)
    const reference = await stage.heard.dial('+12025550120')
    await stage.pass(60_000)
    expect(stage.story(reference)).toEqual(['+0.5 ringing', '+1.5 answered', '+1.6 dtmf', '+2 media', '+2 ended'])
    expect(stage.telephony.phones('alice').delete('+12025550120')).toBe(true)
    const ordinary = await stage.heard.dial('+12025550120', { reference: 'later' })
    await stage.pass(5_000)
    expect(stage.heard.course(ordinary)).toEqual(['ringing', 'answered'])
  })

  it('end with a status of their own', async () => {
    const stage = await openStage()
    stage.telephony.phones('alice').set('+12025550121', [{ do: 'reject', sip: 488 }])
    const reference = await stage.heard.dial('+12025550121')
    await stage.pass(1_000)
    expect(stage.heard.end(reference)).toEqual({ is: 'ended', by: 'carrier', protocol: { sip: 488 } })
  })

  it('belong to their account, and come back from what was kept', async () => {
    const stage = await openStage()
    const { telephony } = stage
    telephony.phones('alice').set('+12025550130', [{ do: 'ring' }])
    expect(telephony.phones('bob').get('+12025550130')).toBeUndefined()
    const kept: unknown = JSON.parse(JSON.stringify(telephony.phones('alice').all()))
    const map = { ...(kept as Record<string, unknown>), '+12025550101': [], '+12025550131': [{ do: 'fly' }] }
    expect(telephony.loadPhones('bob', map)).toEqual(['+12025550101', '+12025550131'])
    expect(telephony.phones('bob').all()).toEqual({ '+12025550130': [{ do: 'ring' }] })
  })

  it.each([
    ['+12025550119', [], 'number'],
    ['+12025550200', [], 'number'],
    ['+12025550120', 'ring', 'script'],
    ['+12025550120', [{ do: 'fly' }], 'script.0.do'],
    ['+12025550120', [{ do: 'ring', after: -1 }], 'script.0.after'],
    ['+12025550120', [{ do: 'ring', later: 1 }], 'script.0.later'],
    ['+12025550120', [{ do: 'constructor' }], 'script.0.do'],
    ['+12025550120', [{ do: 'say', text: 'Hello' }], 'script.0'],
    ['+12025550120', [{ do: 'answer' }, { do: 'say' }], 'script.1.text'],
    ['+12025550120', [{ do: 'answer' }, { do: 'reject', because: 'busy' }], 'script.1'],
    ['+12025550120', [{ do: 'reject' }], 'script.0'],
    ['+12025550120', [{ do: 'reject', because: 'busy', sip: 486 }], 'script.0'],
    ['+12025550120', [{ do: 'reject', because: 'busy' }, { do: 'ring' }], 'script.1'],
    ['+12025550120', Array(101).fill({ do: 'repeat' }), 'script'],
  ])('refuse what is no script for %s: %j', async (number, script, field) => {
    const stage = await openStage()
    expect(stage.telephony.phones('alice').set(number, script)).toMatchObject({ refusal: { code: 'invalid', field } })
    expect(stage.telephony.phones('alice').all()).toEqual({})
  })
})

describe('calling in', () => {
  it('says what the leg is called, and does what the script says once it is answered', async () => {
    const stage = await openStage()
    const heard = new Listening(
      stage,
      onIncoming(async (call) => {
        call.take('in')
        call.take('again')
        await stage.telephony.answer('alice', 'in')
      }),
    )
    const script = [
      { after: 1_000, do: 'say', text: 'It is me.' },
      { after: 100, do: 'hang-up' },
    ]
    const dialled = await stage.telephony.dial('alice', { from: '+14155550133', to: '+12025550100', script })
    expect(dialled).toEqual({ callId: expect.stringMatching(/^sim[0-9a-f]{29}$/), reference: 'in' })
    await stage.pass(60_000)
    expect(heard.course('in')).toEqual(['answered', 'ended'])
    expect(heard.speech('in')).toMatchObject([{ text: 'It is me.', lastsMs: 540 }])
    expect(heard.legs('again')).toEqual([])
  })

  it('gives each call an id of its own', async () => {
    const stage = await openStage()
    const dial = { from: '+12025550101', to: '+12025550100' }
    const one = await stage.telephony.dial('alice', dial)
    expect(await stage.telephony.dial('alice', dial)).not.toEqual(one)
  })

  it.each([
    [{ from: 'nobody', to: '+12025550100' }, 'from'],
    [{ from: '+12025550101', to: '' }, 'to'],
    [{ from: '+12025550101', to: '+12025550100', script: [{ do: 'ring' }] }, 'script.0'],
  ])('refuses %j', async (dial, field) => {
    const stage = await openStage()
    expect(await stage.telephony.dial('alice', dial)).toMatchObject({ refusal: { field } })
    expect(stage.heard.told).toEqual([])
  })

  it('does with 11, 13 and 16 what they are known for', async () => {
    const stage = await openStage()
    const heard = new Listening(
      stage,
      onIncoming(async (call) => {
        call.take(call.from)
        await stage.telephony.answer('alice', call.from)
      }),
    )
    for (const from of ['+12025550111', '+12025550113', '+12025550116'])
      await stage.telephony.dial('alice', { from, to: '+12025550100' })
    await stage.pass(90_000)
    expect(heard.course('+12025550111')).toEqual(['answered'])
    expect(heard.course('+12025550113')).toEqual(['answered'])
    expect(heard.speech('+12025550116')).toEqual([])
    await stage.pass(90_000)
    expect(heard.course('+12025550111')).toEqual(['answered'])
    expect(heard.course('+12025550113')).toEqual(['answered', 'ended'])
  })
})

describe('two legs that are bridged', () => {
  it('talk with each other', async () => {
    const stage = await openStage()
    for (const reference of ['a', 'b']) await stage.heard.dial('+12025550101', { reference })
    await stage.pass(5_000)
    await stage.telephony.bridge('alice', ['a', 'b'])
    await stage.telephony.speak('alice', 'a', 'You two know each other.')
    await stage.pass(8_000)
    expect(stage.heard.speech('a').length).toBeGreaterThan(1)
    expect(stage.heard.speech('b').length).toBeGreaterThan(0)
  })
})

describe('a carrier that is closed', () => {
  it('takes no calls, so that nobody takes them for placed', async () => {
    const stage = await openStage()
    await stage.telephony.close()
    await expect(stage.heard.dial('+12025550101')).rejects.toThrow('closed')
    await expect(stage.telephony.dial('alice', { from: '+12025550101', to: '+12025550100' })).rejects.toThrow('closed')
  })
})
