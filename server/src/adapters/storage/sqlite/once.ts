import type { DatabaseSync } from 'node:sqlite'
import type { Key } from '#domain/noun.ts'
import { keyName } from '../check.ts'
import { Prepared } from './database.ts'
import { digestOf, keyPlace } from './places.ts'

interface KeyColumns {
  readonly key: Uint8Array
  readonly ref: number
}

/** The keys that the events of an aggregate have used up: each stands at the place its hash names, or at the next free one. */
export class OnceKeys {
  readonly #select: Prepared<[number], KeyColumns>
  readonly #insert: Prepared<[number, Uint8Array, number]>
  /** What the last search was for, because a key is sought right before it is written. */
  #last:
    | { readonly key: object; readonly slot: number; readonly digest: Uint8Array; readonly attempt: number }
    | undefined

  constructor(database: DatabaseSync) {
    this.#select = new Prepared(database, 'SELECT key, ref FROM cluster WHERE place = ?')
    this.#insert = new Prepared(database, 'INSERT OR IGNORE INTO cluster (place, key, ref) VALUES (?, ?, ?)')
  }

  /** The number of the event that used up a key. */
  find(slot: number, key: Pick<Key, 'kind' | 'key'>): number | undefined {
    const digest = digestOf(keyName(key))
    for (let attempt = 0; ; attempt++) {
      const row = this.#select.get(keyPlace(slot, digest, attempt))
      if (!row) this.#last = { key, slot, digest, attempt }
      if (!row || same(row.key, digest)) return row?.ref
    }
  }

  /** Uses up a key that is not used yet; the same key twice in one event is once. */
  use(slot: number, key: Key, n: number): void {
    const known = this.#last?.key === key && this.#last.slot === slot ? this.#last : undefined
    const digest = known?.digest ?? digestOf(keyName(key))
    for (let attempt = known?.attempt ?? 0; ; attempt++) {
      const place = keyPlace(slot, digest, attempt)
      if (this.#insert.run(place, digest, n) > 0) return
      const row = this.#select.get(place)
      if (row && same(row.key, digest)) return
    }
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false
  return true
}
