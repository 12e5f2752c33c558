import type { Coverage } from '../dialect.ts'

/** Every route of the vendor's API, and how far this dialect goes; the README's table and the 405 and 404 answers come from here. */
export const coverage: readonly Coverage[] = [
  ...full('/v2/ControlPlane/Configurations', 'GET', 'POST'),
  ...full('/v2/ControlPlane/Configurations/:id', 'GET', 'PUT', 'PATCH', 'DELETE'),
  ...full('/v2/ControlPlane/Operations/:id', 'GET'),
  ...full('/v2/Conversations', 'GET'),
  part('/v2/Conversations', 'POST', 'workflows are kept but not run; an action at creation is refused'),
  ...full('/v2/Conversations/:id', 'GET', 'PUT', 'PATCH', 'DELETE'),
  ...full('/v2/Conversations/:conversationId/Participants', 'GET'),
  part('/v2/Conversations/:conversationId/Participants', 'POST', noProfiles()),
  ...full('/v2/Conversations/:conversationId/Participants/:id', 'GET'),
  part('/v2/Conversations/:conversationId/Participants/:id', 'PUT', noProfiles()),
  extension('/v2/Conversations/:conversationId/Participants/:id', 'DELETE'),
  ...full('/v2/Conversations/:conversationId/Communications', 'GET', 'POST'),
  ...full('/v2/Conversations/:conversationId/Communications/:id', 'GET'),
  ...absent(
    'sending needs a connected channel',
    '/v2/Conversations/:conversationId/Actions',
    '/v2/Conversations/:conversationId/Actions/:id',
  ),
  ...absent(
    'the classic Conversations API is another product',
    '/v1/Conversations',
    '/v1/Conversations/*',
    '/v1/Services',
    '/v1/Services/*',
    '/v1/Users',
    '/v1/Users/*',
  ),
  ...absent('Memory is another product, and not here yet', '/v1/Stores/*', '/v1/ControlPlane/*'),
  ...absent(
    'Intelligence is another product, and not here yet',
    '/v3/ControlPlane/*',
    '/v3/RuleExecutions',
    '/v3/RuleExecutions/*',
  ),
]

function full(path: string, ...methods: string[]): Coverage[] {
  return methods.map((method) => ({ method, path, how: 'full' }))
}

function part(path: string, method: string, why: string): Coverage {
  return { method, path, how: 'part', why }
}

function extension(path: string, method: string): Coverage {
  return { method, path, how: 'full', why: 'an extension of this server' }
}

function absent(why: string, ...paths: string[]): Coverage[] {
  return paths.map((path) => ({ method: '*', path, how: 'absent', why }))
}

function noProfiles(): string {
  return 'a profileId that is given is kept; none is looked up or made'
}

/** The table as the README has it. */
export function coverageTable(routes: readonly Coverage[]): string {
  const rows = routes.map(
    ({ method, path, how, why }) => `| ${method === '*' ? 'any' : method} | \`${path}\` | ${how} | ${why ?? ''} |`,
  )
  return ['| verb | path | how far | why |', '| - | - | - | - |', ...rows].join('\n')
}
