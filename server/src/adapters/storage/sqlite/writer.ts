import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { backup } from 'node:sqlite'
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { StorageUnavailable } from '#engine/ports/storage.ts'
import { Committer } from './commit.ts'
import { connect, pageBytes, portError } from './database.ts'
import { Eraser } from './erase.ts'
import { batchOf, flattenVerdicts } from './flat.ts'
import { awaitCopied, ring, setRestarting } from './signal.ts'
import type { Answer, Task, Tasks, WriterData } from './tasks.ts'
import { Upkeep } from './upkeep.ts'

/** The only thread that writes to the store: one task after the other, each a transaction. */
const { file, maxPages, signal } = workerData as WriterData
const port = ownPort()

const walLimit = 32 * 1024 * 1024
const pagesAtATime = 200
/** Longer than the main thread usually stays in one turn. */
const restartWaitMs = 250

// At the beginning another thread may be reading the log back in, which locks the file for a moment: wait for it.
const database = connect(file, { cacheKb: 48 * 1024, waitMs: 10_000 })
// journal_size_limit: the log keeps its length when it starts anew, as writing over is faster than making a file longer
database.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${2 * walLimit}`)
if (maxPages !== null) database.exec(`PRAGMA max_page_count = ${maxPages}`)
const restart = database.prepare('PRAGMA wal_checkpoint(RESTART)')
const lookAtLog = database.prepare('PRAGMA wal_checkpoint(NOOP)')
const committer = new Committer(database)
const eraser = new Eraser(database, committer)
const upkeep = new Upkeep(database, committer)
// From here on it is the only one that writes, and waits for nobody.
database.exec('PRAGMA busy_timeout = 0')
const waiting: Task[] = []
let copying = false
let lastBackup: Promise<void> = Promise.resolve()
let written = 0

type Doing = {
  readonly [Name in keyof Tasks]: (
    input: Tasks[Name]['input'],
  ) => Tasks[Name]['output'] | Promise<Tasks[Name]['output']>
}

const doing: Doing = {
  commit: (batch) => {
    const verdicts = committer.commit(batchOf(batch))
    return { verdicts: flattenVerdicts(verdicts), lastSeq: committer.lastSeq }
  },
  indexFeed: ({ limit }) => upkeep.indexFeed(limit),
  settleEffects: (rows) => upkeep.settleEffects(rows),
  forgetAnswers: ({ before, limit }) => upkeep.forgetAnswers(before, limit),
  erase: ({ aggregate, limit }) => eraser.erase(aggregate, limit),
  recordDeliveries: ({ rows, cursor }) => upkeep.recordDeliveries(rows, cursor),
  forgetDeliveries: ({ before, limit }) => upkeep.forgetDeliveries(before, limit),
  probe: () => upkeep.probe(),
  backup: ({ file }) => {
    const mine = lastBackup.then(() => copyTo(file))
    lastBackup = mine.catch(() => {})
    return mine
  },
  close: async () => {
    await lastBackup
    database.close()
  },
}

port.on('message', (task: Task) => {
  if (copying) waiting.push(task)
  else take(task)
})
port.postMessage({ number: 0, output: committer.lastSeq } satisfies Answer)

function take(task: Task): void {
  const answer = perform(task)
  if (!(answer instanceof Promise)) {
    port.postMessage(answer)
    ring(signal)
    boundWal()
    return
  }
  void answer.then((answer) => {
    port.postMessage(answer)
    if (task.name === 'close') port.close()
  })
}

function takeWaiting(): void {
  for (const task of waiting.splice(0)) take(task)
}

function perform({ number, name, input }: Task): Answer | Promise<Answer> {
  try {
    const output = (doing[name] as (input: unknown) => unknown)(input)
    if (!(output instanceof Promise)) return { number, output }
    return output.then((output: unknown) => ({ number, output })).catch((error: unknown) => failed(number, error))
  } catch (error) {
    return failed(number, error)
  }
}

function failed(number: number, error: unknown): Answer {
  const told = portError(error)
  return {
    number,
    error: told instanceof Error ? told.message : String(told),
    unavailable: told instanceof StorageUnavailable,
  }
}

/** Looks at the log every eighth time; when it is long, starts it anew between two batches. */
function boundWal(): void {
  if (++written % 8 !== 0) return
  try {
    const { log } = lookAtLog.get() as { log: number }
    const size = log * pageBytes
    if (size < walLimit) return
    if (size > 2 * walLimit) restartPatiently()
    else restart.get()
  } catch {
    // a full disk, perhaps: the next write will tell
  }
}

/** A restart fails at once while anyone copies or reads: better to wait for them than to have a log without end. */
function restartPatiently(): void {
  setRestarting(signal, true)
  awaitCopied(signal, 1000)
  database.exec(`PRAGMA busy_timeout = ${restartWaitMs}`)
  try {
    restart.get()
  } finally {
    database.exec('PRAGMA busy_timeout = 0')
    setRestarting(signal, false)
  }
}

/**
 * Copies some pages at a time on this thread's own connection: from any other it would start anew at each commit. While pages
 * are copied (in a thread of the pool) tasks wait; they are taken in between, when SQLite calls back.
 */
async function copyTo(target: string): Promise<void> {
  createPrivate(target)
  copying = true
  try {
    await backup(database, target, { rate: pagesAtATime, progress: takeWaiting })
    const copy = openSync(target, 'r+')
    fsyncSync(copy)
    closeSync(copy)
  } catch (error) {
    for (const ending of ['', '-journal', '-wal', '-shm']) rmSync(target + ending, { force: true })
    throw error
  } finally {
    copying = false
    takeWaiting()
  }
}

function createPrivate(target: string): void {
  try {
    closeSync(openSync(target, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Error(`The file ${target} exists already. Choose another name for the backup.`, { cause: error })
  }
}

function ownPort(): MessagePort {
  if (!parentPort) throw new Error('The writer runs in a worker thread.')
  return parentPort
}
