import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Chance } from '../chance.ts'
import { Client, type Json } from '../client.ts'
import { readEnv, ServerProcess } from '../server-process.ts'
import { advance, letTimePass, orderAgain, orderMany, type Doings } from './load.ts'
import { Receiver } from './receiver.ts'
import { verify } from './verify.ts'

export interface CallsReport {
  readonly calls: number
  readonly kills: number
  /** The fewest calls in flight when a server was killed. */
  readonly runningLeast: number
  readonly wrong: readonly string[]
}

const slots = 200
/** Twice a round: all slots are taken and some wait; then it is killed again before it has come to itself, with slots to spare. */
const bursts = [
  { before: 240, during: 30 },
  { before: 40, during: 90 },
] as const

/**
 * Rounds of: hundreds of calls to phones of every behaviour, kill −9 in the middle of them, start again, kill again, start
 * again, let time pass; then look whether all have ended, no slot is taken, nobody was dialled twice and all was told.
 */
export async function tortureCalls(
  rounds: number,
  seed: number,
  say: (line: string) => void = () => {},
): Promise<CallsReport> {
  const data = mkdtempSync(join(tmpdir(), 'colloquy-torture-calls-'))
  const journal = join(data, 'dialled.jsonl')
  const start = () => ServerProcess.start(data, ['--slots', String(slots), '--simulator-journal', journal])
  const chance = new Chance(seed)
  const receiver = await Receiver.open()
  const doings: Doings = { orders: [], earlier: 0, wrong: [], clock: 0 }
  const wrong: string[] = []
  let [kills, runningLeast] = [0, Infinity]
  let server = await start()
  try {
    const client = new Client(readEnv(data, 'test'))
    client.url = server.url
    const agents = [await agent(client, `${receiver.url}/`), await agent(client, `${receiver.url}/refuse`)] as const
    const weighted = [agents[0], agents[0], agents[0], agents[1]]
    doings.clock = Date.parse(String((await client.call('GET', '/api/v1/clock')).body['now']))
    for (let round = 1; round <= rounds; round++) {
      for (const { before, during } of bursts) {
        await orderMany(client, chance, doings, weighted, before)
        await advance(client, doings, `PT${4 + chance.below(5)}S`)
        const running = ((await client.call('GET', '/api/v1/slots')).body['held'] as Json[]).length
        if (before > slots) runningLeast = Math.min(runningLeast, running)
        const from = statSync(journal).size
        const going = [letTimePass(client, chance, doings), orderMany(client, chance, doings, weighted, during)]
        await untilDialled(journal, from, 1 + chance.below(20))
        await server.kill('SIGKILL')
        await Promise.all(going)
        kills++
        say(
          `round ${round}: killed with ${running} calls in flight, ${doings.earlier + doings.orders.length} ordered so far`,
        )
        server = await start()
        client.url = server.url
      }
      await orderAgain(client, doings)
      const found = await settle(client, doings)
      found.push(...(await verify(client, doings, { receiver, journal, silent: agents[1] })))
      wrong.push(...[...found, ...doings.wrong.splice(0)].map((one) => `Round ${round}: ${one}`))
      doings.earlier += doings.orders.splice(0).length
      say(`round ${round}: ${doings.earlier} calls, ${receiver.again} webhooks told again, ${found.length} wrong`)
    }
  } finally {
    await server.kill('SIGKILL')
    await receiver.close()
    rmSync(data, { recursive: true, force: true })
  }
  return { calls: doings.earlier, kills, runningLeast, wrong }
}

/** Waits until the carrier was asked for so many legs more: the last one's answer is not stored yet. */
async function untilDialled(journal: string, from: number, legs: number): Promise<void> {
  const legBytes = readFileSync(journal, 'utf8').indexOf('\n') + 1
  const giveUpAt = performance.now() + 5_000
  while (statSync(journal).size < from + legs * legBytes && performance.now() < giveUpAt)
    await new Promise((resolve) => setImmediate(resolve))
}

async function agent(client: Client, webhook: string): Promise<string> {
  const { status, body } = await client.call('POST', '/v2/agent', {
    agent_config: {
      agent_name: 'torture',
      agent_welcome_message: 'Hello, is this a good time?',
      webhook_url: webhook,
      tasks: [{ task_config: { call_terminate: 60, voicemail: true } }],
    },
  })
  if (status !== 201) throw new Error(`The agent was not made: ${status} ${JSON.stringify(body)}`)
  return String(body['agent_id'])
}

/** Lets time pass until all have ended, but no longer than it may take with these settings. */
async function settle(client: Client, doings: Doings): Promise<string[]> {
  const open = '/api/v1/sessions?limit=20&state=scheduled,queued,deferred,dialing,ringing,live,wrapping'
  for (let step = 0; step < 20; step++) {
    await advance(client, doings, 'PT5M')
    if (((await client.call('GET', open)).body['sessions'] as Json[]).length === 0) return []
  }
  return ['After 100 minutes there are still calls that have not ended.']
}
