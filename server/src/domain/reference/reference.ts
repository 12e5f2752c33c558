import { bare, type Noun } from '../noun.ts'
import { referenceClaim } from '../session/finding.ts'
import type { KeepReference } from './commands.ts'
import type { ReferenceKept } from './events.ts'
import type { UsedReference } from './state.ts'

/** The noun of references that are used up: never changed, and never erased. */
export const reference: Noun<UsedReference, KeepReference, ReferenceKept, 'reference'> = {
  ...bare,
  name: 'reference',
  shape: 1,
  decide: (state, { key }, { now: at }) => ({ events: state ? [] : [{ type: 'reference.kept', at, key }] }),
  evolve: (_state, { key }) => ({ key }),
  claims: (state) => [referenceClaim(state)],
  facets: () => ({}),
  lists: {},
  erasing: () => false,
}
