import { describe, expect, it } from 'vitest'
import { conversation } from './conversation.ts'
import { house, parties, pinOf, saying, type House } from './given.ts'
import { limits } from './limits.ts'

const chat = { CHAT: { inactive: 10, closed: 30 } }
const attach = (sessionId: string) => ({ type: 'attach_session', sessionId }) as const
const detach = (sessionId: string) => ({ type: 'detach_session', sessionId }) as const
const close = { type: 'change', status: 'closed' } as const

function given(): { readonly town: House; readonly id: string } {
  const town = house(pinOf(chat))
  const id = town.create(parties('CHAT'))
  town.run(id, saying({ channel: 'CHAT' }))
  return { town, id }
}

/** What the last event of a conversation asks of others. */
function reactions({ town, id }: ReturnType<typeof given>) {
  const last = town.events(id).at(-1)
  return last ? conversation.reactions(last, town.get(id)) : []
}

describe('the written sessions of a conversation', () => {
  it('are known from their first words to their end, and no clock moves for them', () => {
    const { town, id } = given()
    const before = conversation.deadline(town.get(id))
    town.run(id, attach('a'))
    town.run(id, attach('b'))
    expect(town.run(id, attach('a'))).toEqual([])
    expect(town.get(id).sessions).toEqual(['a', 'b'])
    expect(conversation.deadline(town.get(id))).toEqual(before)
    town.run(id, detach('a'))
    expect(town.run(id, detach('a'))).toEqual([])
    expect(town.get(id).sessions).toEqual(['b'])
    town.run(id, detach('b'))
    expect(town.get(id)).not.toHaveProperty('sessions')
  })

  it('closed by request it ends them; one that left before is not touched', () => {
    const place = given()
    const { town, id } = place
    for (const session of ['a', 'b', 'c']) town.run(id, attach(session))
    town.run(id, detach('b'))
    town.run(id, close)
    const command = { type: 'lose', attempt: 1, cause: 'conversation_closed' }
    expect(reactions(place)).toEqual([
      { noun: 'session', id: 'a', command },
      { noun: 'session', id: 'c', command },
    ])
  })

  it('closed by its clocks it ends none, and lets them go when they leave', () => {
    const place = given()
    const { town, id } = place
    town.run(id, attach('a'))
    town.at(30)
    const closed = town.get(id)
    expect(closed.status).toBe('closed')
    expect(reactions(place)).toEqual([])
    expect(town.refusal(id, { type: 'erase' }).code).toBe('in_use')
    town.run(id, detach('a'))
    expect(town.get(id)).toEqual({ ...closed, sessions: undefined })
    town.run(id, detach('a'))
    expect(town.refusal(id, attach('b')).code).toBe('closed')
  })

  it('made inactive by request, they go on', () => {
    const place = given()
    place.town.run(place.id, attach('a'))
    place.town.run(place.id, { type: 'change', status: 'inactive' })
    expect(reactions(place)).toEqual([])
  })

  it.each([false, true])('D37 it is not deleted under a live session, closed by request: %s', (isClosed) => {
    const { town, id } = given()
    town.run(id, attach('a'))
    if (isClosed) town.run(id, close)
    expect(town.refusal(id, { type: 'erase' }).code).toBe('in_use')
    town.run(id, detach('a'))
    town.run(id, { type: 'erase' })
    expect(town.get(id).status).toBe('erasing')
  })

  it('names no more than fit and counts the rest, which end by an effect', () => {
    const { town, id } = given()
    for (let i = 0; i < limits.sessions + 2; i++) town.run(id, attach(`s${i}`))
    expect(town.get(id)).toMatchObject({ sessions: { length: limits.sessions }, moreSessions: 2 })
    for (let i = 0; i < limits.sessions; i++) town.run(id, detach(`s${i}`))
    expect(town.get(id)).toMatchObject({ moreSessions: 2 })
    expect(town.refusal(id, { type: 'erase' }).code).toBe('in_use')
    town.run(id, close)
    const moved = town.events(id).at(-1)
    expect(moved && conversation.effects(moved, town.get(id))).toEqual([
      { kind: 'conversation.end_sessions', mode: 'repeatable', key: 'conversation.end_sessions', payload: {} },
    ])
    for (const one of ['s12', 's13']) town.run(id, detach(one))
    expect(town.get(id)).not.toHaveProperty('moreSessions')
    town.run(id, { type: 'erase' })
    expect(town.get(id).status).toBe('erasing')
  })

  it('what is deleted hears no more of them', () => {
    const { town, id } = given()
    expect(conversation.decide(undefined, detach('a'), town as never)).toEqual({ events: [] })
    expect(town.get(id).status).toBe('active')
  })
})
