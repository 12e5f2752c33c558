import { perSecond, type Figure } from './figures.ts'
import { business, call, customer, messages, rig, type Rig } from './rig.ts'
import { load, post, type Loaded } from './sockets.ts'

const conversations = 2_000
const requests = 60_000

/** One communication a request through the Twilio dialect, at 128 connections, on disk and in memory. */
export async function single(): Promise<readonly Figure[]> {
  const memory = await measured(['--storage', 'memory'])
  const durable = await measured([])
  const ratio = durable.perSecond / memory.perSecond
  return [
    { what: 'single POST of a communication, durable', value: perSecond(requests, durable.ms), aim: '15 k/s' },
    {
      what: '… p50 / p99 at 128 connections',
      value: `${durable.p50Ms.toFixed(1)} / ${durable.p99Ms.toFixed(1)} ms`,
      aim: 'p99 ≤ 20 ms',
    },
    { what: '… over the memory storage', value: perSecond(requests, memory.ms), aim: '' },
    { what: '… durable : memory', value: ratio.toFixed(2), aim: '≥ 0.35' },
  ]
}

async function measured(options: readonly string[]): Promise<Loaded> {
  const rigged = await rig('dev', options)
  try {
    const ids = await open(rigged)
    await drive(rigged, ids, 10_000, 'aa')
    return await drive(rigged, ids, requests, 'bb')
  } finally {
    await rigged.stop()
  }
}

async function open(rigged: Rig): Promise<string[]> {
  const ids: string[] = []
  for (let first = 0; first < conversations; first += 1_000) {
    const { results } = (await call(rigged, 'POST', '/api/v1/traffic', {
      events: messages(1_000, first, 1_000, `cc${first}`),
    })) as { results: { conversationId: string }[] }
    ids.push(...results.map((result) => `conv_${result.conversationId}`))
  }
  return ids
}

function drive(rigged: Rig, ids: readonly string[], count: number, tag: string): Promise<Loaded> {
  const request = (n: number): string => {
    const at = n % ids.length
    const resourceId = `SM${tag}${n.toString(16).padStart(30, '0')}`
    const body = {
      author: { address: customer(at), channel: 'SMS' },
      content: { type: 'TEXT', text: 'Where is my parcel? I have been waiting since Tuesday.' },
      recipients: [{ address: business, channel: 'SMS' }],
      channelId: resourceId,
      resourceId,
    }
    return post(`/v2/Conversations/${ids[at]}/Communications`, rigged.basic, JSON.stringify(body))
  }
  return load({ host: rigged.host, port: rigged.port, connections: 128, requests: count, request, status: 201 })
}
