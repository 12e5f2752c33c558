import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBolna, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import { hourMs } from '#domain/vocabulary/instant.ts'
import { readId, uuidOf } from '../ids.ts'

let house: BolnaHouse
let line: Line
beforeAll(async () => {
  house = await openBolna()
  line = await house.line()
})
afterAll(() => house.stop())

it('calls that took place elsewhere and were imported are no executions: they are not told of, listed or found', async () => {
  const agent = await line.agent()
  const createdAt = line.now() - hourMs
  const { value } = await house.trial.app.services.sessions.import(
    { account: line.account, by: 'test' },
    {
      agentId: readId(agent)!,
      kind: 'telephone',
      direction: 'outbound',
      user: '+12025550100',
      was: { createdAt, answeredAt: createdAt, endedAt: createdAt + 60_000, outcome: 'completed' },
      place: 0,
      items: [],
      summary: 'Elsewhere.',
    },
  )
  const id = uuidOf(value!.session.id)
  const here = await line.call(agent, '+12025550100')
  await line.pass(hourMs)
  const listed = async (path: string): Promise<readonly string[]> =>
    (await line.ask('GET', path)).body.data.map((one: { id: string }) => one.id)
  expect(await listed('/executions')).toEqual([here])
  expect(await listed(`/v2/agent/${agent}/executions`)).toEqual([here])
  const { body } = await line.ask('GET', `/agent/${agent}/executions`)
  expect(JSON.stringify(body)).not.toContain(id)
  for (const path of [`/executions/${id}`, `/executions/${id}/log`, `/executions/${id}/events`])
    expect([path, (await line.ask('GET', path)).status]).toEqual([path, 404])
  expect(line.told.map((one) => one.id)).not.toContain(id)
})
