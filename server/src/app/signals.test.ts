import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { stopOnSignals } from './signals.ts'

function fakeProcess() {
  const codes: number[] = []
  const emitter = Object.assign(new EventEmitter(), { exit: (code: number) => void codes.push(code) })
  return { emitter, codes }
}

test('the first signal stops in order and then ends the process', async () => {
  const { emitter, codes } = fakeProcess()
  const said: string[] = []
  const stopped = Promise.withResolvers<void>()
  stopOnSignals(
    () => stopped.promise,
    (line) => said.push(line),
    emitter,
  )
  emitter.emit('SIGTERM')
  expect(codes).toEqual([])
  expect(said[0]).toContain('stopping')
  stopped.resolve()
  await stopped.promise
  await Promise.resolve()
  expect(codes).toEqual([0])
})

test('the second signal ends it at once', () => {
  const { emitter, codes } = fakeProcess()
  stopOnSignals(
    () => new Promise(() => {}),
    () => {},
    emitter,
  )
  emitter.emit('SIGTERM')
  emitter.emit('SIGINT')
  expect(codes).toEqual([130])
})

test('a stop that fails is said, and seen in the exit code', async () => {
  const { emitter, codes } = fakeProcess()
  const said: string[] = []
  const failing = Promise.reject(new Error('the disk is gone'))
  stopOnSignals(
    () => failing,
    (line) => said.push(line),
    emitter,
  )
  emitter.emit('SIGTERM')
  await failing.catch(() => {})
  await Promise.resolve()
  expect(said.at(-1)).toContain('the disk is gone')
  expect(codes).toEqual([1])
})
