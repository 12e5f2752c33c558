import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { DeliveryStore } from '#engine/ports/delivery-store.ts'
import type { System } from '#engine/ports.ts'

const everyMs: Milliseconds = 600_000
const pauseMs: Milliseconds = 100
const atOnce = 500

/** Forgets old delivered rows, a few at a time, so that nothing waits for it. Answers with how to stop. */
export function forgetOld(system: System, store: DeliveryStore, keepMs: Milliseconds): () => void {
  let isStopped = false
  let cancel = system.after(everyMs, () => void forget())

  async function forget(): Promise<void> {
    const gone = await store.forget(system.now() - keepMs, atOnce).catch(() => 0)
    if (!isStopped) cancel = system.after(gone === atOnce ? pauseMs : everyMs, () => void forget())
  }

  return () => {
    isStopped = true
    cancel()
  }
}
