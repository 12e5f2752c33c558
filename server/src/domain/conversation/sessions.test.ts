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

  it('closed by its clocks it ends none, and stays as it is when they leave', () => {
    const place = given()
    const { town, id } = place
    town.run(id, attach('a'))
    town.at(30)
    const closed = town.get(id)
    expect(closed.status).toBe('closed')
    expect(reactions(place)).toEqual([])
    expect(town.run(id, detach('a'))).toEqual([])
    expect(town.get(id)).toBe(closed)
    expect(town.refusal(id, attach('b')).code).toBe('closed')
  })

  it('made inactive by request, they go on', () => {
    const place = given()
    place.town.run(place.id, attach('a'))
    place.town.run(place.id, { type: 'change', status: 'inactive' })
    expect(reactions(place)).toEqual([])
  })

  it('D37 it is not deleted under a live session; closed, or without one, it is', () => {
    const open = given()
    open.town.run(open.id, attach('a'))
    expect(open.town.refusal(open.id, { type: 'erase' }).code).toBe('busy_with_stream')
    open.town.run(open.id, detach('a'))
    open.town.run(open.id, { type: 'erase' })
    const closed = given()
    closed.town.run(closed.id, attach('a'))
    closed.town.run(closed.id, close)
    closed.town.run(closed.id, { type: 'erase' })
    expect(closed.town.get(closed.id).status).toBe('erasing')
  })

  it('names no more than fit, so that its head and what its end leads to stay bounded', () => {
    const { town, id } = given()
    for (let i = 0; i < limits.sessions; i++) town.run(id, attach(`s${i}`))
    expect(town.run(id, attach('more'))).toEqual([])
    expect(town.get(id).sessions).toHaveLength(limits.sessions)
  })

  it('what is deleted hears no more of them', () => {
    const { town, id } = given()
    expect(conversation.decide(undefined, detach('a'), town as never)).toEqual({ events: [] })
    expect(town.get(id).status).toBe('active')
  })
})
