import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHttp } from './http.ts'

const http = createHttp({ trustProxy: false }, () => 'r', { info: () => {}, warn: () => {}, error: () => {} })
let port = 0
beforeAll(async () => {
  port = Number(new URL(await http.listen({ port: 0, host: '127.0.0.1' })).port)
})
afterAll(() => http.close())

async function send(request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(request)
  return text(socket)
}

test.each([
  ['a broken request line', 'NONSENSE\r\n\r\n', 400, /no HTTP request/],
  ['headers that are too large', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431, /32 KiB/],
  ['an address that is too large', `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, /32 KiB/],
])('%s is answered in the words that every client looks for', async (_, request, status, message) => {
  const [head = '', body = ''] = (await send(request)).split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*\r\nContent-Type: application/json`))
  const said = {
    status,
    error: status,
    detail: expect.stringMatching(message),
    message: expect.stringMatching(message),
  }
  expect(JSON.parse(body)).toMatchObject(said)
})
