import type { Engine, Program } from '#engine/api.ts'
import { StorageUnavailable } from '#engine/ports/storage.ts'

/** Runs a program that only reads. What is due on what it touches is fired first, and committed before it answers. */
export async function read<Value>(engine: Engine, account: string, program: Program<Value>): Promise<Value> {
  const outcome = await engine.execute<Value>({ account, by: 'read' }, program)
  // A read is never refused for what it asks, only because the house cannot look right now.
  if (outcome.refusal) throw new StorageUnavailable(outcome.refusal.message)
  if (outcome.replayed) throw new Error('A read was answered with a stored answer.')
  return outcome.value
}
