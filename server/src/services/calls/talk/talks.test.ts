import { afterEach, expect, it } from 'vitest'
import { openCallsHouse, phones, type CallsHouse } from '#conformance/calls-house.ts'
import type { TurnInput, TurnReply } from '#services/calls/ports.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import type { Ask, Program } from '#engine/api.ts'

let house: CallsHouse
afterEach(() => house.close())

it('a call that is over before its talk is set up is not talked on', async () => {
  let asked = 0
  const turn = async (): Promise<{ say: string }> => {
    asked++
    return { say: 'Hello there.' }
  }
  house = await openCallsHouse({ runtime: { turn } })
  const agentId = await house.agent()
  house.simulator.phones(house.account).set(phones.own, [
    { do: 'ring', after: 1_000 },
    { do: 'answer', after: 1_000 },
    { do: 'hang-up', after: 0 },
  ])
  const { engine } = house
  const execute = engine.execute.bind(engine)
  engine.execute = async <Value>(ask: Ask<Value>, program: Program<Value>) => {
    for (let i = 0; ask.by === 'read' && i < 20; i++) await new Promise(setImmediate)
    return execute(ask, program)
  }
  const { session } = await house.call({ agentId, to: phones.own })
  await house.pass(minuteMs)
  expect(await house.states(session.id)).toEqual(['queued', 'dialing', 'ringing', 'live', 'wrapping', 'ended'])
  expect(asked).toBe(0)
})

it('keeps what its agent did with its tools, after what the user had said', async () => {
  const used = { id: 'call_1', name: 'opening_hours', arguments: {}, output: 'nine', isError: false, latencyMs: 3 }
  const told: (string | undefined)[] = []
  const turn = async ({ on, context }: TurnInput): Promise<TurnReply> => {
    told.push(context)
    return on === 'start' ? { say: 'Hello there.' } : { say: 'At nine.', toolCalls: [used], end: {} }
  }
  house = await openCallsHouse({ runtime: { turn } })
  const agentId = await house.agent()
  const { session } = await house.call({ agentId, to: phones.ordinary, context: 'a gold customer' })
  await house.pass(10 * minuteMs)
  const view = await house.services.sessions.get(house.account, session.id)
  if (!view) throw new Error('There is no session.')
  expect(told[0]).toBe('a gold customer')
  const items = await house.services.texts.items(view)
  const place = items.findIndex(({ is }) => is === 'tool')
  expect(items[place]).toMatchObject({ is: 'tool', call: used })
  expect(items[place - 1]).toMatchObject({ is: 'turn', who: 'user' })
  expect(items[place + 1]).toMatchObject({ is: 'turn', who: 'agent', text: 'At nine.' })
})

it('keeps the tools of a turn that came to nothing, also those that hold too much', async () => {
  const used = { id: 'call_1', name: 'refund', arguments: {}, output: 'o'.repeat(70_000), isError: false, latencyMs: 3 }
  const turn = async ({ on, onTool }: TurnInput): Promise<TurnReply> => {
    if (on === 'start') return { say: 'Hello there.' }
    onTool?.(used)
    throw new Error('no')
  }
  house = await openCallsHouse({ runtime: { turn } })
  const { session } = await house.call({ agentId: await house.agent(), to: phones.ordinary })
  await house.pass(10 * minuteMs)
  expect((await house.session(session.id)).end?.cause).toBe('agent_error')
  const view = await house.services.sessions.get(house.account, session.id)
  const items = view ? await house.services.texts.items(view) : []
  expect(items.at(-1)).toMatchObject({ is: 'tool', call: { name: 'refund', output: 'left out: too long' } })
})
