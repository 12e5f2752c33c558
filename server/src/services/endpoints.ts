import { endpoint as noun, wants } from '#domain/endpoint/endpoint.ts'
import type { EndpointCommand } from '#domain/endpoint/commands.ts'
import type { EndpointEvent } from '#domain/endpoint/events.ts'
import type { Endpoint } from '#domain/endpoint/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Outcome } from '#engine/api.ts'
import type { Endpoints } from './api.ts'
import { BoundedMap } from './bounded-map.ts'
import type { Vault } from './ports.ts'
import { read } from './reading.ts'
import { Roster } from './roster.ts'

const secretBytes = 24

/** Webhook endpoints. Those of an account in use are kept in memory, since every event asks for them. */
export function createEndpoints({ engine, vault }: Pick<Shelf, 'engine' | 'vault'>): Endpoints {
  const roster = new Roster(engine, noun, 'all', (endpoint: Endpoint) => endpoint.status !== 'erasing')
  const opened = new BoundedMap<string, string>(1_000)
  return endpointsOf({
    engine,
    vault,
    roster,
    open(sealed) {
      const secret = opened.get(sealed) ?? vault.open(sealed)
      opened.set(sealed, secret)
      return secret
    },
  })
}

/** What those of all dialects share. */
interface Shelf {
  readonly engine: Engine
  readonly vault: Vault
  readonly roster: Roster<Endpoint, EndpointCommand, EndpointEvent>
  open(sealed: string): string
}

/** `dialect`: whose; absent: the native one's. */
function endpointsOf(shelf: Shelf, dialect?: string): Endpoints {
  const { engine, vault, roster } = shelf
  const isOwn = (endpoint: Endpoint | undefined): endpoint is Endpoint =>
    endpoint !== undefined && endpoint.dialect === dialect

  async function run(ask: Ask, id: Id | undefined, command: EndpointCommand): Promise<Endpoint | Refused> {
    const { once: _, ...plain } = ask
    const outcome = await engine.execute<Endpoint>(plain, (unit) => {
      if (id !== undefined && !isOwn(unit.state(noun, id))) return refuse('not_found', 'There is no such endpoint.')
      const done = unit.run(noun, id ?? unit.id(), command)
      return isRefused(done) ? done : done.state
    })
    const endpoint = valueOf(outcome)
    if (!isRefused(endpoint)) roster.note(endpoint.account, endpoint)
    return endpoint
  }

  return {
    of: (other) => endpointsOf(shelf, other),
    create: async (ask, { url, description = '', events = [], sensitive }) => {
      const secret = newSecret(vault)
      const sealedSecret = vault.seal(secret)
      const kept = { ...(dialect !== undefined && { dialect }), ...(sensitive !== undefined && { sensitive }) }
      const endpoint = await run(ask, undefined, { type: 'create', url, description, events, sealedSecret, ...kept })
      return isRefused(endpoint) ? endpoint : { endpoint, secret }
    },
    change: (ask, id, change) => run(ask, id, { type: 'change', ...change }),
    rotate: async (ask, id) => {
      const secret = newSecret(vault)
      const endpoint = await run(ask, id, { type: 'rotate', sealedSecret: vault.seal(secret) })
      return isRefused(endpoint) ? endpoint : { endpoint, secret }
    },
    remove: (ask, id) => run(ask, id, { type: 'delete' }),
    get: async (account, id) => {
      const endpoint = await read(engine, account, (unit) => unit.state(noun, id))
      return isOwn(endpoint) ? endpoint : undefined
    },
    list: async (account) => {
      const own = (await roster.of(account)).filter(isOwn)
      return own.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    },
    wanting: (account, eventType) => {
      const among = (all: readonly Endpoint[]) => all.filter((one) => isOwn(one) && wants(one, eventType))
      const known = roster.known(account)
      return known ? among(known) : roster.of(account).then(among)
    },
    secrets: ({ account, sealedSecret, previous }) => {
      const stillGood = previous !== null && engine.clocks.now(account) < previous.until
      return stillGood ? [shelf.open(sealedSecret), shelf.open(previous.sealedSecret)] : [shelf.open(sealedSecret)]
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
