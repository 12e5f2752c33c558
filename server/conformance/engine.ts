import type { Storage } from '#engine/ports.ts'
import { chaosConformance } from './engine/chaos.ts'
import { decidingConformance } from './engine/deciding.ts'
import { keepingConformance } from './engine/keeping.ts'
import { timingConformance } from './engine/timing.ts'

/** What the engine promises, with toy nouns, over any storage. `open` gives a new empty store each time. */
export function engineConformance(name: string, open: () => Promise<Storage>, runs = 300): void {
  decidingConformance(name, open)
  timingConformance(name, open)
  keepingConformance(name, open)
  chaosConformance(name, open, runs)
}
