import { expect, it } from 'vitest'
import type { ExecutionParts } from './execution.ts'
import { usageOf } from './usage.ts'

const parts = {
  session: { attempt: { answeredAt: 1_000, endedAt: 31_000 } },
  definition: { vendor: {}, limits: {} },
  order: {},
  talk: [{ is: 'turn', who: 'agent', text: 'At nine.', at: 2_000 }],
} as unknown as ExecutionParts
const models = { small: { input: 900, output: 100 }, large: { input: 10, output: 5 } }

it('3.6 tokens are the true sum, by model and all together', () => {
  expect(usageOf(parts, { models }, true)).toMatchObject({
    llm_tokens: 1_015,
    llmTokens: 1_015,
    llm_model: models,
    llmModel: models,
    llm_usage_breakdown: {
      conversation: { input: 910, output: 105, model: 'small, large', provider: null, provider_connected: true },
      analytics: null,
    },
    synthesizer_characters: 8,
  })
})

it.each([
  ['before it is completed', { models }, false],
  ['of an agent that asks no model', { models: {} }, true],
  ['of a call whose cost was made by an older server', { total: 1 }, true],
  ['of a call without costs', undefined, true],
])('there are none %s', (_, cost, completed) => {
  const { llm_tokens, llm_model, llm_usage_breakdown } = usageOf(parts, cost, completed)
  expect([llm_tokens, llm_model, llm_usage_breakdown.conversation]).toEqual([0, {}, null])
})
