import type { Coverage } from '../dialect.ts'

const noRecorder = '`recording_details` is `{}`: nothing records calls yet'
const unpublished = 'the path is the vendor’s; it publishes no fields, so those are ours'

/** Every route of the vendor's API and of ours beside it, and how far this dialect goes. */
export const coverage: readonly Coverage[] = [
  full('POST', '/core/conversations'),
  part('GET', '/core/conversations', noRecorder),
  part('GET', '/core/conversations/:conversation_id', noRecorder),
  full('POST', '/core/conversations/:conversation_id/messages'),
  full('POST', '/core/conversations/:conversation_id/end'),
  part(
    'POST',
    '/core/conversations/:conversation_id/listener-token',
    'a room carries text, and no sound yet; so do `mode` whisper and barge',
  ),
  part('POST', '/core/conversations/dial', unpublished),
  ours('POST', '/core/conversations/:conversation_id/hangup'),
  ours('GET', '/core/conversations/:conversation_id/events'),
  ours('DELETE', '/core/conversations/:conversation_id'),
  ours('GET', '/core/conversations/export'),
  ours('POST', '/core/conversations/import'),
  full('GET', '/core/agents'),
  full('POST', '/core/agents'),
  full('GET', '/core/agents/:id'),
  full('PUT', '/core/agents/:id'),
  full('DELETE', '/core/agents/:id'),
  full('GET', '/core/agents/:id/versions'),
  full('POST', '/core/agents/:id/versions'),
  full('POST', '/core/agents/:id/versions/compare'),
  full('GET', '/core/agents/:id/versions/:version'),
  full('PUT', '/core/agents/:id/versions/:version'),
  full('POST', '/core/agents/:id/versions/:version/publish'),
  part('GET', '/core/agent-config-schema', 'the schema of a configuration is ours: the vendor publishes none'),
  full('GET', '/core/web-widgets'),
  full('POST', '/core/web-widgets'),
  full('GET', '/core/web-widgets/:id'),
  full('PUT', '/core/web-widgets/:id'),
  full('DELETE', '/core/web-widgets/:id'),
  full('POST', '/core/web-widgets/:id/auto-brand'),
  full('GET', '/core/public/web-widgets/:id'),
  part('POST', '/core/public/web-widgets/:id/conversations', unpublished),
  ...oursAll(
    'POST /core/webhooks',
    'GET /core/webhooks',
    'GET /core/webhooks/:webhook_id',
    'PATCH /core/webhooks/:webhook_id',
    'DELETE /core/webhooks/:webhook_id',
    'POST /core/webhooks/:webhook_id/rotate',
    'GET /core/webhooks/:webhook_id/deliveries',
    'POST /core/webhooks/:webhook_id/deliveries/:delivery_id/replay',
  ),
  ...campaigns(
    'GET /campaign/campaigns',
    'POST /campaign/campaigns',
    'GET /campaign/campaigns/:id',
    'PATCH /campaign/campaigns/:id',
    'POST /campaign/campaigns/:id/start',
    'POST /campaign/campaigns/:id/pause',
    'POST /campaign/campaigns/:id/close',
    'POST /campaign/campaigns/:id/contacts',
    'GET /campaign/campaigns/:id/contacts',
    'GET /campaign/campaigns/:id/stats',
    'GET /campaign/configurations',
    'POST /campaign/configurations',
    'GET /campaign/configurations/:id',
    'PUT /campaign/configurations/:id',
    'PATCH /campaign/configurations/:id',
    'DELETE /campaign/configurations/:id',
    'GET /campaign/timezones',
    'GET /campaign/concurrency-settings',
    'PUT /campaign/concurrency-settings',
  ),
  full('GET', '/admin/members/me/scopes'),
  full('POST', '/admin/organization-pats'),
  ours('GET', '/admin/organization-pats/:id'),
  ours('DELETE', '/admin/organization-pats/:id'),
  full('GET', '/openapi.json'),
]

function full(method: string, path: string): Coverage {
  return { method, path, how: 'full' }
}

function ours(method: string, path: string): Coverage {
  return { method, path, how: 'full', why: 'an extension of this server' }
}

function oursAll(...routes: string[]): Coverage[] {
  return routes.map((route) => ours(...split(route)))
}

function part(method: string, path: string, why: string): Coverage {
  return { method, path, how: 'part', why }
}

function campaigns(...routes: string[]): Coverage[] {
  return routes.map((route) => part(...split(route), unpublished))
}

function split(route: string): [method: string, path: string] {
  const [method = '', path = ''] = route.split(' ')
  return [method, path]
}

/** The table as the README has it. */
export function coverageTable(routes: readonly Coverage[]): string {
  const rows = routes.map(({ method, path, how, why }) => `| ${method} | \`${path}\` | ${how} | ${why ?? ''} |`)
  return ['| verb | path | how far | why |', '| - | - | - | - |', ...rows].join('\n')
}
