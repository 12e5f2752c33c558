import { agent as agentNoun } from '#domain/agent/agent.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Batch, BatchRow } from '#domain/batch/state.ts'
import { number as numberNoun } from '#domain/number/number.ts'
import type { PhoneNumber } from '#domain/number/state.ts'
import type { Create } from '#domain/session/commands.ts'
import type { Order, SessionEvent } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { AgentPin, Session } from '#domain/session/state.ts'
import { canonicalAddress, isTelephone } from '#domain/vocabulary/address.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Done, Unit } from '#engine/api.ts'
import type { Agents, CallDraft, Numbers } from '../api.ts'
import { homeRoute } from '../conversation/words.ts'
import { policyOf } from './policy.ts'

/** Most bytes of an order's data, as JSON. */
const dataBytesMost = 25 * 1024

/** What an order is made from, looked up before its program runs. */
export interface Ordered {
  readonly agent: AgentPin
  readonly definition: AgentDefinition
  readonly own: PhoneNumber
}

/** An order's agent and number as they are, or why it cannot be taken. */
export async function lookUp(
  {
    agents,
    numbers,
  }: { readonly agents: Pick<Agents, 'get' | 'version'>; readonly numbers: Pick<Numbers, 'find' | 'list'> },
  account: string,
  draft: Pick<CallDraft, 'agentId' | 'version' | 'from' | 'to' | 'data'>,
): Promise<Ordered | Refused> {
  const wrong = checkDraft(draft)
  if (wrong) return wrong
  const view = await agents.get(account, draft.agentId)
  if (view?.agent.status !== 'live') return unknownAgent()
  const { version = view.agent.version } = draft
  const definition =
    version === view.agent.version ? view.definition : await agents.version(account, view.agent.id, version)
  if (definition === undefined) return unknownVersion()
  const own = await ownNumber(numbers, account, draft.from)
  if (own === undefined) return draft.from === undefined ? noDefaultNumber() : unknownNumber()
  return { agent: { id: view.agent.id, version }, definition, own }
}

/** Makes the session of an order. What was looked up may have gone meanwhile: it is looked at once more. */
export function makeSession(unit: Unit, ordered: Ordered, draft: CallDraft): Done<Session, SessionEvent> | Refused {
  if (unit.state(agentNoun, ordered.agent.id)?.status !== 'live') return unknownAgent()
  if (unit.state(numberNoun, ordered.own.id)?.status !== 'live') return unknownNumber()
  const create = createOf(ordered, draft)
  return unit.run(noun, unit.id(homeRoute(create)), create)
}

/** Looks up what all sessions of a batch are made from: answers with what makes that of one row, or why none can be made. */
export async function rowMaker(
  { agents, numbers }: { readonly agents: Pick<Agents, 'version'>; readonly numbers: Pick<Numbers, 'find' | 'list'> },
  batch: Batch,
): Promise<((unit: Unit, row: BatchRow) => Id | Refused | undefined) | Refused> {
  const definition = await agents.version(batch.account, batch.agent.id, batch.agent.version)
  if (definition === undefined) return unknownAgent()
  const named = batch.from.length === 0 ? [undefined] : batch.from
  const found = await Promise.all(named.map((from) => ownNumber(numbers, batch.account, from)))
  const own = found.filter((one) => one !== undefined)
  if (own.length === 0) return batch.from.length === 0 ? noDefaultNumber() : unknownNumber()
  return (unit, row) => makeRow(unit, { definition, numbers: own }, batch, row)
}

/**
 * Our numbers are used in rotation. Undefined: the row was rejected. It keeps its agent's hours until its batch starts, which says
 * whether they count. The id is minted first: programs that run again are to mint the same ids in the same order.
 */
function makeRow(
  unit: Unit,
  { definition, numbers }: { readonly definition: AgentDefinition; readonly numbers: readonly PhoneNumber[] },
  batch: Batch,
  { row, to, data }: BatchRow,
): Id | Refused | undefined {
  const own = numbers[(row - 1) % numbers.length]
  if (to === undefined || own === undefined) return undefined
  const { id: batchId, agent, retry, orders } = batch
  const order = { agentId: agent.id, to, data: data ?? null, retry, keepsHours: true, batch: { id: batchId, row } }
  const create = createOf({ agent, definition, own }, { ...orders, ...order })
  const id = unit.id(homeRoute(create))
  // Told only after a commit ran into it: somebody was faster.
  const made = unit.reported({ kind: 'row', key: `${batchId}#${row}` })
  if (made !== undefined) return made
  const done = unit.run(noun, id, create)
  return isRefused(done) ? done : done.state.id
}

function createOf({ agent, definition, own }: Ordered, draft: CallDraft): Create {
  const { dueAt, batch, parent, reference } = draft
  return {
    type: 'create',
    kind: 'telephone',
    direction: 'outbound',
    to: batch ? 'prepared' : dueAt === undefined ? 'queued' : 'scheduled',
    agent,
    user: canonicalAddress('VOICE', draft.to),
    own: own.number,
    route: definition.route === 'default' ? own.route : definition.route,
    policy: policyOf(definition, draft),
    ...(dueAt !== undefined && !batch && { dueAt }),
    ...(batch && { batch }),
    ...(parent !== undefined && { parent }),
    ...configurationOf(definition),
    ...(reference && { reference }),
    order: orderOf(draft),
    because: batch ? 'a row of a batch' : parent === undefined ? 'ordered by request' : 'agreed in another call',
  }
}

/** What is kept of an order as it was given. */
export function orderOf({ data, context, vendor }: Pick<CallDraft, 'data' | 'context' | 'vendor'>): Order {
  return { data, ...(context !== undefined && { context }), ...(vendor && { vendor }) }
}

/** The configuration that a session's conversation goes by, where its agent names one. */
export function configurationOf({ configurationId }: AgentDefinition): Pick<Create, 'configurationId'> {
  return configurationId === undefined ? {} : { configurationId }
}

function checkDraft({ to, data }: Pick<CallDraft, 'to' | 'data'>): Refused | undefined {
  if (!isTelephone(canonicalAddress('VOICE', to)))
    return refuse('invalid', 'Give the number to call in E.164 form: + and 3 to 15 digits.', { field: 'to' })
  if (isTooMuch(data)) return refuse('invalid', 'The data of an order is at most 25 KB as JSON.', { field: 'data' })
  return undefined
}

/** Whether the data of an order is more than an order may have. */
export function isTooMuch(data: CallDraft['data']): boolean {
  return data !== null && Buffer.byteLength(JSON.stringify(data)) > dataBytesMost
}

async function ownNumber(
  numbers: Pick<Numbers, 'find' | 'list'>,
  account: string,
  from: string | undefined,
): Promise<PhoneNumber | undefined> {
  if (from !== undefined) return numbers.find(account, canonicalAddress('VOICE', from))
  return (await numbers.list(account)).find(({ isDefault }) => isDefault)
}

function unknownAgent(): Refused {
  return refuse('not_found', 'There is no such agent.', { field: 'agentId' })
}

function unknownNumber(): Refused {
  return refuse('not_found', 'This number is not one of yours: add it first, or name another.', { field: 'from' })
}

function unknownVersion(): Refused {
  return refuse('not_found', 'The agent has no such version.', { field: 'version' })
}

function noDefaultNumber(): Refused {
  return refuse('not_found', 'Name the number to call from: the account has no default one.', { field: 'from' })
}
