import type { Coverage } from '../dialect.ts'

const noSpeech = 'no speech pipeline runs here: rows are events of the call and what was said, never requests of one'
const noRecorder = 'nothing records calls yet: always 404, and `recording_url` is null'

/** Every route of the vendor's API and of ours beside it, and how far this dialect goes. */
export const coverage: readonly Coverage[] = [
  part('POST', '/call', '`agent_data.voice_id` is kept and reported, not spoken with'),
  full('POST', '/call/:id/stop'),
  ours('POST', '/call/:id/hangup'),
  full('POST', '/v2/agent/:id/stop'),
  ours('GET', '/executions'),
  part('GET', '/executions/:id', "`latency_data` has the agent's answers alone: no speech pipeline runs here"),
  part('GET', '/executions/:id/log', noSpeech),
  ours('GET', '/executions/:id/events'),
  part('GET', '/executions/:id/webhooks', 'ours; what was delivered is forgotten after three days and reads `unknown`'),
  ours('POST', '/executions/:id/webhooks/:delivery_id/replay'),
  part('POST', '/webhooks/replay', 'ours; finds what the log of deliveries still has, by real time'),
  part('GET', '/webhooks/source-ips', 'ours; empty unless the operator has named them'),
  full('GET', '/v2/agent/:id/executions'),
  full('GET', '/agent/:agent_id/executions'),
  full('GET', '/agent/:agent_id/execution/:id'),
  part('GET', '/recordings/call/:id', noRecorder),
  part('GET', '/recordings/transfer/:id', noRecorder),
  part('POST', '/v2/agent', agentsTalk()),
  full('GET', '/v2/agent/all'),
  full('GET', '/v2/agent/:id'),
  part('PATCH', '/v2/agent/:id', agentsTalk()),
  part('PUT', '/v2/agent/:id', agentsTalk()),
  full('DELETE', '/v2/agent/:id'),
  ours('POST', '/v2/agent/:id/restore'),
  ours('POST', '/v2/agent/:id/webhook/test'),
  full('POST', '/batches'),
  full('POST', '/batches/:id/schedule'),
  full('POST', '/batches/:id/stop'),
  full('GET', '/batches/:id'),
  full('GET', '/batches/:agent_id/all'),
  full('GET', '/batches/:id/executions'),
  full('GET', '/batch/:id/executions'),
  ours('GET', '/batches/:id/rejected'),
  full('DELETE', '/batches/:id'),
  part(
    'POST',
    '/inbound/setup',
    '`ivr_config` is refused; a number has one agent, so `allow_multiple` changes nothing',
  ),
  full('POST', '/inbound/unlink'),
  full('GET', '/phone-numbers/all'),
  part(
    'GET',
    '/user/me',
    '`email` is empty; `wallet` is 0 where billing is off, and then nothing is checked against it',
  ),
  ours('GET', '/errors'),
  absent('GET', '/call/:id/status', 'read GET /executions/{id} instead'),
  absent('POST', '/v1/call/:run_id/events', 'agents take no events from outside yet'),
  ...absentAll(
    'numbers are added by the operator, not bought',
    'GET /phone-numbers/search',
    'POST /phone-numbers/buy',
    'DELETE /phone-numbers/:id',
  ),
  ...absentAll('an account has no sub-accounts', '* /sub-accounts', '* /sub-accounts/*'),
  ...absentAll('carriers are set up by the operator', '* /providers', '* /providers/*'),
  ...absentAll('dispositions are not here yet', '* /dispositions', '* /dispositions/*'),
  ...absentAll('extractions are not here yet', '* /extractions', '* /extractions/*'),
  ...absentAll('trunks are set up by the operator', '* /sip-trunks', '* /sip-trunks/*'),
  absent('*', '/v1/web-call/session', 'calls from browsers are not here yet'),
]

function full(method: string, path: string): Coverage {
  return { method, path, how: 'full' }
}

function ours(method: string, path: string): Coverage {
  return { method, path, how: 'full', why: 'an extension of this server' }
}

function part(method: string, path: string, why: string): Coverage {
  return { method, path, how: 'part', why }
}

function absent(method: string, path: string, why: string): Coverage {
  return { method, path, how: 'absent', why }
}

function absentAll(why: string, ...routes: string[]): Coverage[] {
  return routes.map((route) => {
    const [method = '*', path = ''] = route.split(' ')
    return absent(method, path, why)
  })
}

function agentsTalk(): string {
  return 'prompts, tools, models and voices are kept and given back; the agent speaks by its script or your program'
}

/** The table as the README has it. */
export function coverageTable(routes: readonly Coverage[]): string {
  const rows = routes.map(
    ({ method, path, how, why }) => `| ${method === '*' ? 'any' : method} | \`${path}\` | ${how} | ${why ?? ''} |`,
  )
  return ['| verb | path | how far | why |', '| - | - | - | - |', ...rows].join('\n')
}
