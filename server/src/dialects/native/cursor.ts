import type { Vault } from '#services/ports.ts'
import { problem, ProblemError } from './errors.ts'

type Filters = Readonly<Record<string, unknown>>

/** Makes and reads the opaque places where lists go on. */
export interface Cursors {
  /** `kind` and account must be the same when it is read; the filters go along. */
  write(kind: string, account: string, filters: Filters, position: unknown): string
  /** The position and filters of a cursor. Filters given beside it must be those it was made with. */
  read<Position>(
    kind: string,
    account: string,
    filters: Filters,
    cursor: string,
  ): { readonly position: Position; readonly filters: Filters }
}

/** Cursors signed with the server's key, so that nobody makes one up. They do not expire. */
export function createCursors(vault: Vault): Cursors {
  const signature = (kind: string, account: string, payload: string) =>
    vault.sign(`cursor\n${kind}\n${account}\n${payload}`).slice(0, 22)

  function write(kind: string, account: string, filters: Filters, position: unknown): string {
    const payload = Buffer.from(JSON.stringify([given(filters), position])).toString('base64url')
    return `${payload}.${signature(kind, account, payload)}`
  }

  function read<Position>(
    kind: string,
    account: string,
    filters: Filters,
    cursor: string,
  ): { position: Position; filters: Filters } {
    const [payload = '', signed = ''] = cursor.split('.', 2)
    if (!vault.same(signed, signature(kind, account, payload))) refuse('was not made by this list of this account')
    const [before, position] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [Filters, Position]
    const asked = given(filters)
    for (const [name, value] of Object.entries(asked))
      if (JSON.stringify(value) !== JSON.stringify(before[name])) refuse(`belongs to a list with another ${name}`)
    return { position, filters: before }
  }

  return { write, read }
}

function given(filters: Filters): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined))
}

function refuse(why: string): never {
  throw new ProblemError(
    problem('invalid', `The cursor ${why}. Take it from \`next\` as it is, or start again without it.`, {
      field: 'cursor',
    }),
  )
}
