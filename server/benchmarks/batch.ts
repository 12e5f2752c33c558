import { perSecond, type Figure } from './figures.ts'
import { messages, rig } from './rig.ts'
import { load, post } from './sockets.ts'

const perRequest = 1_000
const requests = 100

/** The traffic endpoint with a thousand messages a request: ten a conversation, and one to each of 1,000 among 20,000 open ones. */
export async function batch(): Promise<readonly Figure[]> {
  const ten = await measured(100)
  const uniform = await measured(1_000)
  return [
    {
      what: 'traffic in batches of 1,000, ten a conversation',
      value: perSecond(requests * perRequest, ten),
      aim: '40 k/s',
    },
    {
      what: 'traffic in batches of 1,000, one a conversation, over 20,000 open ones',
      value: perSecond(requests * perRequest, uniform),
      aim: '25 k/s',
    },
  ]
}

async function measured(customersPerRequest: number): Promise<number> {
  const rigged = await rig('dev')
  try {
    const drive = async (count: number, tag: string): Promise<number> => {
      // Every batch of the warm-up meets new customers; those measured meet them again.
      const bodies = Array.from({ length: count }, (_, n) => {
        const events = messages(
          perRequest,
          (n % 20) * customersPerRequest,
          customersPerRequest,
          `${tag}${n.toString(16).padStart(4, '0')}`,
        )
        return post('/api/v1/traffic', rigged.bearer, JSON.stringify({ events }))
      })
      const loaded = await load({
        host: rigged.host,
        port: rigged.port,
        connections: 4,
        requests: count,
        request: (n) => bodies[n] ?? '',
        status: 200,
      })
      return loaded.ms
    }
    await drive(20, 'a')
    return await drive(requests, 'b')
  } finally {
    await rigged.stop()
  }
}
