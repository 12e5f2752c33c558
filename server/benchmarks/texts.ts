import { percentile, type Figure } from './figures.ts'
import { call, rig, type Rig } from './rig.ts'
import { openThinker, type Thinker } from './thinker.ts'

/** Conversations at once, and how often each of their users writes. */
const conversations = 4
const turnsEach = 50

/** What the server adds to the time an agent takes for its answer, for each kind of agent. */
export async function texts(scale: number): Promise<readonly Figure[]> {
  const turns = Math.max(5, Math.round(turnsEach * scale))
  const thinker = await openThinker()
  const rigged = await rig('dev')
  try {
    const figures: Figure[] = []
    for (const [name, speech] of Object.entries(speeches(thinker))) {
      const agent = await call(rigged, 'POST', '/api/v1/agents', { name, welcome: 'Hello!', speech })
      await talk(rigged, thinker, String(agent['id']), 5)
      const added = await talk(rigged, thinker, String(agent['id']), turns)
      figures.push({
        what: `added to a turn of an agent by ${name}, p50 / p99`,
        value: `${percentile(added, 0.5).toFixed(1)} / ${percentile(added, 0.99).toFixed(1)} ms`,
        aim: 'p50 ≤ 5 ms',
      })
    }
    return figures
  } finally {
    await rigged.stop()
    await thinker.stop()
  }
}

function speeches({ url }: Thinker): Readonly<Record<string, object>> {
  return {
    script: { by: 'script' },
    http: { by: 'http', url: `${url}/turn` },
    openai: { by: 'openai', baseUrl: `${url}/v1`, model: 'bench', prompt: 'You are Ann.' },
  }
}

/** Milliseconds of each turn beyond what its agent took, sorted. */
async function talk(rigged: Rig, thinker: Thinker, agentId: string, turns: number): Promise<readonly number[]> {
  const one = async (_: unknown, n: number): Promise<readonly number[]> => {
    const order = { kind: 'text', agentId, user: `user-${n}-${performance.now()}` }
    const { id } = await call(rigged, 'POST', '/api/v1/sessions', order)
    const added: number[] = []
    for (let i = 0; i < turns; i++) {
      const mark = `turn-${n}-${i}`
      const started = performance.now()
      await call(rigged, 'POST', `/api/v1/sessions/${String(id)}/messages`, { text: `Where is my parcel? ${mark}` })
      added.push(performance.now() - started - thinker.tookMs(mark))
    }
    return added
  }
  const all = await Promise.all(Array.from({ length: conversations }, one))
  return all.flat().toSorted((a, b) => a - b)
}
