import { describe, expect, it } from 'vitest'
import type { Session } from '#domain/session/state.ts'
import type { Followed } from '#engine/api.ts'
import type { SessionView } from '#services/calls/api.ts'
import { Waits } from './waits.ts'

/** A log written by hand, sessions in one state, and time that is moved by hand. */
function stage(state: Session['state'] = 'live') {
  const readers = new Set<(batch: readonly Followed[]) => void | Promise<void>>()
  const timers = new Set<() => void>()
  const needs = {
    after: (_ms: number, callback: () => void) => {
      timers.add(callback)
      return () => void timers.delete(callback)
    },
    services: {
      events: {
        lastSeq: () => 0,
        follow: (_account: string, _after: number, reader: (batch: readonly Followed[]) => void | Promise<void>) => {
          readers.add(reader)
          return () => void readers.delete(reader)
        },
      },
      sessions: { get: async () => ({ session: { state } as Session }) as SessionView },
    },
  } as unknown as ConstructorParameters<typeof Waits>[0]
  const happens = (aggregate: string, after: Session['state']): void => {
    const followed = { recorded: { noun: 'session', aggregate }, before: null, after: { state: after } }
    for (const read of readers) void read([followed as unknown as Followed])
  }
  return { waits: new Waits(needs), readers, timers, happens }
}

const ended = ({ state }: Session): boolean => state === 'ended'

/** Whether it has resolved once everything that can go on has gone on. */
async function isOver(waiting: Promise<void>): Promise<boolean> {
  let over = false
  void waiting.then(() => (over = true))
  for (let i = 0; i < 10; i++) await Promise.resolve()
  return over
}

describe('waiting for a session', () => {
  it('is over with the event that brings what is wanted, and with no other', async () => {
    const { waits, happens, readers, timers } = stage()
    const waiting = waits.until('alice', 'a', ended, 60_000)
    expect(await isOver(waiting)).toBe(false)
    happens('b', 'ended')
    happens('a', 'wrapping')
    expect(await isOver(waiting)).toBe(false)
    happens('a', 'ended')
    expect(await isOver(waiting)).toBe(true)
    expect([readers.size, timers.size]).toEqual([0, 0])
  })

  it('does not begin where it is so already', async () => {
    const { waits, readers } = stage('ended')
    expect(await isOver(waits.until('alice', 'a', ended, 60_000))).toBe(true)
    expect(readers.size).toBe(0)
  })

  it('is over when the time is up, when nobody waits any more, and when the server stops', async () => {
    const { waits, timers, readers } = stage()
    const first = waits.until('alice', 'a', ended, 60_000)
    await isOver(first)
    for (const ring of timers) ring()
    expect(await isOver(first)).toBe(true)
    const gone = new AbortController()
    const second = waits.until('alice', 'a', ended, 60_000, { gone: gone.signal })
    await isOver(second)
    gone.abort()
    expect(await isOver(second)).toBe(true)
    const third = waits.until('alice', 'a', ended, 60_000)
    await isOver(third)
    waits.endAll()
    expect(await isOver(third)).toBe(true)
    expect(await isOver(waits.until('alice', 'a', ended, 60_000))).toBe(true)
    expect(readers.size).toBe(0)
  })

  it('shares one reader of the log for each account, and is not begun where too many wait', async () => {
    const { waits, readers, happens } = stage()
    const all = ['a', 'b', 'b'].map((id) => waits.until('alice', id, ended, 60_000))
    await isOver(Promise.all(all).then(() => undefined))
    expect(readers.size).toBe(1)
    expect(await isOver(waits.until('alice', 'c', ended, 60_000, { most: 2 }))).toBe(true)
    happens('b', 'ended')
    expect(await isOver(all[2] ?? Promise.resolve())).toBe(true)
    expect(readers.size).toBe(1)
    happens('a', 'erasing')
    expect(await isOver(all[0] ?? Promise.resolve())).toBe(true)
    expect(readers.size).toBe(0)
  })
})
