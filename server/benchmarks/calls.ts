import { perSecond, type Figure } from './figures.ts'
import { openReceiver, type Receiver } from './receiver.ts'
import { call, cpuMs, rig, until, type Rig } from './rig.ts'
import { load, post } from './sockets.ts'
import { phone, scriptPhone, tellingAgent } from './telephones.ts'

/** From `queued` to `completed`, each told to the receiver. */
const statuses = 6
const slots = 10_000

/** Whole simulated calls, ordered one by one: dialled, answered, hung up, settled, each of their six statuses told. */
export async function calls(scale: number): Promise<readonly Figure[]> {
  const count = Math.round(5_000 * scale)
  const receiver = await openReceiver()
  const rigged = await rig('dev', ['--slots', String(slots)])
  try {
    await scriptPhone(rigged, 100)
    const agent = await tellingAgent(rigged, receiver.url)
    await drive(rigged, receiver, agent, Math.ceil(count / 10))
    const [cpuBefore, eventsBefore] = [cpuMs(rigged.server.pid), await eventsOf(rigged)]
    const { ms, ordered } = await drive(rigged, receiver, agent, count)
    const events = ((await eventsOf(rigged)) - eventsBefore) / count
    const cpu = (cpuMs(rigged.server.pid) - cpuBefore) / count
    return [
      { what: `${count} whole calls, each with its six webhooks`, value: perSecond(count, ms), aim: '' },
      { what: '… orders answered', value: perSecond(count, ordered), aim: '' },
      { what: '… events stored for a call', value: events.toFixed(1), aim: '' },
      { what: '… CPU time of the server for a call', value: `${cpu.toFixed(1)} ms`, aim: '' },
    ]
  } finally {
    await rigged.stop()
    await receiver.stop()
  }
}

/** Orders so many; milliseconds until the last was answered, and until the last webhook has come. */
async function drive(
  { host, port, bolna, ...rigged }: Rig,
  receiver: Receiver,
  agent: string,
  count: number,
): Promise<{ readonly ms: number; readonly ordered: number }> {
  const before = await receiver.count()
  const request = post('/call', bolna, JSON.stringify({ agent_id: agent, recipient_phone_number: phone }))
  const started = performance.now()
  await load({ host, port, connections: 32, requests: count, request: () => request, status: 200 })
  const ordered = performance.now() - started
  await until(async () => (await receiver.count()) >= before + count * statuses)
  const ms = performance.now() - started
  const { held } = (await call({ host, port, bolna, ...rigged }, 'GET', '/api/v1/slots')) as { held: unknown[] }
  if (held.length > 0) throw new Error(`${held.length} slots are still taken.`)
  return { ms, ordered }
}

async function eventsOf({ server }: Rig): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/^colloquy_feed_events (\d+)/m.exec(text)?.[1] ?? 0)
}
