import type { Session } from '#domain/session/state.ts'
import { tokenOf } from '#services/delivery/identity.ts'
import type { Principal } from '#services/api.ts'
import type { AgentView } from '#services/calls/api.ts'
import type { Api } from '../api.ts'
import { plain, type Problem } from '../errors.ts'
import { executionOf } from '../executions/execution.ts'
import { judge, openedFor, targetOf, webhookRequest } from './webhooks.ts'

/** What came of a sample delivery. */
export interface Sampled {
  readonly url: string
  readonly delivered: boolean
  readonly status: number | null
  readonly reason: string | null
}

/** Sends a sample of the `completed` webhook, signed as the real ones are, once and at once. It belongs to no call. */
export async function sendSample(
  { context }: Pick<Api, 'context'>,
  { account, limits }: Principal,
  { agent, definition }: AgentView,
  baseUrl: string,
): Promise<Sampled | Problem> {
  const { announce } = definition
  if (announce?.dialect !== 'bolna') return plain(400, 'The agent has no webhook_url')
  const now = context.now()
  const session = sampleSession(agent, now)
  const body = JSON.stringify(
    executionOf({
      session,
      order: { data: { sample: true } },
      definition,
      talk: [
        { is: 'turn', who: 'agent', text: 'Hello, this is a sample.', at: now },
        { is: 'turn', who: 'user', text: 'Thank you.', at: now },
      ],
      artefacts: [],
      earlierCosts: [],
      baseUrl,
      completedTold: true,
    }),
  )
  const { url } = announce
  const token = tokenOf(`sample.${agent.id}.${now}`, targetOf(url))
  const frozen = { announcer: 'bolna', account, url, method: 'POST', body, token, request: null } as const
  const opened = openedFor(announce, context.vault)
  const request = webhookRequest(frozen, { at: now, number: 1 }, { ...opened, internalTargets: limits.internalTargets })
  const result = await context.send(request)
  const status = 'status' in result ? result.status : null
  return {
    url,
    delivered: status !== null && judge(status) === 'delivered',
    status,
    reason: 'error' in result ? result.error : null,
  }
}

/** A call that never was: half a minute of talk that the person ended. */
function sampleSession({ id, account, version }: AgentView['agent'], now: number): Session {
  const createdAt = now - 60_000
  return {
    id: '00000000000000000000000000',
    account,
    kind: 'telephone',
    direction: 'outbound',
    state: 'ended',
    agent: { id, version },
    user: '+12025550143',
    own: '+12025550100',
    route: 'default',
    policy: {},
    attempt: {
      number: 1,
      dialedAt: createdAt + 500,
      ringingAt: createdAt + 2_000,
      answeredAt: createdAt + 5_000,
      endedAt: createdAt + 35_000,
    },
    past: [],
    retries: 0,
    outcome: 'completed',
    end: { cause: 'user_hangup', by: 'user', at: createdAt + 35_000 },
    artefacts: { recording: 'skipped', transcript: 'done', summary: 'skipped', extraction: 'skipped', cost: 'done' },
    words: [],
    cost: 0,
    sequence: 6,
    createdAt,
    updatedAt: now,
    entered: { at: now, by: 'api', because: 'a sample' },
  }
}
