import type { Role } from '#domain/person/state.ts'

/** What a credential may do (specification 3.3). */
export const scopes = [
  'conversations:read',
  'conversations:read_sensitive',
  'conversations:manage',
  'conversations:dial',
  'agents:read',
  'agents:manage',
  'web_widgets:read',
  'web_widgets:manage',
  'campaigns:read',
  'campaigns:manage',
  'concurrency:read',
  'concurrency:manage',
  'members:read',
  'members:manage',
  'billing:manage',
  'organizations:manage',
  'child_organizations:manage',
] as const

export type Scope = (typeof scopes)[number]

export const allScopes: ReadonlySet<Scope> = new Set(scopes)

/** What a person may do by role (3.3); `conversations:dial` is for machines alone. */
export const scopesOfRole: Readonly<Record<Role, ReadonlySet<Scope>>> = {
  admin: new Set(scopes.filter((scope) => scope !== 'conversations:dial')),
  viewer: new Set(scopes.filter((scope) => scope.endsWith(':read'))),
}

/** The scopes among these words; what nobody here knows grants nothing. */
export function scopesAmong(words: readonly string[]): ReadonlySet<Scope> {
  const said = new Set(words)
  return new Set(scopes.filter((scope) => said.has(scope)))
}
