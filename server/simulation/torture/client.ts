/** Plain HTTP to a server that may die in the middle of an answer. */
export class Client {
  readonly #native: string
  readonly #basic: string
  readonly #bolna: string
  url = ''

  constructor(env: Readonly<Record<string, string>>) {
    this.#native = `Bearer ${env['COLLOQUY_KEY']}`
    this.#bolna = `Bearer ${env['BOLNA_API_KEY']}`
    this.#basic = `Basic ${Buffer.from(`${env['TWILIO_API_KEY']}:${env['TWILIO_API_SECRET']}`).toString('base64')}`
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: this.#authorization(path),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }

  /** Whose credentials a path takes: our own, Twilio's under `/v2/` with a capital, else Bolna's. */
  #authorization(path: string): string {
    if (path.startsWith('/api/')) return this.#native
    return /^\/v2\/[A-Z]/.test(path) ? this.#basic : this.#bolna
  }

  /** All items of a paged list. */
  async all(path: string, key: string): Promise<readonly Json[]> {
    const items: Json[] = []
    for (let token = ''; ;) {
      const { status, body } = await this.call(
        'GET',
        `${path}${path.includes('?') ? '&' : '?'}pageSize=1000${token && `&pageToken=${token}`}`,
      )
      if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`)
      items.push(...(body[key] as Json[]))
      token = ((body['meta'] as Json)['nextToken'] as string | undefined) ?? ''
      if (token === '') return items
    }
  }
}

export type Json = Readonly<Record<string, unknown>>

export interface Answer {
  readonly status: number
  readonly body: Json
}
