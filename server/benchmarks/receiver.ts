import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/** A receiver of webhooks in a process of its own, which costs next to nothing. */
export interface Receiver {
  readonly url: string
  /** How many requests have come. */
  count(): Promise<number>
  stop(): Promise<void>
}

export async function openReceiver(): Promise<Receiver> {
  const child = fork(import.meta.filename, ['receiver'])
  const [port] = (await once(child, 'message')) as [number]
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    async count() {
      child.send('count')
      const [count] = (await once(child, 'message')) as [number]
      return count
    },
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

/** Reads requests by their length and says 200. */
function receive(): void {
  let count = 0
  const server = createServer({ noDelay: true }, (socket) => answerAll(socket, () => count++))
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.on('message', () => process.send?.(count))
}

function answerAll(socket: Socket, counted: () => void): void {
  let unread = ''
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    unread += chunk.toString('latin1')
    for (let end = unread.indexOf('\r\n\r\n'); end >= 0; end = unread.indexOf('\r\n\r\n')) {
      const length = Number(/content-length: (\d+)/i.exec(unread.slice(0, end))?.[1] ?? 0)
      if (unread.length < end + 4 + length) return
      unread = unread.slice(end + 4 + length)
      counted()
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
    }
  })
}

if (process.argv[2] === 'receiver') receive()
