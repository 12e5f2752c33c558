import * as z from 'zod'
import { shownAs } from './shown-as.ts'

const moment = z
  .string()
  .max(64)
  .optional()
  .meta({
    ...shownAs({ type: 'string', format: 'date-time' }),
    description: 'Inclusive. Without an offset in UTC; a date alone is its midnight in UTC',
  })

/** Between which moments the items of a list were made, and changed last (4.2). */
export const moments = {
  created_after: moment,
  created_before: moment,
  updated_after: moment,
  updated_before: moment,
}
