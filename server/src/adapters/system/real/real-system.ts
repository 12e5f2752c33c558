import { randomFillSync } from 'node:crypto'
import type { System } from '#engine/ports.ts'

/** Timers of the platform count in 31 bits; a longer one fires at once. */
const longestTimerMs = 2 ** 31 - 1

/** Bytes fetched from the platform in one go. */
const blockBytes = 8192

/** The machine's clock, timers and randomness. */
export function realSystem(): System {
  return { now: () => Date.now(), random: blockwise(), after }
}

function after(afterMs: number, callback: () => void): () => void {
  if (!(afterMs > 0)) {
    const immediate = setImmediate(callback)
    return () => clearImmediate(immediate)
  }
  let timer: ReturnType<typeof setTimeout>
  const wait = (restMs: number): void => {
    const stageMs = Math.min(restMs, longestTimerMs)
    timer = setTimeout(() => (restMs > stageMs ? wait(restMs - stageMs) : callback()), stageMs)
  }
  wait(afterMs)
  return () => clearTimeout(timer)
}

function blockwise(): System['random'] {
  const block = new Uint8Array(blockBytes)
  let used = blockBytes
  return (bytes) => {
    if (bytes.length > blockBytes / 8) return randomFillSync(bytes)
    if (used + bytes.length > blockBytes) {
      randomFillSync(block)
      used = 0
    }
    bytes.set(block.subarray(used, used + bytes.length))
    block.fill(0, used, used + bytes.length)
    used += bytes.length
    return bytes
  }
}
