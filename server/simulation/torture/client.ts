/** Plain HTTP to a server that may die in the middle of an answer. */
export class Client {
  readonly #native: string
  readonly #basic: string
  url = ''

  constructor(env: Readonly<Record<string, string>>) {
    this.#native = `Bearer ${env['COLLOQUY_KEY']}`
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
        authorization: path.startsWith('/api/') ? this.#native : this.#basic,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
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
