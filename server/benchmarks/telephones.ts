import { call, type Rig } from './rig.ts'

/** A virtual phone that a script is written for. */
export const phone = '+12025550120'

/** What the phone does: rings and answers at once, stays on the line for so long, hangs up. */
export async function scriptPhone(rigged: Rig, onTheLineMs: number, number: string = phone): Promise<void> {
  const script = [
    { after: 0, do: 'ring' },
    { after: 0, do: 'answer' },
    { after: onTheLineMs, do: 'hang-up' },
  ]
  await call(rigged, 'PUT', `/api/v1/simulator/phones/${encodeURIComponent(number)}`, { script })
}

/** A phone for each length, in ms: they answer at once and stay on the line for so long. Answers with their numbers. */
export async function scriptPhones(rigged: Rig, onTheLineMs: readonly number[]): Promise<readonly string[]> {
  const numbers = onTheLineMs.map((_, i) => `+120255501${20 + i}`)
  for (const [i, number] of numbers.entries()) await scriptPhone(rigged, onTheLineMs[i] ?? 0, number)
  return numbers
}

/** An agent that lets the other talk, and tells nobody. */
export async function quietAgent(rigged: Rig): Promise<string> {
  const { id } = await call(rigged, 'POST', '/api/v1/agents', { name: 'bench' })
  return String(id)
}

/** An agent of Bolna's, whose receiver is told every status. */
export async function tellingAgent(rigged: Rig, url: string): Promise<string> {
  const body = { agent_config: { agent_name: 'bench', webhook_url: url, tasks: [{}] } }
  const { agent_id: id } = await call(rigged, 'POST', '/v2/agent', body, rigged.bolna)
  return String(id)
}
