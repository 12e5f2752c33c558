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

export type Role = 'admin' | 'viewer'
