import type { Claim, Handle, Key } from '../noun.ts'
import type { Id } from '../vocabulary/id.ts'

/** A number is held by one draft of an agent. */
export function draftClaim(agentId: Id, number: number): Claim {
  return { kind: 'draft', route: '', key: `${agentId}#${number}` }
}

/** What the drafts of an agent are found by. */
export function draftHandle(agentId: Id): Handle {
  return { kind: 'agent_draft', key: agentId }
}

/** The once key under which a revision's document is found. */
export function revisionKey(revision: number): Key {
  return { use: 'once', kind: 'revision', key: String(revision) }
}
