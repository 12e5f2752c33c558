import { expect, it } from 'vitest'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { within } from './patience.ts'

/** A signal that counts who listens to it. */
function watched(signal: AbortSignal): { readonly signal: AbortSignal; readonly listening: () => readonly number[] } {
  let [added, removed] = [0, 0]
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    added++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    removed++
    remove(...args)
  }
  return { signal, listening: () => [added, removed] }
}

it('leaves nothing behind on the signal of the server, which lives as long as the server', async () => {
  const system = simulatedSystem(1)
  const { signal, listening } = watched(new AbortController().signal)
  for (let i = 0; i < 3; i++) await within(system, 1_000, async () => i, signal)
  const broken = within(system, 1_000, () => Promise.reject(new Error('broke')), signal)
  await expect(broken).rejects.toThrow('broke')
  expect(listening()).toEqual([4, 4])
  expect(system.pending()).toBe(0)
})

it('tells the work that nobody waits any more, when it takes too long and when the server stops', async () => {
  const system = simulatedSystem(1)
  const signals: AbortSignal[] = []
  const never = (signal: AbortSignal): Promise<string> => {
    signals.push(signal)
    return new Promise(() => {})
  }
  const late = within(system, 1_000, never)
  await system.advance(1_000)
  expect(await late).toBeUndefined()
  const stopping = new AbortController()
  const stopped = within(system, 1_000, never, stopping.signal)
  stopping.abort()
  expect(await stopped).toBeUndefined()
  expect(await within(system, 1_000, never, stopping.signal)).toBeUndefined()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true])
})
