/** What the engine needs from the world. */
export type { System } from './ports/system.ts'
export type { Storage } from './ports/storage.ts'
