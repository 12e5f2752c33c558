import { anyreachKey } from '#dialects/anyreach/credentials/keys.ts'
import { bolnaKey } from '#dialects/bolna/credentials/keys.ts'
import type { NewAccount } from '#services/api.ts'

/** What to paste to reach an account, once for each client that speaks to this server. */
export function snippets(url: string, { account, authToken, key, keySecret, bearer }: NewAccount): string {
  return [
    '  curl',
    `    curl ${url}/api/v1/clock -H 'Authorization: Bearer ${bearer}'`,
    '  Twilio, with curl',
    `    curl ${url}/v2/Conversations -u '${key.sid}:${keySecret}'`,
    '  Twilio, Node (npm install twilio)',
    `    const client = require('twilio')('${key.sid}', '${keySecret}', { accountSid: '${account.sid}' })`,
    `    client.conversations.baseUrl = '${url}'`,
    '  Twilio, Python (pip install twilio)',
    '    from twilio.rest import Client',
    `    client = Client('${key.sid}', '${keySecret}', '${account.sid}')`,
    `    client.conversations.base_url = '${url}'`,
    '  Twilio, checking the signature of callbacks',
    `    TWILIO_AUTH_TOKEN=${authToken}`,
    '  Bolna, with curl (its MCP server and CLI read the same two names)',
    `    export BOLNA_BASE_URL=${url} BOLNA_API_KEY=${bolnaKey(key.sid, keySecret)}`,
    `    curl $BOLNA_BASE_URL/v2/agent/all -H "Authorization: Bearer $BOLNA_API_KEY"`,
    '  AnyReach, with curl',
    `    export ANYREACH_BASE_URL=${url} ANYREACH_TOKEN=${anyreachKey(key.sid, keySecret)}`,
    `    curl $ANYREACH_BASE_URL/admin/members/me/scopes -H "Authorization: Bearer $ANYREACH_TOKEN"`,
  ].join('\n')
}
