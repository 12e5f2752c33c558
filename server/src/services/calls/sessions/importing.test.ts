import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, type CallsHouse } from '#conformance/calls-house.ts'
import { homeOf } from '#domain/vocabulary/home.ts'
import { dayMs, hourMs, minuteMs } from '#domain/vocabulary/instant.ts'
import { homeOfId, instantOfId } from '#domain/vocabulary/id.ts'
import type { PastSession } from '../api.ts'

let house: CallsHouse
let agentId: string
beforeEach(async () => {
  house = await openCallsHouse()
  agentId = await house.agent({ inbound: { callsPerCaller: 1, exempt: [], rejectUnknown: false } })
})
afterEach(() => house.close())

const user = '+12025550142'

function past(more: Partial<PastSession> = {}): PastSession {
  const createdAt = house.engine.clocks.now(house.account) - dayMs
  return {
    agentId,
    kind: 'telephone',
    direction: 'inbound',
    user,
    was: { createdAt, answeredAt: createdAt + minuteMs, endedAt: createdAt + hourMs, outcome: 'completed' },
    place: 7,
    items: [
      { is: 'turn', who: 'user', text: 'Hello', at: createdAt + minuteMs },
      { is: 'turn', who: 'agent', text: 'Good day', at: createdAt + minuteMs },
    ],
    ...more,
  }
}

const bring = (draft: PastSession) => house.services.sessions.import(house.ask, draft)

describe('a session that took place elsewhere', () => {
  it('is kept with its words, in the home of its user, with the time of its making in its id', async () => {
    const { value } = await bring(past({ summary: 'Greeted.' }))
    const { session } = value!
    expect(session).toMatchObject({ state: 'ended', agent: { id: agentId }, route: 'elsewhere', words: [] })
    expect([instantOfId(session.id), homeOfId(session.id)]).toEqual([session.createdAt, homeOf(house.account, user)])
    const { sessions } = house.services
    expect(await sessions.transcript(session)).toEqual([
      { who: 'user', text: 'Hello' },
      { who: 'agent', text: 'Good day' },
    ])
    expect(await sessions.artefacts(house.account, session.id)).toMatchObject([{ value: 'Greeted.', late: true }])
    expect(await sessions.madeAt(house.account, session.createdAt)).toEqual([session.id])
    expect(sessions.nextTransition(session)).toBeUndefined()
    expect((await sessions.slots(house.account)).held).toEqual([])
  })

  it('nothing is made where its agent is gone, or another account’s, or its name another session’s', async () => {
    const reference = { key: 'k', digest: 'd' }
    const first = await bring(past({ reference }))
    expect((await bring(past({ reference }))).value).toMatchObject({ repeated: true, session: first.value!.session })
    expect((await bring(past({ reference: { key: 'k', digest: 'e' } }))).refusal).toMatchObject({
      code: 'in_use',
      conflicting: { noun: 'session', id: first.value!.session.id },
    })
    expect((await bring(past({ reference: { key: 'k' } }))).refusal?.code).toBe('in_use')
    const stranger = { account: 'stranger', by: 'test' }
    expect((await house.services.sessions.import(stranger, past())).refusal?.code).toBe('not_found')
    const unlisted = await house.agent({ unlisted: true })
    expect((await bring(past({ agentId: unlisted }))).refusal?.code).toBe('not_found')
    await house.services.agents.remove(house.ask, agentId, { purge: false })
    expect((await bring(past())).refusal).toMatchObject({ code: 'not_found', field: 'agentId' })
    expect((await bring(past({ reference }))).value?.repeated).toBe(true)
    expect((await house.services.sessions.list(house.account, { limit: 10 })).items).toHaveLength(1)
  })

  it('goes with its agent when that is purged', async () => {
    const { session } = (await bring(past())).value!
    await house.services.agents.remove(house.ask, agentId, { purge: true })
    await house.pass(hourMs)
    expect(await house.services.sessions.get(house.account, session.id)).toBeUndefined()
  })
})
