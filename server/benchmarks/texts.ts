import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { percentile, type Figure } from './figures.ts'
import { call, rig, type Rig } from './rig.ts'
import { openThinker } from './thinker.ts'

/** One conversation after the other, so that nothing is waited for but what a turn takes; and how often each user writes. */
const conversations = 10
const turnsEach = 20
/** So many times as many turns come before those that count: by then the server's code is compiled as it is after a minute's work. */
const warmUp = 4
/** How long an agent thinks: not at all, and so long that a machine with nothing else to do has gone to sleep meanwhile. */
const thinking = [0, 20] as const

/**
 * What the server adds to an agent's own time, for each kind of agent: a turn against the same question put to the agent itself right
 * before it, over a connection that is there already. A script is nobody that could be asked.
 */
export async function texts(scale: number): Promise<readonly Figure[]> {
  const turns = Math.max(5, Math.round(turnsEach * scale))
  const thinker = await openThinker()
  const rigged = await rig('dev')
  try {
    const figures: Figure[] = []
    for (const { name, speech, own } of kindsOf(thinker.url)) {
      const agent = await call(rigged, 'POST', '/api/v1/agents', { name, welcome: 'Hello!', speech })
      const talking = { rigged, agentId: String(agent['id']), own }
      thinker.think(0)
      for (let i = 0; i < warmUp; i++) await talk(talking, turns)
      for (const thinksMs of own === undefined ? ([0] as const) : thinking) {
        thinker.think(thinksMs)
        const added = await talk(talking, turns)
        figures.push({
          what: `added to a turn of an agent by ${name} that answers ${thinksMs ? `after ${thinksMs} ms` : 'at once'}, p50 / p99`,
          value: `${percentile(added, 0.5).toFixed(1)} / ${percentile(added, 0.99).toFixed(1)} ms`,
          aim: 'p50 ≤ 5 ms',
        })
      }
    }
    return figures
  } finally {
    await rigged.stop()
    await thinker.stop()
  }
}

interface Kind {
  readonly name: string
  readonly speech: object
  /** Where it can be asked itself. */
  readonly own: string | undefined
}

function kindsOf(url: string): readonly Kind[] {
  const openai = { by: 'openai', baseUrl: `${url}/v1`, model: 'bench', prompt: 'You are Ann.' }
  return [
    { name: 'script', speech: { by: 'script' }, own: undefined },
    { name: 'http', speech: { by: 'http', url: `${url}/turn` }, own: `${url}/turn` },
    { name: 'openai', speech: openai, own: `${url}/v1/chat/completions` },
  ]
}

interface Talking extends Pick<Kind, 'own'> {
  readonly rigged: Rig
  readonly agentId: string
}

/** Milliseconds that each turn took beyond its agent, sorted. */
async function talk({ rigged, agentId, own }: Talking, turns: number): Promise<readonly number[]> {
  const { server, bearer } = rigged
  const added: number[] = []
  for (let n = 0; n < conversations; n++) {
    const order = { kind: 'text', agentId, user: `user-${n}-${performance.now()}` }
    const { id } = await call(rigged, 'POST', '/api/v1/sessions', order)
    const turn = `${server.url}/api/v1/sessions/${String(id)}/messages`
    for (let i = 0; i < turns; i++) {
      const message = { text: `Where is my parcel? ${i}` }
      const ownMs = own === undefined ? 0 : await ask(own, '', message)
      added.push((await ask(turn, bearer, message)) - ownMs)
    }
  }
  return added.toSorted((a, b) => a - b)
}

const kept = new Agent({ keepAlive: true })

/** How long an answer took, by the leanest client there is: what a client takes is not the server's. */
async function ask(url: string, authorization: string, question: object): Promise<number> {
  const started = performance.now()
  const headers = { authorization, 'content-type': 'application/json' }
  const answered = Promise.withResolvers<void>()
  const asking = request(url, { method: 'POST', headers, agent: kept }, (response) => {
    text(response).then((body) => {
      if (response.statusCode === 200) answered.resolve()
      else answered.reject(new Error(`${url} answered ${response.statusCode}: ${body}`))
    }, answered.reject)
  })
  asking.once('error', answered.reject)
  asking.end(JSON.stringify(question))
  await answered.promise
  return performance.now() - started
}
