import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'

/** Milliseconds that never run backwards, though the wall clock may step: for ages and waits that are not stored. */
export function steadyClock(system: System): () => Milliseconds {
  let last = system.now()
  let elapsedMs = 0
  return () => {
    const now = system.now()
    if (now > last) elapsedMs += now - last
    last = now
    return elapsedMs
  }
}
