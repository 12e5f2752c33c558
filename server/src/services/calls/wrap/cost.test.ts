import { expect, it } from 'vitest'
import type { Session } from '#domain/session/state.ts'
import { costOf } from './cost.ts'

const rates = {
  perMinute: { network: 0.9, platform: 2 },
  transcriberPerSecond: 0.01,
  synthesizerPerCharacter: 0.01,
  llmPerThousandTokens: 1,
}
const free = {
  perMinute: { network: 0, platform: 0 },
  transcriberPerSecond: 0,
  synthesizerPerCharacter: 0,
  llmPerThousandTokens: 0,
}

function lasted(ms: number): Session {
  return { updatedAt: 5_000 + ms, attempt: { answeredAt: 5_000, endedAt: 5_000 + ms } } as unknown as Session
}

it.each([
  [0, 0],
  [1, 1],
  [60_000, 1],
  [60_001, 2],
])('started minutes are charged: %d ms are %d', (ms, minutes) => {
  const cost = costOf(lasted(ms), [], rates)
  expect(cost).toMatchObject({ minutes, network: minutes * 0.9, platform: minutes * 2 })
})

it.each([
  ['transfer', { answeredAt: 20_000, endedAt: 80_001 }, 1.8],
  ['transfer', { answeredAt: 20_000 }, 0.9],
  ['transfer', { endedAt: 50_000 }, 0],
  ['connect', { answeredAt: 20_000, endedAt: 80_001 }, 0],
])('the leg of a transfer costs its own started minutes of the network: %s %o', (purpose, times, transfer) => {
  const session = { ...lasted(60_000), control: { second: { purpose, ...times } } } as unknown as Session
  expect(costOf(session, [], rates)).toMatchObject({ network: 0.9, transfer, total: 0.9 + 2 + 0.6 + transfer })
})

it('characters of our own voice and seconds of theirs are, and the whole is the sum of its parts', () => {
  const said = [
    { who: 'agent', text: '0123456789' },
    { who: 'user', text: 'Hello' },
  ] as const
  const cost = costOf(lasted(30_000), said, rates)
  expect(cost).toMatchObject({ characters: 10, synthesizer: 0.1, seconds: 30, transcriber: 0.3, total: 3.3 })
})

it('a call costs nothing unless the operator says so, and nothing that was never answered', () => {
  expect(costOf(lasted(90_000), [{ who: 'agent', text: 'Hello' }], free).total).toBe(0)
  expect(costOf({ updatedAt: 9, attempt: {} } as unknown as Session, [], rates)).toMatchObject({ total: 0, minutes: 0 })
})
