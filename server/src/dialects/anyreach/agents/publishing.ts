import type { PhoneNumber, Slot } from '#domain/number/state.ts'
import { canonicalAddress } from '#domain/vocabulary/address.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { DraftDocument } from '#domain/draft/state.ts'
import type { Publishing as Asked } from '#services/calls/api.ts'
import { definitionOf, type AgentDocument } from './agent-config.ts'
import type { Api } from '../api.ts'
import { wrong, type Problem } from '../errors.ts'
import type { Version } from './versions.ts'
import type { Publishing } from '../wire/agents.ts'

const slotsOf: Readonly<Record<Publishing['direction'], readonly Slot[]>> = {
  inbound: ['inbound'],
  outbound: ['outbound'],
  both: ['inbound', 'outbound'],
}

/** Where nothing is said of numbers. */
const alone: Publishing = { phone_numbers: [], unassign_phone_numbers: [], direction: 'inbound' }

/** What a publishing asks of us; a number that is not the organization's is a mistake. */
export async function readPublishing(
  api: Api,
  account: string,
  version: Version,
  wanted: Publishing | null | undefined,
): Promise<Asked | Problem> {
  const { phone_numbers: assign, unassign_phone_numbers: unassign, direction } = wanted ?? alone
  const assigned = await numbersOf(api, account, 'phone_numbers', assign)
  if ('status' in assigned) return assigned
  const unassigned = await numbersOf(api, account, 'unassign_phone_numbers', unassign)
  if ('status' in unassigned) return unassigned
  return {
    what: version.is === 'draft' ? { draft: version.view.draft.id } : version.pin,
    define: (document: DraftDocument, present: AgentDefinition) => definitionOf(document as AgentDocument, present),
    slots: slotsOf[direction],
    assign: assigned.map(({ id }) => id),
    unassign: unassigned.map(({ id }) => id),
  }
}

async function numbersOf(
  { context: { services } }: Api,
  account: string,
  field: string,
  texts: readonly string[],
): Promise<readonly PhoneNumber[] | Problem> {
  const found = await Promise.all(texts.map((text) => services.numbers.find(account, canonicalAddress('VOICE', text))))
  const unknown = found.findIndex((number) => number === undefined)
  if (unknown >= 0) return wrong(['body', field, unknown], 'This is none of the numbers of the organization.')
  return found.filter((number) => number !== undefined)
}
