import type { InjectOptions } from 'fastify'
import type { Answer, Caller, Trial } from '#app/trial.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { anyreachKey } from '#dialects/anyreach/credentials/keys.ts'
import type { Scope } from '#dialects/anyreach/credentials/scopes.ts'

/** The token of an account of the trial, in this vendor's form. */
export function tokenOf({ made }: Pick<Caller, 'made'>): string {
  if (!made) throw new Error('This caller has no account.')
  return anyreachKey(made.key.sid, made.keySecret)
}

/** A token of the account that may do these things alone. */
export async function limitedToken({ app }: Trial, { made }: Caller, scopes: readonly Scope[]): Promise<string> {
  const key = await app.services.accounts.createKey(made?.account.id ?? '', 'test', 'limited', { scopes })
  if (isRefused(key)) throw new Error(key.refusal.message)
  return anyreachKey(key.key.sid, key.secret)
}

/** Asks this dialect, without sockets. */
export async function ask(
  { app }: Trial,
  token: string | undefined,
  request: Pick<InjectOptions, 'method' | 'url' | 'payload' | 'headers'>,
): Promise<Answer> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await app.fastify.inject({ ...request, headers: { ...authorization, ...request.headers } })
  const isJson = /application\/json/.test(String(response.headers['content-type']))
  return {
    status: response.statusCode,
    headers: response.headers,
    body: isJson ? response.json() : response.body,
    text: response.body,
  }
}
