import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Chance } from './chance.ts'
import { Client } from './client.ts'
import { business, send, type Acknowledged } from './load.ts'
import { readEnv, ServerProcess } from './server-process.ts'
import { verify, type Seen } from './verify.ts'

export interface Report {
  readonly rounds: number
  readonly acknowledged: number
  readonly events: number
  readonly wrong: readonly string[]
}

const users = 16

/** Rounds of: load, kill −9 in the middle of it, start again, look whether all that was acknowledged is true. */
export async function torture(rounds: number, seed: number, say: (line: string) => void = () => {}): Promise<Report> {
  const data = mkdtempSync(join(tmpdir(), 'colloquy-torture-'))
  const chance = new Chance(seed)
  const seen: Seen = { after: '', ids: new Set() }
  const wrong: string[] = []
  let total = 0
  let server = await ServerProcess.start(data)
  try {
    const client = new Client(readEnv(data, 'test'))
    client.url = server.url
    await configure(client)
    for (let round = 1; round <= rounds; round++) {
      const acknowledged: Acknowledged = {
        communications: new Map(),
        keyed: new Map(),
        conversations: new Set(),
        clock: 0,
        wrong: [],
      }
      let going = true
      const sending = Array.from({ length: users }, (_, i) =>
        send(client, new Chance(seed * 1_000 + round * 50 + i), acknowledged, () => going),
      )
      await new Promise((resolve) => setTimeout(resolve, 150 + chance.below(500)))
      await server.kill('SIGKILL')
      going = false
      await Promise.all(sending)
      server = await ServerProcess.start(data)
      client.url = server.url
      const found = [...acknowledged.wrong, ...(await verify(client, acknowledged, seen))]
      wrong.push(...found.map((one) => `Round ${round}: ${one}`))
      total += acknowledged.communications.size
      say(
        `round ${round}: ${acknowledged.communications.size} acknowledged, ${seen.ids.size} events in all, ${found.length} wrong`,
      )
    }
  } finally {
    await server.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  }
  return { rounds, acknowledged: total, events: seen.ids.size, wrong }
}

async function configure(client: Client): Promise<void> {
  const { status, body } = await client.call('POST', '/v2/ControlPlane/Configurations', {
    displayName: 'torture',
    description: '',
    conversationGroupingType: 'GROUP_BY_PARTICIPANT_ADDRESSES',
    memoryStoreId: 'mem_store_00000000000000000000000000',
    channelSettings: {
      SMS: {
        statusTimeouts: { inactive: 1, closed: 2 },
        captureRules: [
          { from: '*', to: business },
          { from: business, to: '*' },
        ],
      },
    },
  })
  if (status !== 202) throw new Error(`The configuration was not accepted: ${status} ${JSON.stringify(body)}`)
}
