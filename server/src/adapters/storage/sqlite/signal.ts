/** How the writer wakes the checkpointer, and how both are told to end: two numbers in shared memory. */
const commits = 0
const ended = 1

export function newSignal(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(8))
}

/** Says that there is something new in the write-ahead log. */
export function ring(signal: Int32Array): void {
  Atomics.add(signal, commits, 1)
  Atomics.notify(signal, commits)
}

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
