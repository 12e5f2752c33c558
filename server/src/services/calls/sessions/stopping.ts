import type { Stop } from '#domain/session/commands.ts'
import { session as noun } from '#domain/session/session.ts'
import type { SessionState } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refusals, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Outcome } from '#engine/api.ts'
import { sessionsIn } from './lists.ts'

/** Which sessions of an agent are stopped, and why. */
export interface Stopping {
  readonly cause: Stop['cause']
  readonly states: readonly SessionState[]
}

const stoppedAtOnce = 20

/** Stops an agent's waiting sessions; answers with those it stopped. One that has begun to dial meanwhile is left alone. */
export async function stopWaiting(
  engine: Engine,
  ask: Ask,
  agent: Id,
  stopping: Stopping,
): Promise<readonly Id[] | Refused> {
  const waiting: Id[] = []
  for await (const { id, state } of sessionsIn(engine, ask.account, 'waiting_by_agent', agent)) {
    if (stopping.states.includes(state.state)) waiting.push(id)
  }
  const stopped: Id[] = []
  for (let i = 0; i < waiting.length; i += stoppedAtOnce) {
    const some = waiting.slice(i, i + stoppedAtOnce)
    for (const outcome of await Promise.all(some.map((id) => stopOne(engine, ask, id, stopping)))) {
      const code = outcome.refusal?.code
      if (outcome.value !== undefined) stopped.push(outcome.value)
      else if (outcome.refusal && (code === 'busy' || code === 'unavailable')) return { refusal: outcome.refusal }
    }
  }
  return stopped
}

/** What is on the line for an agent goes on, and is not tried again, however it ends. */
export async function dropRetries(engine: Engine, { account, by }: Ask, agent: Id): Promise<Refused | undefined> {
  for await (const { id, state } of sessionsIn(engine, account, 'in_flight', 'true')) {
    if (state.agent.id !== agent) continue
    const outcome = await engine.execute<true>({ account, by }, (unit) => {
      const done = unit.run(noun, id, { type: 'drop_retry' })
      return isRefused(done) ? done : true
    })
    const { refusal } = outcome
    if (refusal && refusals[refusal.code].retryable) return { refusal }
  }
  return undefined
}

function stopOne(
  engine: Engine,
  { account, by, request }: Ask,
  id: Id,
  { cause, states }: Stopping,
): Promise<Outcome<Id>> {
  return engine.execute<Id>({ account, by, ...(request !== undefined && { request }) }, (unit) => {
    const session = unit.state(noun, id)
    if (!session || !states.includes(session.state)) return refuse('wrong_state', 'It does not wait any more.')
    const done = unit.run(noun, id, { type: 'stop', cause })
    return isRefused(done) ? done : id
  })
}
