import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBolna, phone, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import { readId, uuidOf } from '../ids.ts'

describe('sessions that are no telephone calls', () => {
  let house: BolnaHouse
  let line: Line
  let agent: string
  /** A chat with the same agent, by the id it would have here. */
  let chat: string
  let call: string
  beforeAll(async () => {
    house = await openBolna()
    line = await house.line()
    agent = await line.agent({ lines: ['We open at nine.'] })
    call = await line.call(agent, phone('01'))
    const opened = await line.native.post('/sessions', {
      kind: 'text',
      agentId: `agent_${readId(agent)}`,
      user: phone('01'),
    })
    chat = uuidOf(opened.body.id.slice('session_'.length))
    await line.native.post(`/sessions/${opened.body.id}/messages`, { text: 'When do you open?' })
    await line.pass(60_000)
    await line.native.post(`/sessions/${opened.body.id}/hang-up`)
    await line.rest()
  })
  afterAll(() => house.stop())

  it.each(['', '/log', '/events', '/webhooks'])('are not found: GET /executions/:id%s', async (path) => {
    expect((await line.ask('GET', `/executions/${call}${path}`)).status).toBe(200)
    expect((await line.ask('GET', `/executions/${chat}${path}`)).status).toBe(404)
  })

  it('are not found by the older paths, cannot be stopped or hung up, and have no recording', async () => {
    expect((await line.ask('GET', `/agent/${agent}/execution/${chat}`)).status).toBe(404)
    expect((await line.ask('POST', `/call/${chat}/stop`)).status).toBe(404)
    expect((await line.ask('POST', `/call/${chat}/hangup`)).status).toBe(404)
    expect((await line.ask('GET', `/recordings/call/${chat}`)).status).toBe(404)
  })

  it('are in no list and no count', async () => {
    for (const path of ['/executions', `/v2/agent/${agent}/executions`]) {
      const { body } = await line.ask('GET', path)
      expect(body.data.map(({ id }: { id: string }) => id)).toEqual([call])
      expect(body.total).toBe(1)
    }
    const { body } = await line.ask('GET', `/agent/${agent}/executions`)
    expect(body.map(({ id }: { id: string }) => id)).toEqual([call])
  })

  it('are told to no webhook', () => {
    expect([...new Set(line.told.map(({ id }) => id))]).toEqual([call])
  })
})
