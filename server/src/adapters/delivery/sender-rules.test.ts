import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { realSystem } from '#adapters/system/real/real-system.ts'
import type { OutgoingRequest, Sender } from '#services/ports.ts'
import { httpSender } from './http/http-sender.ts'
import { recordedSender, silence } from './recorded/recorded-sender.ts'

/**
 * A sender, and a receiver behind it that answers with the status its path names and with the query as its body; `/large` has
 * more of a body than is read, `/silence` is silent. At `nobody` no connection is taken.
 */
interface Pair {
  readonly sender: Sender
  readonly url: string
  readonly nobody: string
  close(): void
}

const limit = 64 * 1024

function answerOf({ pathname, search }: URL): { readonly status: number; readonly body: string } {
  if (pathname === '/large') return { status: 200, body: 'é'.repeat(limit / 2 + 1) }
  if (pathname === '/long') return { status: 200, body: 'é'.repeat(512 * 1024) }
  if (pathname === '/longer') return { status: 200, body: 'é'.repeat(512 * 1024 + 1) }
  if (pathname === '/full') return { status: 200, body: 'é'.repeat(limit / 2) }
  return { status: Number(pathname.slice(1)), body: decodeURIComponent(search.slice(1)) }
}

const pairs: Readonly<Record<string, () => Promise<Pair>>> = {
  async http() {
    const server = createServer((request, response) => {
      request.resume()
      if (request.url === '/silence') return
      const { status, body } = answerOf(new URL(request.url ?? '/', 'http://receiver'))
      const type = { 'content-type': 'Text/Plain; charset=utf-8' }
      response.writeHead(status, { ...type, ...(status === 302 && { location: '/200?followed' }) }).end(body)
    })
    const gone = createServer()
    const [url, nobody] = await Promise.all([listening(server), listening(gone)])
    gone.close()
    await once(gone, 'close')
    return {
      sender: httpSender({ system: realSystem() }),
      url,
      nobody,
      close: () => {
        server.closeAllConnections()
        server.close()
      },
    }
  },
  async recorded() {
    const hush = silence(realSystem())
    const sender = recordedSender((request, number) => {
      const url = new URL(request.url)
      if (url.host === 'nobody.example')
        return { error: 'The receiver refused the connection.', refused: false, unsent: true }
      return url.pathname === '/silence' ? hush(request, number) : { type: 'text/plain', ...answerOf(url) }
    })
    return { sender, url: 'http://hooks.example', nobody: 'http://nobody.example', close: () => {} }
  },
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const shared = { method: 'POST', headers: {}, body: '{}', internalTargets: true, connectTimeoutMs: 1000 } as const

function request(url: string, totalTimeoutMs = 5_000): OutgoingRequest {
  return { ...shared, url, totalTimeoutMs }
}

const silent = { error: 'The receiver did not answer within 0.05 s.', refused: false }
const stopping = { error: 'The server is stopping.', refused: false }
const refusedConnection = { error: 'The receiver refused the connection.', refused: false }

describe.each(Object.keys(pairs))('what every sender does: %s', (name) => {
  const open = pairs[name] as () => Promise<Pair>

  it('answers with the status, whatever it is; with an error after the time; and never throws', async () => {
    const { sender, url, nobody, close } = await open()
    for (const status of [200, 204, 302, 404, 429, 500])
      expect(await sender.send(request(`${url}/${status}`))).toEqual({ status })
    expect(await sender.send(request(`${url}/large`))).toEqual({ status: 200 })
    expect(await sender.send(request(`${url}/silence`, 50))).toEqual(silent)
    expect(await sender.send(request(nobody))).toEqual(refusedConnection)
    await sender.close()
    expect(await sender.send(request(`${url}/200`))).toEqual(stopping)
    close()
  })

  it('answers who asks with the body, too, up to 64 KB of it', async () => {
    const { sender, url, nobody, close } = await open()
    for (const status of [200, 302, 404, 500])
      expect(await sender.ask(request(`${url}/${status}?Grüße`))).toEqual({ status, body: 'Grüße' })
    expect(await sender.ask(request(`${url}/204`))).toEqual({ status: 204, body: '' })
    expect(await sender.ask(request(`${url}/full`))).toEqual({ status: 200, body: 'é'.repeat(limit / 2) })
    expect(await sender.ask(request(`${url}/large`))).toEqual({
      error: 'The receiver answered with more than 64 KB.',
      refused: false,
    })
    expect(await sender.ask(request(`${url}/silence`, 50))).toEqual(silent)
    expect(await sender.ask(request(nobody))).toEqual({ ...refusedConnection, unsent: true })
    await sender.close()
    expect(await sender.ask(request(`${url}/200`))).toEqual(stopping)
    close()
  })

  it('streams an answer, up to 1 MB of it, and tells how it began', async () => {
    const { sender, url, nobody, close } = await open()
    const streamed = async (target: string, totalTimeoutMs?: number) => {
      const heads = new Set<string>()
      let told = ''
      const asked = await sender.stream(request(target, totalTimeoutMs), (text, head) => {
        told += text
        heads.add(JSON.stringify(head))
      })
      return { asked, told, heads: [...heads] }
    }
    for (const status of [200, 302, 404, 500])
      expect(await streamed(`${url}/${status}?Grüße`)).toEqual({
        asked: { status, body: 'Grüße' },
        told: 'Grüße',
        heads: [JSON.stringify({ status, type: 'text/plain' })],
      })
    expect(await streamed(`${url}/200`)).toEqual({ asked: { status: 200, body: '' }, told: '', heads: [] })
    const long = await streamed(`${url}/long`)
    expect(long.told.length).toBe(512 * 1024)
    expect(long.asked).toEqual({ status: 200, body: long.told })
    expect((await streamed(`${url}/longer`)).asked).toEqual({
      error: 'The receiver answered with more than 1 MB.',
      refused: false,
    })
    expect((await streamed(`${url}/silence`, 50)).asked).toEqual(silent)
    expect((await streamed(nobody)).asked).toEqual({ ...refusedConnection, unsent: true })
    await sender.close()
    expect((await streamed(`${url}/200`)).asked).toEqual(stopping)
    close()
  })

  it('sends nothing that was given up before', async () => {
    const { sender, url, close } = await open()
    const signal = AbortSignal.abort()
    const givenUp = { error: 'The request was given up before it was answered.', refused: false }
    expect(await sender.ask({ ...request(`${url}/200`), signal })).toEqual(givenUp)
    expect(await sender.stream({ ...request(`${url}/200`), signal }, () => {})).toEqual(givenUp)
    await sender.close()
    close()
  })
})
