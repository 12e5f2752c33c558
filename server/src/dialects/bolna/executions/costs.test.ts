import { describe, expect, it } from 'vitest'
import { costOf } from './costs.ts'

describe('cost_breakdown (3.5)', () => {
  it('is zeros of nothing, and adds attempts up', () => {
    expect(costOf([])).toMatchObject({ llm: 0, network: 0, platform: 0, transfer_cost: 0 })
    const legs = { llm: 0, network: 0.9, platform: 2, transcriber: 0.371, synthesizer: 1.85, total: 5.121 }
    expect(costOf([legs, undefined, legs])).toMatchObject({
      network: 1.8,
      platform: 4,
      transcriber: 0.742,
      synthesizer: 3.7,
      synthesizer_breakdown: { conversation: 3.7, welcome_message: 0 },
    })
  })
})
