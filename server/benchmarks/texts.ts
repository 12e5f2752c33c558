import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { percentile, type Figure } from './figures.ts'
import { call, rig, type Rig } from './rig.ts'
import { openThinker, type Thinker } from './thinker.ts'

/** One conversation after the other, so that nothing is waited for but what a turn takes; and how often each user writes. */
const conversations = 10
const turnsEach = 20

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
  const added: number[] = []
  for (let n = 0; n < conversations; n++) {
    const order = { kind: 'text', agentId, user: `user-${n}-${performance.now()}` }
    const { id } = await call(rigged, 'POST', '/api/v1/sessions', order)
    for (let i = 0; i < turns; i++) {
      const mark = `turn-${n}-${i}`
      const started = performance.now()
      await write(rigged, String(id), `Where is my parcel? ${mark}`)
      added.push(performance.now() - started - thinker.tookMs(mark))
    }
  }
  return added.toSorted((a, b) => a - b)
}

const kept = new Agent({ keepAlive: true })

/** Over a connection that is there already, by the leanest client there is: what a client takes is not the server's. */
async function write({ host, port, bearer }: Rig, id: string, words: string): Promise<void> {
  const headers = { authorization: bearer, 'content-type': 'application/json' }
  const path = `/api/v1/sessions/${id}/messages`
  const answered = Promise.withResolvers<void>()
  const asking = request({ host, port, path, method: 'POST', headers, agent: kept }, (response) => {
    text(response).then((body) => {
      if (response.statusCode === 200) answered.resolve()
      else answered.reject(new Error(`A message was answered ${response.statusCode}: ${body}`))
    }, answered.reject)
  })
  asking.once('error', answered.reject)
  asking.end(JSON.stringify({ text: words }))
  return answered.promise
}
