import { resolve } from 'node:path'
import type { ClientSettings } from '#app/config.ts'
import { readEnv } from '#app/env-files.ts'

/** What went wrong, in a sentence for whoever typed the command; and as the server said it, for programs. */
export class CommandError extends Error {
  override name = 'CommandError'
  readonly problem: Problem

  constructor(message: string, problem: Problem = {}) {
    super(message)
    this.problem = problem
  }
}

/** As much of a problem (RFC 9457) as programs go by. */
export interface Problem {
  readonly code?: string
  readonly status?: number
  readonly field?: string
  readonly conflicting?: string
  readonly retryable?: boolean
  readonly requestId?: string
}

/** Where a server is and who asks. */
export interface Where {
  readonly url?: string
  readonly key?: string
  readonly data?: string
  readonly account?: string
}

type Json = Record<string, unknown>

/** Talks to a running server over its own API. */
export interface Client {
  readonly url: string
  get<Answer = Json>(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<Answer>
  post<Answer = Json>(path: string, body?: unknown): Promise<Answer>
  /** A body that is no JSON. */
  send<Answer = Json>(path: string, type: string, body: string): Promise<Answer>
  put<Answer = Json>(path: string, body: unknown): Promise<Answer>
  patch<Answer = Json>(path: string, body: unknown): Promise<Answer>
  remove<Answer = Json>(path: string): Promise<Answer>
  /** The lines of an event stream, until it ends. */
  stream(path: string, headers: Readonly<Record<string, string>>, signal?: AbortSignal): AsyncGenerator<string>
}

/** `admin`: with the operator's key; `account`: with a key of the account. */
export function createClient(who: 'account' | 'admin', where: Where, settings: ClientSettings): Client {
  const data = where.data === undefined ? settings.data : resolve(settings.folder, where.data)
  const name = who === 'admin' ? 'admin' : (where.account ?? 'dev')
  const file = readEnv(data, name)
  if (where.account !== undefined && who === 'account' && file === undefined)
    throw new CommandError(
      `There is no ${data}/${name}.env. Name an account whose file is there, or the folder with --data.`,
    )
  const fromFile = where.account !== undefined || where.data !== undefined
  const pick = (said: string | undefined, env: string | undefined, filed: string | undefined) =>
    said ?? (fromFile ? (filed ?? env) : (env ?? filed))
  const url = (pick(where.url, settings.url, file?.['COLLOQUY_URL']) ?? 'http://127.0.0.1:4100').replace(/\/+$/, '')
  const key =
    who === 'admin'
      ? pick(where.key, settings.adminKey, file?.['COLLOQUY_ADMIN_KEY'])
      : pick(where.key, settings.key, file?.['COLLOQUY_KEY'])
  const variable = who === 'admin' ? 'COLLOQUY_ADMIN_KEY' : 'COLLOQUY_KEY'
  if (key === undefined)
    throw new CommandError(
      `No key. Set ${variable}, or say with --data where the server keeps ${name}.env (looked in ${data}).`,
    )

  async function ask(method: string, path: string, more: RequestInit = {}): Promise<Response> {
    const headers = {
      authorization: `Bearer ${key}`,
      ...(typeof more.body === 'string' ? { 'content-type': 'application/json' } : {}),
      ...more.headers,
    }
    const response = await fetch(`${url}/api/v1${path}`, { ...more, method, headers }).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'AbortError') throw error
      throw new CommandError(
        `No server answers at ${url}. Start it with "npm start", or say where it is with --url or COLLOQUY_URL.`,
        { code: 'unreachable', retryable: true },
      )
    })
    if (response.ok) return response
    throw await complaint(response, variable, url)
  }
  const json = async <Answer>(response: Promise<Response>): Promise<Answer> =>
    (await response).json() as Promise<Answer>

  return {
    url,
    get: (path, query = {}) => {
      const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
      return json(ask('GET', given.length > 0 ? `${path}?${new URLSearchParams(given).toString()}` : path))
    },
    post: (path, body) => json(ask('POST', path, body === undefined ? {} : { body: JSON.stringify(body) })),
    send: (path, type, body) => json(ask('POST', path, { headers: { 'content-type': type }, body })),
    put: (path, body) => json(ask('PUT', path, { body: JSON.stringify(body) })),
    patch: (path, body) => json(ask('PATCH', path, { body: JSON.stringify(body) })),
    remove: (path) => json(ask('DELETE', path)),
    async *stream(path, headers, signal) {
      const response = await ask('GET', path, {
        headers: { accept: 'text/event-stream', ...headers },
        ...(signal && { signal }),
      })
      let rest = ''
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const lines = (rest + chunk).split('\n')
        rest = lines.pop() ?? ''
        yield* lines
      }
    },
  }
}

async function complaint(response: Response, variable: string, url: string): Promise<CommandError> {
  const { detail, ...problem } = (await response.json().catch(() => ({}))) as Problem & { detail?: string }
  const { code, field, conflicting, retryable, requestId } = problem
  const told: Problem = {
    ...(code !== undefined && { code }),
    status: response.status,
    ...(field !== undefined && { field }),
    ...(conflicting !== undefined && { conflicting }),
    ...(retryable !== undefined && { retryable }),
    ...(requestId !== undefined && { requestId }),
  }
  return new CommandError(sentence(response.status, { code, detail }, variable, url), told)
}

function sentence(
  status: number,
  { code, detail }: { readonly code: string | undefined; readonly detail: string | undefined },
  variable: string,
  url: string,
): string {
  if (status === 401)
    return `The server at ${url} does not know this key. Set ${variable} to one of its keys, or name the account with --account.`
  if (status === 404 && code === undefined)
    return `What answers at ${url} is no Colloquy server. Say where it is with --url.`
  return detail ?? `The server answered ${status}.`
}
