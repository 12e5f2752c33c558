import { z } from 'zod'
import { telephone } from './sessions.ts'

/** The shapes of virtual phones. */

const script = z
  .array(z.record(z.string(), z.unknown()))
  .max(1000)
  .meta({
    id: 'PhoneScript',
    description: 'What the phone does, step by step',
    example: [
      { do: 'ring' },
      { do: 'answer' },
      { do: 'wait-for-agent' },
      { do: 'say', text: 'Yes.' },
      { do: 'hang-up' },
    ],
  })
export const simulatedCall = z.strictObject({
  from: telephone,
  to: telephone,
  script: script.optional().meta({ description: 'From the answer on; absent: what the phone of `from` does' }),
})
export const simulated = z
  .object({
    callId: z.string(),
    sessionId: z.string().nullable().meta({ description: 'Null: nobody took the call' }),
  })
  .meta({ id: 'SimulatedCall' })
export const phoneParams = z.object({ number: z.string().max(40) })
export const phoneScript = z.strictObject({ script })
export const phone = z.object({ number: z.string(), script }).meta({ id: 'SimulatedPhone' })
export const phones = z.object({ phones: z.array(phone) })
export const phoneRemoved = z.object({ number: z.string(), deleted: z.literal(true) })
