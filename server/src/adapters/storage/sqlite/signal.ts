/** What the threads tell each other: four numbers in shared memory. */
const commits = 0
const ended = 1
const copying = 2
const restarting = 3

export function newSignal(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(16))
}

/** Says that there is something new in the write-ahead log. */
export function ring(signal: Int32Array): void {
  Atomics.add(signal, commits, 1)
  Atomics.notify(signal, commits)
}

/** Tells the checkpointer to end. */
export function end(signal: Int32Array): void {
  Atomics.store(signal, ended, 1)
  Atomics.notify(signal, ended)
  ring(signal)
}

/** Sleeps until there is something new since `seen`. Answers with what to pass as `seen` next time. */
export function awaitRing(signal: Int32Array, seen: number): number {
  Atomics.wait(signal, commits, seen)
  return Atomics.load(signal, commits)
}

/** Sleeps; answers with false when it is time to end. */
export function pause(signal: Int32Array, ms: number): boolean {
  Atomics.wait(signal, ended, 0, ms)
  return Atomics.load(signal, ended) === 0
}

/** Says whether the checkpointer is at work. */
export function setCopying(signal: Int32Array, value: boolean): void {
  Atomics.store(signal, copying, Number(value))
  Atomics.notify(signal, copying)
}

/** Sleeps while the checkpointer is at work, but not for ever. */
export function awaitCopied(signal: Int32Array, ms: number): void {
  Atomics.wait(signal, copying, 1, ms)
}

/** Says whether the writer waits for all readers to let go of the log, to start it anew. */
export function setRestarting(signal: Int32Array, value: boolean): void {
  Atomics.store(signal, restarting, Number(value))
}

export function isRestarting(signal: Int32Array): boolean {
  return Atomics.load(signal, restarting) === 1
}
