import { isTooOld, retention as noun } from '#domain/retention/retention.ts'
import type { Sweep } from '#domain/retention/state.ts'
import { session as sessionNoun } from '#domain/session/session.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { EffectRunner, Engine } from '#engine/api.ts'
import type { ListEntry } from '#engine/ports/storage.ts'
import type { Position } from '../../api.ts'
import { read } from '../../reading.ts'
import { removeSession } from './removing.ts'

const rowsAtOnce = 200

/**
 * Deletes the sessions of an account that ended too long ago, the oldest first; it stops when the account keeps everything again. After a
 * crash, or when the server stops, it begins again, and finds what is left. Nothing that ended before was made after: it reads no further than the first that was.
 */
export function sweepRunner(engine: Engine, stopped: AbortSignal): EffectRunner {
  return {
    run: async ({ account, aggregate, payload }) => {
      const { dueAt } = payload as Sweep
      let trouble: string | undefined
      for (let after: Position | undefined; ;) {
        const days = await read(engine, account, (unit) => unit.state(noun, aggregate)?.days ?? null)
        if (days === null) return { settled: true }
        const rows = await oldestRows(engine, account, after)
        const old = rows.filter((row) => isTooOld(Number(row.sort), days, dueAt))
        for (const { aggregate: id, facets } of old) {
          if (stopped.aborted) return { settled: false, error: 'The server stops.' }
          if (facets['state'] !== 'ended') continue
          trouble = (await sweep(engine, account, id, (endedAt) => isTooOld(endedAt, days, dueAt))) ?? trouble
        }
        const last = old.at(-1)
        if (!last || old.length < rowsAtOnce) break
        after = { sort: last.sort, id: last.aggregate }
      }
      return trouble === undefined ? { settled: true } : { settled: false, error: trouble }
    },
  }
}

function oldestRows(engine: Engine, account: string, after: Position | undefined): Promise<readonly ListEntry[]> {
  const listing = { account, noun: sessionNoun, list: 'all', equals: ['true'], limit: rowsAtOnce }
  return engine.entries({ ...listing, ...(after && { after }) })
}

/** Answers with what kept it from being deleted. */
async function sweep(
  engine: Engine,
  account: string,
  id: Id,
  isOld: (endedAt: Instant) => boolean,
): Promise<string | undefined> {
  const session = await read(engine, account, (unit) => unit.state(sessionNoun, id))
  if (session?.state !== 'ended' || !isOld(session.end?.at ?? session.updatedAt)) return undefined
  const { refusal } = await removeSession(engine, { account, by: 'retention' }, id)
  return refusal && refusal.code !== 'not_found' ? refusal.message : undefined
}
