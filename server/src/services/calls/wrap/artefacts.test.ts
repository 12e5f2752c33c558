import { afterEach, describe, expect, it } from 'vitest'
import { scriptedAgent } from '#adapters/agents/script/script.ts'
import { free, openCallsHouse, phones, type CallsHouse, type HouseOptions } from '#conformance/calls-house.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import type { Analysed, AnalysisInput } from '../ports.ts'

let house: CallsHouse
afterEach(() => house.close())

const makes = { recording: true, summary: true, extraction: true }

/** A call that has ended, and what was made of it. */
async function over(options: HouseOptions, ms = 5 * minuteMs): Promise<{ readonly id: string }> {
  house = await openCallsHouse(options)
  const { session } = await house.call({ agentId: await house.agent({ makes }), to: phones.ordinary })
  await house.pass(ms)
  return session
}

async function made(id: string): Promise<Record<string, unknown>> {
  const artefacts = await house.services.sessions.artefacts(house.account, id)
  return Object.fromEntries(
    artefacts.map(({ artefact, state, because, value }) => [artefact, because ?? value ?? state]),
  )
}

describe('what is made of a call', () => {
  it('is skipped where nobody makes it, with the reason, and the call ends at once', async () => {
    const { turn } = scriptedAgent()
    const { id } = await over({ runtime: { turn } })
    expect(await house.session(id)).toMatchObject({
      state: 'ended',
      artefacts: { recording: 'skipped', transcript: 'done', summary: 'skipped', extraction: 'skipped', cost: 'done' },
    })
    expect(await made(id)).toMatchObject({ recording: 'no recorder', summary: 'no analysis' })
  })

  it("a summary is its agent's where no analysis makes one", async () => {
    const { turn } = scriptedAgent()
    const summarise = async (): Promise<string> => 'A short talk.'
    const { id } = await over({ runtime: { turn, summarise } })
    expect(await made(id)).toMatchObject({ summary: 'A short talk.', extraction: 'no analysis' })
    await house.close()
    const skips = async (): Promise<Analysed> => ({ is: 'skipped', because: 'no program' })
    const other = await over({ runtime: { turn, summarise }, analysis: { make: skips } })
    expect(await made(other.id)).toMatchObject({ summary: 'A short talk.', extraction: 'no program' })
  })

  it('an agent that sums nothing up in 45 s is not asked again', async () => {
    let asked = 0
    const summarise = (): Promise<string> => {
      asked++
      return new Promise(() => {})
    }
    house = await openCallsHouse({ runtime: { turn: scriptedAgent().turn, summarise } })
    const { session } = await house.call({ agentId: await house.agent({ makes }), to: phones.ordinary })
    const passed = house.pass(5 * minuteMs)
    for (let i = 0; asked < 1 && i < 10_000; i++) await new Promise(setImmediate)
    await house.system.advance(45_000)
    await passed
    expect(await made(session.id)).toMatchObject({ summary: 'its agent did not sum it up in time' })
    await house.pass(60 * minuteMs)
    expect(asked).toBe(1)
    expect(await house.session(session.id)).toMatchObject({ state: 'ended', artefacts: { summary: 'failed' } })
  })

  it('is made of what was said', async () => {
    const asked: AnalysisInput[] = []
    const make = async (input: AnalysisInput): Promise<Analysed> => {
      asked.push(input)
      return input.artefact === 'summary'
        ? { is: 'done', value: 'They open at nine.' }
        : { is: 'failed', because: 'no' }
    }
    const { id } = await over({ analysis: { make } })
    expect(await made(id)).toMatchObject({ summary: 'They open at nine.', extraction: 'no' })
    expect(asked.map(({ artefact }) => artefact).toSorted()).toEqual(['extraction', 'recording', 'summary'])
    expect(asked[0]?.said[0]).toEqual({ who: 'agent', text: 'Hello, this is the shop.' })
    expect(await house.session(id)).toMatchObject({ state: 'ended', outcome: 'completed' })
  })

  it('is tried again when the making breaks', async () => {
    let tries = 0
    const make = async (): Promise<Analysed> => {
      if (++tries < 5) throw new Error('down')
      return { is: 'done', value: tries }
    }
    const { id } = await over({ analysis: { make } })
    expect(await house.session(id)).toMatchObject({
      state: 'ended',
      artefacts: { summary: 'done', extraction: 'done' },
    })
  })

  it('fails when it takes too long, and the call ends', async () => {
    let asked = 0
    const make = (input: AnalysisInput): Promise<Analysed> => {
      asked++
      return input.artefact === 'summary' ? new Promise(() => {}) : Promise.resolve({ is: 'skipped', because: 'no' })
    }
    house = await openCallsHouse({ analysis: { make } })
    const { session } = await house.call({ agentId: await house.agent({ makes }), to: phones.ordinary })
    const passed = house.pass(5 * minuteMs)
    for (let i = 0; asked < 3 && i < 10_000; i++) await new Promise(setImmediate)
    await house.system.advance(45_000)
    await passed
    expect(await made(session.id)).toMatchObject({ summary: 'it took too long' })
    expect(await house.session(session.id)).toMatchObject({ state: 'ended', artefacts: { summary: 'failed' } })
  })

  it('is left when the server stops, which does not wait for it, and made by the next process', async () => {
    const asked: AnalysisInput[] = []
    const hangs = (input: AnalysisInput): Promise<Analysed> => {
      asked.push(input)
      return new Promise(() => {})
    }
    house = await openCallsHouse({ analysis: { make: hangs } })
    const { session } = await house.call({ agentId: await house.agent({ makes }), to: phones.ordinary })
    void house.pass(minuteMs)
    for (let i = 0; asked.length < 3 && i < 10_000; i++) await new Promise(setImmediate)
    house = await house.restart({ analysis: { make: () => Promise.resolve({ is: 'done', value: 'made' }) } })
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, true, true])
    await house.pass(minuteMs)
    expect(await house.session(session.id)).toMatchObject({ state: 'ended', artefacts: { summary: 'done' } })
  })

  it('comes to its bound where the making never succeeds', async () => {
    const { id } = await over({ analysis: { make: () => Promise.reject(new Error('down')) } }, 10 * minuteMs)
    expect(await house.session(id)).toMatchObject({ state: 'ended', artefacts: { summary: 'failed' } })
  })

  it('costs what the rates say, which is nothing by default', async () => {
    const rates = { ...free, perMinute: { network: 1, platform: 2 } }
    const { id } = await over({ rates })
    expect(await house.session(id)).toMatchObject({ cost: 3 })
    expect(await made(id)).toMatchObject({ cost: { minutes: 1, network: 1, platform: 2, total: 3 } })
    await house.close()
    const unpriced = await over({})
    expect(await house.session(unpriced.id)).toMatchObject({ cost: 0 })
  })
})
