import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEnv, ServerProcess } from '../simulation/torture/server-process.ts'

export const business = '+12025550100'

/** A server with a configuration that captures SMS to and from one number. */
export interface Rig {
  readonly server: ServerProcess
  readonly data: string
  readonly host: string
  readonly port: number
  readonly basic: string
  readonly bearer: string
  /** The same account for Bolna's API, and the operator. */
  readonly bolna: string
  readonly admin: string
  readonly configurationId: string
  stop(): Promise<void>
}

export async function rig(account: 'dev' | 'test', options: readonly string[] = []): Promise<Rig> {
  const data = mkdtempSync(join(tmpdir(), 'colloquy-bench-'))
  const server = await ServerProcess.start(data, options)
  const env = readEnv(data, account)
  const { hostname: host, port } = new URL(server.url)
  const basic = `Basic ${Buffer.from(`${env['TWILIO_API_KEY']}:${env['TWILIO_API_SECRET']}`).toString('base64')}`
  const bearer = `Bearer ${env['COLLOQUY_KEY']}`
  const bolna = `Bearer ${env['BOLNA_API_KEY']}`
  const admin = `Bearer ${readEnv(data, 'admin')['COLLOQUY_ADMIN_KEY']}`
  const configurationId = await configure(server.url, basic)
  const stop = async (): Promise<void> => {
    await server.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  }
  return { server, data, host, port: Number(port), basic, bearer, bolna, admin, configurationId, stop }
}

async function configure(url: string, basic: string): Promise<string> {
  const response = await fetch(`${url}/v2/ControlPlane/Configurations`, {
    method: 'POST',
    headers: { authorization: basic, 'content-type': 'application/json' },
    body: JSON.stringify({
      displayName: 'bench',
      description: '',
      conversationGroupingType: 'GROUP_BY_PARTICIPANT_ADDRESSES',
      memoryStoreId: 'mem_store_00000000000000000000000000',
      channelSettings: {
        SMS: {
          statusTimeouts: { inactive: 10, closed: 60 },
          captureRules: [
            { from: '*', to: business },
            { from: business, to: '*' },
          ],
        },
        VOICE: { statusTimeouts: null, captureRules: [{ from: '*', to: business }] },
      },
    }),
  })
  const body = (await response.json()) as { related: { configurationId: string } }
  return body.related.configurationId
}

export async function call(
  rigged: Rig,
  method: string,
  path: string,
  body?: unknown,
  authorization: string = path.startsWith('/api/') ? rigged.bearer : rigged.basic,
): Promise<Record<string, unknown>> {
  const response = await fetch(rigged.server.url + path, {
    method,
    headers: {
      authorization,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

/** Messages of customers `first` to `first + customers - 1`, each in turn. */
export function messages(count: number, first: number, customers: number, tag: string): object[] {
  return Array.from({ length: count }, (_, i) => ({
    type: 'message.received',
    channel: 'SMS',
    from: customer(first + (i % customers)),
    to: business,
    text: 'Where is my parcel? I have been waiting since Tuesday.',
    resourceId: `SM${tag}${i.toString(16).padStart(32 - tag.length, '0')}`,
  }))
}

export function customer(n: number): string {
  return `+1303${String(n).padStart(8, '0')}`
}

/** What the server keeps in memory now, and the most it ever did. */
export function memoryOf({ server }: Rig): { readonly nowBytes: number; readonly mostBytes: number } {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
  const bytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024
  return { nowBytes: bytes('VmRSS'), mostBytes: bytes('VmHWM') }
}

const ticksPerSecond = 100

/** CPU time that a process has used so far, over all its threads. */
export function cpuMs(pid: number): number {
  // After the name in brackets: user and system time are the 12th and 13th.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond
}

/** Waits for a fact. */
export async function until(fact: () => Promise<boolean>, everyMs = 50): Promise<void> {
  while (!(await fact())) await new Promise((resolve) => setTimeout(resolve, everyMs))
}
