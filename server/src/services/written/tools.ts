import type { ToolCall } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Unit } from '#engine/api.ts'

/** The most tool calls that are kept of one turn. */
const mostTools = 64

/** Keeps what the agent used for a turn. `after`: what was said last before it; null: nothing yet. */
export function noteTools(unit: Unit, id: Id, after: Id | null, calls: readonly ToolCall[] = []): Refused | undefined {
  for (const call of calls.slice(0, mostTools)) {
    const noted = noteTool(unit, id, after, call)
    if (noted) return noted
  }
  return undefined
}

/** What is too long to be kept does not lose the answer. */
function noteTool(unit: Unit, id: Id, after: Id | null, call: ToolCall): Refused | undefined {
  const done = unit.run(noun, id, { type: 'note_tool', after, call })
  if (!isRefused(done) || done.refusal.code !== 'invalid') return isRefused(done) ? done : undefined
  const short = { ...call, arguments: {}, output: 'left out: too long' }
  const again = unit.run(noun, id, { type: 'note_tool', after, call: short })
  return isRefused(again) ? again : undefined
}
