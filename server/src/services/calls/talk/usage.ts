import type { ModelUse } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { persist } from '../patience.ts'
import type { KeepingNeed } from './tools.ts'

/**
 * Keeps what an answered turn took of a model, whatever becomes of its answer and of the session; of a turn that came to nothing nobody
 * says what it took. Never rejects.
 */
export async function keepUsage(
  need: KeepingNeed,
  { account, id, attempt }: Pick<Session, 'account' | 'id'> & { readonly attempt: Pick<Session['attempt'], 'number'> },
  usage: ModelUse | undefined,
): Promise<void> {
  if (!usage) return
  try {
    const { refusal } = await persist<object>(need, { account, by: 'agent' }, (unit) =>
      unit.run(noun, id, { type: 'note_usage', attempt: attempt.number, ...usage }),
    )
    if (refusal) need.log?.warn({ account, session: id, code: refusal.code }, 'Tokens that were used are not kept.')
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error
    need.log?.error({ account, session: id, error: name }, 'Tokens that were used are not kept.')
  }
}
