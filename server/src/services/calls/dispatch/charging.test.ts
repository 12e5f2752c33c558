import { afterEach, describe, expect, it } from 'vitest'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { free, openCallsHouse, phones, shop, type CallsHouse } from '#conformance/calls-house.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import type { EffectRunner } from '#engine/api.ts'
import { account, answered, Rig } from './given.ts'

const perMinute = { network: 10, platform: 5 }
const retry = { max: 3, on: ['no_answer'], onVoicemail: true, afterMs: [minuteMs] } as const

describe('an inbound call', () => {
  let house: CallsHouse
  afterEach(() => house.close())

  /** The balance before and after a call of somebody who dials us, and what the call says it cost. */
  async function called(rates = { ...free, perMinute }): Promise<readonly [number | undefined, number | undefined]> {
    house = await openCallsHouse({ rates })
    const agentId = await house.agent()
    const [number] = await house.services.numbers.list(house.account)
    await house.services.numbers.attach(house.ask, number?.id ?? '', agentId)
    await house.services.wallets.credit(house.ask, 1_000, 'test')
    await house.simulator.dial(house.account, { from: phones.ordinary, to: shop })
    await house.pass(5 * minuteMs)
    const { items } = await house.services.sessions.list(house.account, { limit: 10 })
    expect(items.map(({ session }) => [session.direction, session.outcome])).toEqual([['inbound', 'completed']])
    const wallet = await house.services.wallets.get(house.account)
    return [items[0]?.session.cost, wallet?.balance]
  }

  it('is charged, though it holds no slot', async () => {
    expect(await called()).toEqual([15, 985])
  })

  it('is charged once, however often its effect is run', async () => {
    await called()
    const { items } = await house.services.sessions.list(house.account, { limit: 1 })
    const again = { reference: 'x', account: house.account, noun: 'session', kind: 'wallet.charge', tries: 1 }
    const aggregate = items[0]?.session.id ?? ''
    await house.calls.runners['wallet.charge']?.run({ ...again, aggregate, payload: { attempt: 1 } })
    expect(await house.services.wallets.get(house.account)).toMatchObject({ balance: 985 })
  })

  it('that costs nothing leaves the wallet alone', async () => {
    expect(await called(free)).toEqual([0, 1_000])
  })
})

describe('an attempt that is past when it is charged', () => {
  let rig: Rig
  afterEach(() => rig.engine.stop())

  it('costs its minutes, also where its cost was never made', async () => {
    let isAway = true
    const away = (release: EffectRunner | undefined): EffectRunner => ({
      run: async (effect) =>
        isAway ? { settled: false, error: 'away' } : ((await release?.run(effect)) ?? { settled: true }),
    })
    const failing: EffectRunner = {
      run: async ({ payload }) => {
        const about = payload as { readonly attempt: number; readonly artefact: string }
        return { settled: true, command: { type: 'settle', state: 'failed', because: 'no', ...about } }
      },
    }
    const replace = (real: Readonly<Record<string, EffectRunner>>): Readonly<Record<string, EffectRunner>> => ({
      'slot.release': away(real['slot.release']),
      'artefact.make': failing,
    })
    rig = await Rig.open({ storage: openMemory(), system: simulatedSystem(1) }, { perMinute: 10, replace })
    await rig.credit(100)
    const id = await rig.order({ policy: { retry, voicemailMs: 30_000 } })
    await rig.rest()
    await rig.run(id, answered)
    await rig.pass(20_000)
    await rig.run(id, { type: 'voicemail_sign', sign: 'beep' })
    await rig.pass(3 * minuteMs)
    const retried = await rig.session(id)
    expect(retried).toMatchObject({ attempt: { number: 2 }, past: [{ number: 1, wasLive: true, cost: 0 }] })
    isAway = false
    await rig.pass(30 * minuteMs)
    expect((await rig.money()).balance).toBe(90)
    expect((await rig.dispatch.slots(account)).held).toEqual([])
  })
})
