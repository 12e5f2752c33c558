import type { Client, Json } from './client.ts'
import type { Chance } from './chance.ts'

/** What the server has acknowledged; after any crash it must still be so. */
export interface Acknowledged {
  /** Resource id to where it was put. */
  readonly communications: Map<string, { readonly conversation: string; readonly path: string }>
  /** Idempotency key to the request and the id it was answered with. */
  readonly keyed: Map<string, { readonly path: string; readonly body: Json; readonly id: string }>
  readonly conversations: Set<string>
  /** The last test-clock time that was answered. */
  clock: number
  /** Answers that no crash explains. */
  readonly wrong: string[]
}

export const business = '+12025550100'
export const inactiveMs = 60_000
export const closedMs = 120_000

function uuid(chance: Chance): string {
  const hex = chance.unique()
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** One user of many: sends until told to stop, and notes what was acknowledged. Errors are the crash, and end it. */
export async function send(
  client: Client,
  chance: Chance,
  acknowledged: Acknowledged,
  going: () => boolean,
): Promise<void> {
  while (going()) {
    try {
      const dice = chance.below(10)
      if (dice < 4) await traffic(client, chance, acknowledged)
      else if (dice < 7) await say(client, chance, acknowledged)
      else if (dice < 9) await keyed(client, chance, acknowledged)
      else await advance(client, chance, acknowledged)
    } catch {
      return
    }
  }
}

async function traffic(client: Client, chance: Chance, acknowledged: Acknowledged): Promise<void> {
  const events = Array.from({ length: 1 + chance.below(20) }, () => {
    const customer = `+1202555${1000 + chance.below(300)}`
    const inbound = chance.below(2) === 0
    const [from, to] = inbound ? [customer, business] : [business, customer]
    return {
      type: inbound ? 'message.received' : 'message.sent',
      channel: 'SMS',
      from,
      to,
      text: 'torture',
      resourceId: `SM${chance.unique()}`,
    }
  })
  const { status, body } = await client.call('POST', '/api/v1/traffic', { events })
  if (status !== 200) {
    acknowledged.wrong.push(`Traffic was answered ${status}: ${JSON.stringify(body)}`)
    return
  }
  for (const [i, result] of (body['results'] as Json[]).entries()) {
    if (result['status'] !== 'recorded') acknowledged.wrong.push(`Traffic was not recorded: ${JSON.stringify(result)}`)
    const conversation = `conv_${String(result['conversationId'])}`
    note(acknowledged, events[i]?.resourceId ?? '', conversation, `conv_${String(result['communicationId'])}`)
  }
}

function note(acknowledged: Acknowledged, resourceId: string, conversation: string, communication: string): void {
  const path = `/v2/Conversations/${conversation}/Communications/${communication}`
  acknowledged.communications.set(resourceId, { conversation, path })
  acknowledged.conversations.add(conversation)
}

async function say(client: Client, chance: Chance, acknowledged: Acknowledged): Promise<void> {
  const conversation = chance.of([...acknowledged.conversations])
  if (conversation === undefined) return
  const body = words(chance)
  const answer = await client.call('POST', `/v2/Conversations/${conversation}/Communications`, body)
  if (answer.status === 201) note(acknowledged, body.resourceId, conversation, String(answer.body['id']))
}

async function keyed(client: Client, chance: Chance, acknowledged: Acknowledged): Promise<void> {
  const conversation = chance.of([...acknowledged.conversations])
  if (conversation === undefined) return
  const [key, body] = [uuid(chance), words(chance)]
  const path = `/v2/Conversations/${conversation}/Communications`
  const answer = await client.call('POST', path, body, { 'idempotency-key': key })
  if (answer.status !== 201) return
  note(acknowledged, body.resourceId, conversation, String(answer.body['id']))
  acknowledged.keyed.set(key, { path, body, id: String(answer.body['id']) })
}

function words(chance: Chance): { resourceId: string } & Json {
  return {
    author: { channel: 'SMS', address: business },
    recipients: [{ channel: 'SMS', address: `+1202555${1000 + chance.below(300)}` }],
    content: { type: 'TEXT', text: 'torture' },
    resourceId: `SM${chance.unique()}`,
  }
}

async function advance(client: Client, chance: Chance, acknowledged: Acknowledged): Promise<void> {
  const { status, body } = await client.call('POST', '/api/v1/clock/advance', { by: `PT${5 + chance.below(40)}S` })
  if (status === 200) acknowledged.clock = Math.max(acknowledged.clock, Date.parse(String(body['now'])))
}
