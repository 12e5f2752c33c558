import { mkdtempSync, rmSync } from 'node:fs'
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
  const configurationId = await configure(server.url, basic)
  const stop = async (): Promise<void> => {
    await server.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  }
  return { server, data, host, port: Number(port), basic, bearer, configurationId, stop }
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
): Promise<Record<string, unknown>> {
  const response = await fetch(rigged.server.url + path, {
    method,
    headers: {
      authorization: path.startsWith('/api/') ? rigged.bearer : rigged.basic,
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
