import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What was told of one execution. */
export interface Told {
  readonly sequence: number
  readonly status: string
  readonly isFinal: boolean
}

/** A receiver of webhooks that outlives the server: it notes what it is told for the first time, in order. `/refuse` takes nothing. */
export class Receiver {
  readonly told = new Map<string, Told[]>()
  readonly wrong: string[] = []
  /** How often something came that had come before; allowed, as its id says so. */
  again = 0
  readonly #known = new Map<string, string>()
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('error', () => {})
      request.on('end', () => {
        const refuses = request.url === '/refuse'
        if (!refuses) this.#hear(String(request.headers['x-webhook-id']), Buffer.concat(chunks).toString())
        response.writeHead(refuses ? 503 : 200).end()
      })
    })
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver()
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve))
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #hear(token: string, text: string): void {
    const body = JSON.parse(text) as { id: string; status: string; x: { sequence: number; is_final: boolean } }
    const before = this.#known.get(token)
    if (before !== undefined) {
      this.again++
      if (alike(before) !== alike(text))
        this.wrong.push(`${body.id} ${body.status} came again with another body: ${difference(before, text)}.`)
      return
    }
    this.#known.set(token, text)
    const told = this.told.get(body.id) ?? []
    this.told.set(body.id, told)
    const last = told.at(-1)
    if (last?.isFinal) this.wrong.push(`${body.id} was ${last.status} for good, and is told to be ${body.status}.`)
    told.push({ sequence: body.x.sequence, status: body.status, isFinal: body.x.is_final })
  }
}

/** What is wrong with what was told of an execution that has changed its status so many times: each change once, in order. */
export function wrongIn(execution: string, told: readonly Told[], changes: number): readonly string[] {
  const numbers = told.map(({ sequence }) => sequence)
  const wanted = Array.from({ length: changes }, (_, i) => i + 1)
  if (numbers.join() === wanted.join() && told.at(-1)?.isFinal === true) return []
  return [
    `${execution} changed ${changes} times, told were ${told.map((one) => `${one.sequence} ${one.status}`).join()}.`,
  ]
}

/** The carrier's own id may have come meanwhile: `initiated` is told with it where it is known. */
function alike(text: string): string {
  const isDial = text.includes('"status":"initiated"')
  return isDial ? text.replace(/"provider_call_id":(?:null|"[^"]*")/, '"provider_call_id":…') : text
}

function difference(one: string, other: string): string {
  let at = 0
  while (one[at] === other[at]) at++
  const from = Math.max(0, at - 60)
  return `${one.slice(from, at + 60)} … ${other.slice(from, at + 60)}`
}
