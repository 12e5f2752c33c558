import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { realSystem } from '#adapters/system/real/real-system.ts'
import type { Sender } from '#services/ports.ts'
import { httpSender } from './http/http-sender.ts'
import { recordedSender, silence } from './recorded/recorded-sender.ts'

/** A sender, and a receiver behind it that answers with the status its path names and is silent on `/silence`. */
interface Pair {
  readonly sender: Sender
  readonly url: string
  close(): void
}

const pairs: Readonly<Record<string, () => Promise<Pair>>> = {
  async http() {
    const server = createServer((request, response) => {
      request.resume()
      if (request.url !== '/silence') response.writeHead(Number(request.url?.slice(1))).end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return {
      sender: httpSender({ system: realSystem() }),
      url,
      close: () => {
        server.closeAllConnections()
        server.close()
      },
    }
  },
  async recorded() {
    const hush = silence(realSystem())
    const sender = recordedSender((request, number) => {
      const path = new URL(request.url).pathname
      return path === '/silence' ? hush(request, number) : { status: Number(path.slice(1)) }
    })
    return { sender, url: 'http://hooks.example', close: () => {} }
  },
}

describe.each(Object.keys(pairs))('what every sender does: %s', (name) => {
  it('answers with the status, whatever it is; with an error after the time; and never throws', async () => {
    const { sender, url, close } = await (pairs[name] as () => Promise<Pair>)()
    const send = (path: string) =>
      sender.send({
        url: `${url}/${path}`,
        method: 'POST',
        headers: {},
        body: '{}',
        internalTargets: true,
        connectTimeoutMs: 1000,
        totalTimeoutMs: 50,
      })
    for (const status of [200, 204, 302, 404, 429, 500]) expect(await send(`${status}`)).toEqual({ status })
    expect(await send('silence')).toEqual({ error: 'The receiver did not answer within 0.05 s.', refused: false })
    await sender.close()
    expect(await send('200')).toEqual({ error: 'The server is stopping.', refused: false })
    close()
  })
})
