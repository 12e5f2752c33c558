// schemathesis asks every operation of /openapi.json, rightly and wrongly, and compares what it is answered with what is documented.
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pythonPackages } from './installing.mjs'

const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
]

const hooks = fileURLToPath(new URL('fuzz_hooks.py', import.meta.url))

export function run({ url, token, cases = '100', only, seed }) {
  const bin = pythonPackages('schemathesis==4.32.5')
  const words = [
    'run',
    `${url}/openapi.json`,
    '--url',
    url,
    '--header',
    `Authorization: Bearer ${token}`,
    '--max-examples',
    cases,
    '--phases',
    'examples,coverage,fuzzing',
    '--checks',
    checks.join(','),
    '--suppress-health-check',
    'all',
    '--continue-on-failure',
    // A stream of events goes on for as long as its conversation does: nothing to wait for.
    '--exclude-operation-id',
    'streamConversationEvents',
    ...(only ? ['--include-path-regex', only] : []),
    ...(seed ? ['--seed', seed] : []),
  ]
  const env = { ...process.env, SCHEMATHESIS_HOOKS: hooks }
  return spawnSync(join(bin, 'schemathesis'), words, { stdio: 'inherit', cwd: tmpdir(), env }).status ?? 1
}
