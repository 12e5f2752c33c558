import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import type { DialectContext } from '#dialects/dialect.ts'
import type { SessionView } from '#services/calls/api.ts'
import type { Heard, Presence, Seat } from '#services/rooms/api.ts'
import { Visitor } from './visitor.ts'

/** A socket in the test's hand. */
class Socket extends EventEmitter {
  readonly OPEN = 1
  readonly CLOSED = 3
  readyState = 1
  bufferedAmount = 0
  readonly sent: Record<string, unknown>[] = []
  closedWith: number | 'terminated' | undefined

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>)
  }

  close(code: number): void {
    this.#end(code)
  }

  terminate(): void {
    this.#end('terminated')
  }

  ping(): void {}

  says(message: object): void {
    this.emit('message', Buffer.from(JSON.stringify(message)), false)
  }

  #end(how: number | 'terminated'): void {
    if (this.readyState !== 1) return
    this.closedWith = how
    this.readyState = 3
    this.emit('close')
  }
}

const view = { session: { id: '01ka7n36096q14dr9gpqy77zxy', state: 'live' } } as SessionView
const seat: Seat = { account: 'a', session: view.session.id, role: 'user', identity: 'bob', expiresAt: 0 }

/** A visitor of a room that answers to what the test says. */
function visit(say: Presence['say'] = async () => undefined) {
  const system = simulatedSystem(1)
  const told: string[] = []
  let hear: ((heard: Heard) => void) | undefined
  const entered = Promise.withResolvers<Presence>()
  const rooms = {
    enter: (_seat: Seat, listener: (heard: Heard) => void) => {
      hear = listener
      return entered.promise
    },
  }
  const presence: Presence = {
    view,
    again: { url: '', token: 'again', room: 'room', expiresAt: 0 },
    say: (text) => {
      told.push(text)
      return say(text)
    },
    leave: async () => void told.push('leave'),
    lost: () => void told.push('lost'),
  }
  const context = { services: { rooms }, now: () => system.now(), after: system.after, log: { error: () => {} } }
  const socket = new Socket()
  const visitor = new Visitor(socket as unknown as WebSocket, seat, context as unknown as DialectContext)
  const done = visitor.enter()
  const come = async (): Promise<void> => {
    entered.resolve(presence)
    await done
  }
  return { socket, system, told, visitor, come, hear: (heard: Heard) => hear?.(heard) }
}

const said = (text: string): Heard => ({ is: 'said', who: 'agent', text, at: 0 })

it('what happens while somebody comes in is told after `joined`, and what they say waits until then', async () => {
  const { socket, told, come, hear } = visit()
  hear(said('Hello'))
  socket.says({ type: 'say', text: 'Hi' })
  await Promise.resolve()
  expect([socket.sent, told]).toEqual([[], []])
  await come()
  expect(socket.sent.map(({ type }) => type)).toEqual(['joined', 'said'])
  await new Promise(setImmediate)
  expect(told).toEqual(['Hi'])
})

it('who has gone before they were in has lost their seat', async () => {
  const { socket, told, come } = visit()
  socket.terminate()
  await come()
  expect([socket.sent, told]).toEqual([[], ['lost']])
})

it('a reader who makes no room for a megabyte is let go, and may come back', async () => {
  const { socket, told, come, hear } = visit()
  await come()
  socket.bufferedAmount = 4 * 1024 * 1024
  hear(said('Hello'))
  expect(socket.closedWith).toBeUndefined()
  socket.bufferedAmount++
  hear(said('Hello'))
  expect([socket.closedWith, told]).toEqual(['terminated', ['lost']])
})

it('what it says is taken one after the other; where too much waits, it is told so', async () => {
  const { socket, system, told, come } = visit(() => new Promise(() => {}))
  await come()
  for (let second = 0; second < 3; second++) {
    for (let i = 0; i < 20; i++) socket.says({ type: 'say', text: `${second} ${i}` })
    await system.advance(1_000)
  }
  expect(told).toEqual(['0 0'])
  expect(socket.sent.filter(({ code }) => code === 'busy')).toHaveLength(20)
  expect(socket.closedWith).toBeUndefined()
})

it('twenty messages in a second are taken, the next one closes the socket', async () => {
  const { socket, system, come } = visit()
  await come()
  for (let i = 0; i < 20; i++) socket.says({ type: 'ping' })
  await system.advance(1_000)
  for (let i = 0; i < 10; i++) socket.emit('ping')
  for (let i = 0; i < 10; i++) socket.says({ type: 'ping' })
  expect(socket.closedWith).toBeUndefined()
  socket.says({ type: 'ping' })
  expect(socket.closedWith).toBe(1008)
})

it('a failing room closes the socket, which may come back', async () => {
  const { socket, told, come } = visit(() => Promise.reject(new Error('broken')))
  await come()
  socket.says({ type: 'say', text: 'Hi' })
  await new Promise(setImmediate)
  expect([socket.closedWith, told]).toEqual([1011, ['Hi', 'lost']])
})

it('a server that stops leaves the seat as it is', async () => {
  const { socket, told, visitor, come } = visit()
  await come()
  await visitor.dismiss(1_000)
  expect([socket.closedWith, told]).toEqual([1012, []])
})
