import * as z from 'zod'
import { Upload } from '../batches/batch-forms.ts'

/** What batches are made and scheduled by (section 4); in forms everything is text. */

const several = z.union([z.string(), z.array(z.string()).max(100)]).transform((given) => [given].flat())

export const createBatch = z.looseObject({
  agent_id: z.string().min(1),
  file: z
    .custom<Upload>((value) => value instanceof Upload, 'file is required')
    .meta({ override: { type: 'string', format: 'binary', description: 'UTF-8 CSV with a column contact_number' } }),
  from_phone_numbers: several.optional(),
  from_phone_number: z.string().optional(),
  retry_config: z.union([z.string(), z.looseObject({})]).nullish(),
  webhook_url: z.string().optional(),
})
export type CreateBatch = z.output<typeof createBatch>

export const scheduleBatch = z.looseObject({
  scheduled_at: z.string().max(64),
  bypass_call_guardrails: z.union([z.boolean(), z.enum(['true', 'false', 'True', 'False', ''])]).optional(),
})
export type ScheduleBatch = z.output<typeof scheduleBatch>
