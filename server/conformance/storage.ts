import { afterEach, beforeEach, describe } from 'vitest'
import type { Storage } from '#engine/ports/storage.ts'
import { claims } from './storage/claims.ts'
import { commits } from './storage/commits.ts'
import { deliveries } from './storage/deliveries.ts'
import { erasing } from './storage/erasing.ts'
import { handles } from './storage/handles.ts'
import { keys } from './storage/keys.ts'
import { lists } from './storage/lists.ts'
import { parts } from './storage/parts.ts'
import { randomBatches } from './storage/random.ts'
import { upkeep } from './storage/upkeep.ts'

/** What every storage must do, whatever it is made of. `open` makes an empty one; the suite closes it. */
export function storageConformance(name: string, open: () => Promise<Storage>): void {
  describe(`${name} as a storage`, () => {
    let storage: Storage
    beforeEach(async () => {
      storage = await open()
    })
    afterEach(() => storage.close())

    for (const topic of [commits, keys, claims, handles, lists, parts, upkeep, erasing, deliveries])
      topic(() => storage)
    randomBatches(open)
  })
}
