import { endpoint as noun, wants } from '#domain/endpoint/endpoint.ts'
import type { EndpointCommand } from '#domain/endpoint/commands.ts'
import type { Endpoint } from '#domain/endpoint/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Outcome } from '#engine/api.ts'
import type { Endpoints } from './api.ts'
import { BoundedMap } from './bounded-map.ts'
import type { Vault } from './ports.ts'
import { read } from './reading.ts'
import { Roster } from './roster.ts'

const secretBytes = 24

/** Webhook endpoints. Those of an account in use are kept in memory, since every event asks for them. */
export function createEndpoints({ engine, vault }: { readonly engine: Engine; readonly vault: Vault }): Endpoints {
  const roster = new Roster(engine, noun, 'all', (endpoint) => endpoint.status !== 'erasing')
  const opened = new BoundedMap<string, string>(1_000)

  async function run(ask: Ask, id: Id | undefined, command: EndpointCommand): Promise<Endpoint | Refused> {
    const { once: _, ...plain } = ask
    const outcome = await engine.execute<Endpoint>(plain, (unit) => {
      const done = unit.run(noun, id ?? unit.id(), command)
      return isRefused(done) ? done : done.state
    })
    const endpoint = valueOf(outcome)
    if (!isRefused(endpoint)) roster.note(endpoint.account, endpoint)
    return endpoint
  }

  function open(sealed: string): string {
    const secret = opened.get(sealed) ?? vault.open(sealed)
    opened.set(sealed, secret)
    return secret
  }

  return {
    create: async (ask, { url, description = '', events = [] }) => {
      const secret = newSecret(vault)
      const endpoint = await run(ask, undefined, {
        type: 'create',
        url,
        description,
        events,
        sealedSecret: vault.seal(secret),
      })
      return isRefused(endpoint) ? endpoint : { endpoint, secret }
    },
    change: (ask, id, change) => run(ask, id, { type: 'change', ...change }),
    rotate: async (ask, id) => {
      const secret = newSecret(vault)
      const endpoint = await run(ask, id, { type: 'rotate', sealedSecret: vault.seal(secret) })
      return isRefused(endpoint) ? endpoint : { endpoint, secret }
    },
    remove: (ask, id) => run(ask, id, { type: 'delete' }),
    get: (account, id) => read(engine, account, (unit) => unit.state(noun, id)),
    list: async (account) =>
      (await roster.of(account)).toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)),
    wanting: (account, eventType) => {
      const among = (all: readonly Endpoint[]) => all.filter((endpoint) => wants(endpoint, eventType))
      const known = roster.known(account)
      return known ? among(known) : roster.of(account).then(among)
    },
    secrets: ({ account, sealedSecret, previous }) => {
      const stillGood = previous !== null && engine.clocks.now(account) < previous.until
      return stillGood ? [open(sealedSecret), open(previous.sealedSecret)] : [open(sealedSecret)]
    },
  }
}

/** A secret in the form of Standard Webhooks. */
function newSecret(vault: Vault): string {
  return `whsec_${Uint8Array.fromHex(vault.secret(secretBytes)).toBase64()}`
}

function valueOf(outcome: Outcome<Endpoint>): Endpoint | Refused {
  if (outcome.refusal) return { refusal: outcome.refusal }
  if (outcome.replayed) throw new Error('A request without a key met a stored answer.')
  return outcome.value
}
