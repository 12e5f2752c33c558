import { workerData } from 'node:worker_threads'
import { connect } from './database.ts'
import { awaitRing, isRestarting, pause, setCopying } from './signal.ts'

/**
 * A thread that copies the write-ahead log into the database file, so that the writer need not. Passive: it waits for nobody
 * and nobody waits for it.
 */
const { file, signal } = workerData as { readonly file: string; readonly signal: Int32Array }
const pauseMs = 20
const database = connect(file, { cacheKb: 4096, waitMs: 10_000 }) // only the beginning waits, as in the writer
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')
database.exec('PRAGMA busy_timeout = 0')

let seen = 0
while (pause(signal, pauseMs)) {
  seen = awaitRing(signal, seen)
  if (isRestarting(signal)) continue // the writer copies by itself
  try {
    setCopying(signal, true)
    checkpoint.get()
    setCopying(signal, false)
  } catch {
    setCopying(signal, false)
    pause(signal, 1000) // the disk is full, perhaps: the writer will say so, and the log keeps everything until then
  }
}
database.close()
