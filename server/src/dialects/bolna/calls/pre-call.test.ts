import { describe, expect, it } from 'vitest'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Session } from '#domain/session/state.ts'
import { preCallOf, rendered } from './pre-call.ts'

const agentWith = (params: Readonly<Record<string, unknown>>): Pick<AgentDefinition, 'vendor' | 'announce'> => ({
  announce: { dialect: 'bolna', url: 'https://hooks.example.com/agent' },
  vendor: {
    bolna: { agent_config: { tasks: [{ tools_config: { api_tools: { tools_params: { handover: params } } } }] } },
  },
})

describe('the pre-call webhook of a transfer (section 6)', () => {
  it('is asked for by the tool, and goes to its own URL or that of the agent', () => {
    expect(preCallOf(agentWith({}))).toBeUndefined()
    expect(preCallOf(agentWith({ pre_call_webhook_param: { a: '1' } }))).toEqual({
      url: 'https://hooks.example.com/agent',
      template: { a: '1' },
    })
    const own = { pre_call_webhook_param: '{"a":"1"}', pre_call_webhook_url: 'https://crm.example.com' }
    expect(preCallOf(agentWith(own))).toEqual({ url: 'https://crm.example.com', template: { a: '1' } })
    expect(preCallOf(agentWith({ pre_call_webhook_param: '{' }))).toMatchObject({ template: {} })
    expect(preCallOf({ vendor: {}, announce: null })).toBeUndefined()
  })

  it('fills its variables in; what is not known is empty', () => {
    const session = {
      id: '01km9s346q3d25vt4f5v37e3s3',
      attempt: { number: 1, callId: 'CA1' },
      control: { second: { to: '+12025550120' } },
    } as unknown as Session
    const template = { to: '%(call_transfer_number)s', sid: '%(call_sid)s', why: 'because %(reason)s', n: 1 }
    expect(rendered(template, session)).toEqual({ to: '+12025550120', sid: 'CA1', why: 'because ', n: 1 })
  })
})
