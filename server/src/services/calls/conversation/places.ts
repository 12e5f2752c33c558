import type { SessionEvent } from '#domain/session/events.ts'
import { limits } from '#domain/session/limits.ts'
import type { Session, Words } from '#domain/session/state.ts'
import type { Engine } from '#engine/api.ts'

const readAtOnce = 500

/** Where the words of the present attempt are, oldest first. A head names only the newest conversations; the timeline has them all. */
export async function placesOf(
  engine: Pick<Engine, 'parts'>,
  { account, id, words }: Pick<Session, 'account' | 'id' | 'words'>,
): Promise<readonly Words[]> {
  if (words.length < limits.words) return words
  let places: Words[] = []
  for (let after = 0; ;) {
    const parts = await engine.parts<SessionEvent>(account, id, { kind: 'timeline', after, limit: readAtOnce })
    for (const { created } of parts) places = placesAfter(places, created)
    const last = parts.at(-1)
    if (parts.length < readAtOnce || !last) return places
    after = last.n
  }
}

function placesAfter(places: Words[], event: SessionEvent): Words[] {
  if (event.type === 'session.moved' && event.to === 'dialing') return []
  if (event.type !== 'words.placed') return places
  const { conversationId, after } = event
  if (places.at(-1)?.conversationId !== conversationId) places.push({ conversationId, after })
  return places
}
