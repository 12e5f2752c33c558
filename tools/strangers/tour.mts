// The tour of AnyReach's API through a client generated from its description.
import { equal, ok } from 'node:assert/strict'
import createClient from 'openapi-fetch'
import type { paths } from './api.d.ts'

const baseUrl = process.env['ANYREACH_BASE_URL'] ?? ''
const authorization = `Bearer ${process.env['ANYREACH_TOKEN']}`
const client = createClient<paths>({ baseUrl, headers: { authorization } })

const made = await client.POST('/core/agents', { body: { name: 'Store help' } })
const agentId = made.data?.id
ok(agentId, JSON.stringify(made.error))
const config = {
  greeting: 'Hello! How can I help?',
  agent: { type: 'script' as const, lines: ['It arrives on Friday.'] },
}
const drafted = await client.POST('/core/agents/{id}/versions', { params: { path: { id: agentId } }, body: { config } })
ok(drafted.data, JSON.stringify(drafted.error))
const latest = { path: { id: agentId, version: 'latest' } }
const published = await client.POST('/core/agents/{id}/versions/{version}/publish', { params: latest, body: {} })
ok(published.data, JSON.stringify(published.error))

const order = {
  channel: 'text' as const,
  user_id: 'user_42',
  agent_id: agentId,
  custom_metadata: { order_id: 'A-118' },
}
const opened = await client.POST('/core/conversations', { body: order })
ok(opened.data, JSON.stringify(opened.error))
equal(opened.data.starting_message, 'Hello! How can I help?')
equal(opened.data.conversation.status, 'in_progress')

const path = { conversation_id: opened.data.conversation.id }
const body = { text: 'Where is my order?', interactivity: 'rich' as const }
const answered = await client.POST('/core/conversations/{conversation_id}/messages', { params: { path }, body })
equal(answered.data?.reply, 'It arrives on Friday.')

const ended = await client.POST('/core/conversations/{conversation_id}/end', { params: { path } })
equal(ended.data?.status, 'completed')
const again = await client.POST('/core/conversations/{conversation_id}/end', { params: { path } })
equal(again.response.status, 200)

const late = await client.POST('/core/conversations/{conversation_id}/messages', { params: { path }, body })
equal(late.response.status, 409)
ok(late.error?.detail)

const query = { channel: ['text' as const], status: ['completed' as const], custom_metadata: '{"order_id":"A-118"}' }
const listed = await client.GET('/core/conversations', { params: { query } })
equal(listed.data?.[0]?.id, path.conversation_id)
console.log('The tour in TypeScript is over.')
