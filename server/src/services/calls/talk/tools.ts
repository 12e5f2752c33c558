import type { ToolCall } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Unit } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Logger } from '../../ports.ts'
import { persist } from '../patience.ts'

export interface KeepingNeed {
  readonly engine: Pick<Engine, 'execute'>
  readonly system: Pick<System, 'after'>
  readonly log?: Logger
}

/** The most tool calls that are kept of one turn. */
const mostTools = 64

/**
 * Keeps what the agent used for a turn: it was done, whatever becomes of its answer and of the session. `after`: what was said last
 * before it; null: nothing yet. Never rejects.
 */
export async function keepTools(
  need: KeepingNeed,
  { account, id }: Pick<Session, 'account' | 'id'>,
  after: Id | null,
  calls: readonly ToolCall[] = [],
): Promise<void> {
  if (calls.length === 0) return
  try {
    const { refusal } = await persist<true>(need, { account, by: 'agent' }, (unit) => {
      for (const call of calls.slice(0, mostTools)) noteTool(unit, id, after, call)
      return true
    })
    if (refusal) need.log?.warn({ account, session: id, code: refusal.code }, 'Tools that were used are not kept.')
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error
    need.log?.error({ account, session: id, error: name }, 'Tools that were used are not kept.')
  }
}

/** What is too long is kept without what is long in it. */
function noteTool(unit: Unit, id: Id, after: Id | null, call: ToolCall): void {
  const done = unit.run(noun, id, { type: 'note_tool', after, call })
  if (!isRefused(done) || done.refusal.code !== 'invalid') return
  const short = { ...call, arguments: {}, output: 'left out: too long' }
  unit.run(noun, id, { type: 'note_tool', after, call: short })
}
