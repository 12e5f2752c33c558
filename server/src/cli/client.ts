import { resolve } from 'node:path'
import type { ClientSettings } from '#app/config.ts'
import { readEnv } from '#app/env-files.ts'

/** What went wrong, in a sentence for whoever typed the command. */
export class CommandError extends Error {
  override name = 'CommandError'
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
      ...(more.body ? { 'content-type': 'application/json' } : {}),
      ...more.headers,
    }
    const response = await fetch(`${url}/api/v1${path}`, { ...more, method, headers }).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'AbortError') throw error
      throw new CommandError(
        `No server answers at ${url}. Start it with "npm start", or say where it is with --url or COLLOQUY_URL.`,
      )
    })
    if (response.ok) return response
    throw new CommandError(await complaint(response, variable, url))
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

async function complaint(response: Response, variable: string, url: string): Promise<string> {
  const problem = (await response.json().catch(() => ({}))) as { detail?: string; field?: string; code?: string }
  if (response.status === 401)
    return `The server at ${url} does not know this key. Set ${variable} to one of its keys, or name the account with --account.`
  if (response.status === 404 && problem.code === undefined)
    return `What answers at ${url} is no Colloquy server. Say where it is with --url.`
  return problem.detail ?? `The server answered ${response.status}.`
}
