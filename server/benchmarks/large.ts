import { readFileSync } from 'node:fs'
import type { Figure } from './figures.ts'
import { messages, rig } from './rig.ts'
import { load, post } from './sockets.ts'
import { ServerProcess } from '../simulation/torture/server-process.ts'

const conversations = 1_000_000
const perRequest = 1_000

/** A million open conversations: what they cost in memory, and how soon the server is ready with them. */
export async function large(): Promise<readonly Figure[]> {
  const empty = await rig('dev')
  const emptyBytes = residentBytes(empty.server.pid)
  await empty.stop()
  const rigged = await rig('dev')
  let again: ServerProcess | undefined
  try {
    const request = (n: number): string => {
      const events = messages(perRequest, n * perRequest, perRequest, `f${n.toString(16).padStart(4, '0')}`)
      return post('/api/v1/traffic', rigged.bearer, JSON.stringify({ events }))
    }
    const loaded = await load({
      host: rigged.host,
      port: rigged.port,
      connections: 4,
      requests: conversations / perRequest,
      request,
      status: 200,
    })
    await rigged.server.kill('SIGKILL')
    const started = performance.now()
    again = await ServerProcess.start(rigged.data)
    const readyMs = performance.now() - started
    await new Promise((resolve) => setTimeout(resolve, 5_000))
    const beyond = residentBytes(again.pid) - emptyBytes
    return [
      { what: '1,000,000 conversations opened', value: `${Math.round(loaded.ms / 1000)} s`, aim: '' },
      { what: '… memory beyond the empty server', value: `${Math.round(beyond / 2 ** 20)} MB`, aim: '≤ 150 MB' },
      {
        what: '… ready after kill −9 and restart (process start included)',
        value: `${Math.round(readyMs)} ms`,
        aim: '≤ 1 s',
      },
    ]
  } finally {
    await again?.kill('SIGKILL')
    await rigged.stop()
  }
}

function residentBytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes ?? 0) * 1024
}
