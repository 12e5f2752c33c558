import type { ArtefactSettled, SessionEvent } from '#domain/session/events.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Engine } from '#engine/api.ts'

const partsAtOnce = 500

/** The newest of each kind: parts come in the order they were settled in. */
export async function artefactsOf(
  engine: Engine,
  account: string,
  id: Id,
  upTo = Infinity,
): Promise<readonly ArtefactSettled[]> {
  const parts = await engine.parts<SessionEvent>(account, id, { kind: 'artefact', after: 0, limit: partsAtOnce })
  const newest = new Map<string, ArtefactSettled>()
  for (const { n, created } of parts) {
    if (created.type !== 'artefact.settled' || n > upTo) continue
    const present = newest.get(created.artefact)
    if (!present || created.attempt >= present.attempt) newest.set(created.artefact, created)
  }
  const last = Math.max(0, ...[...newest.values()].map(({ attempt }) => attempt))
  return [...newest.values()].filter(({ attempt }) => attempt === last)
}
