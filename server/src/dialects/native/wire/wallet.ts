import { z } from 'zod'

/** The shapes of an account's money for calls. */

export const wallet = z
  .object({
    billing: z.boolean(),
    balance: z.number().nullable().meta({ description: 'Cents' }),
    held: z.number().nullable().meta({ description: 'Cents set aside for calls that go on' }),
  })
  .meta({ id: 'Wallet', description: 'Without billing there is neither balance nor hold' })
export const credit = z.strictObject({
  cents: z.number().positive().max(1_000_000_000),
  because: z.string().min(1).max(200),
})
export const credited = z.object({ balance: z.number() })
