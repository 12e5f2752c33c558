import type { Agent, AgentDefinition } from '#domain/agent/state.ts'
import type { Batch, BatchRow } from '#domain/batch/state.ts'
import type { Draft, DraftDocument } from '#domain/draft/state.ts'
import type { Held } from '#domain/dispatcher/state.ts'
import type { PhoneNumber, Slot } from '#domain/number/state.ts'
import type { ArtefactSettled, Imported, ImportedItem, Order, SessionEvent } from '#domain/session/events.ts'
import type {
  AgentPin,
  Policy,
  Reference,
  RetryPolicy,
  Session,
  SessionKind,
  SessionState,
} from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Outcome, Recorded } from '#engine/api.ts'
import type { Listed, Position } from '../api.ts'
import type { SaidTurn } from './ports.ts'

/** What one can ask for about calls. */
export interface CallServices {
  readonly sessions: Sessions
  readonly agents: Agents
  readonly drafts: Drafts
  readonly numbers: Numbers
  readonly batches: Batches
  readonly wallets: Wallets
}

/** A session with what its reading needs beside its head. */
export interface SessionView {
  readonly session: Session
  /** The version of its head: the number of its last event. */
  readonly version: number
  readonly order: Order
  readonly definition: AgentDefinition
}

/** `repeated`: its reference named a call that was there already; nothing was made. */
export interface PlacedCall extends SessionView {
  readonly repeated?: true
}

/** Sessions: calls now; written ones and those from browsers use the same later. */
export interface Sessions {
  /**
   * An outbound call. Refused with `not_found` (agent, its version, number), `invalid` with the field, or `in_use` with the session in
   * `conflicting` where its reference names one of another user, agent or kind. A reference that names a call of the same agent and user
   * makes nothing: that call is the answer, as it is now.
   */
  place(ask: Ask<SessionView>, draft: CallDraft): Promise<Outcome<PlacedCall>>
  /**
   * A session of any kind that took place elsewhere and is over. Refused with `not_found` (the agent), `invalid` with the field, or
   * `in_use` where its reference names one of another digest; of the same digest, that one is the answer, and nothing is made.
   */
  import(ask: Ask<SessionView>, draft: PastSession): Promise<Outcome<PlacedCall>>
  /** A call that arrives; also how the simulator's `call-in` begins. */
  stop(ask: Ask<SessionView>, id: Id): Promise<Outcome<SessionView>>
  /** All waiting (queued and deferred; `scheduled` too if asked) sessions of an agent. */
  stopWaiting(ask: Ask, agent: Id, also: { readonly scheduled: boolean }): Promise<readonly Id[] | Refused>
  hangUp(ask: Ask<SessionView>, id: Id, note?: string): Promise<Outcome<SessionView>>
  transfer(ask: Ask<SessionView>, id: Id, to: string): Promise<Outcome<SessionView>>
  /**
   * Erases one that has ended, with the words that are in no conversation but its own; others stay. Refused with `not_found`, or
   * `wrong_state` while it has not ended.
   */
  remove(ask: Ask<Id>, id: Id): Promise<Outcome<Id>>
  get(account: string, id: Id): Promise<SessionView | undefined>
  /** The one whose maker named its order so. */
  named(account: string, reference: string): Promise<SessionView | undefined>
  /** Whether the one that was named so has been deleted: the name stays used, so that no order is ever carried out twice. */
  isUsedUp(account: string, reference: string): Promise<boolean>
  list(account: string, question: SessionQuestion): Promise<Listed<SessionView>>
  /** How many there are beyond `after`, for pages by number. */
  count(account: string, question: Omit<SessionQuestion, 'skip' | 'limit' | 'also'>): Promise<number>
  /** The ids of those made at exactly this instant, newest first: on a test clock that stands still these may be all. */
  madeAt(account: string, instant: Instant): Promise<readonly Id[]>
  timeline(
    account: string,
    id: Id,
    question: { readonly after: number; readonly limit: number },
  ): Promise<{ readonly items: readonly Recorded<SessionEvent>[]; readonly next?: number } | undefined>
  /** Who said what, of the present (last) attempt; `upTo`: as of that event number of the session. */
  transcript(session: Session): Promise<readonly SaidTurn[]>
  /** The artefacts settled by event number `upTo` (all when absent), newest of each kind of the last attempt. */
  artefacts(account: string, id: Id, upTo?: number): Promise<readonly ArtefactSettled[]>
  order(account: string, id: Id): Promise<Order | undefined>
  /** The next change of state that time alone brings. */
  nextTransition(
    session: Session,
  ): { readonly to: SessionState; readonly at: Instant; readonly because: string } | undefined
  /** Place in its line, 1 is next; undefined: it does not wait for a slot. */
  queuePosition(session: Session): Promise<number | undefined>
  slots(account: string): Promise<SlotLedger>
}

export interface SlotLedger {
  readonly limit: number
  readonly held: readonly Held[]
  readonly waiting: number
}

export interface CallDraft {
  readonly agentId: Id
  /** Absent: the present one. */
  readonly version?: number
  /** The name its maker gives the order, so that the same order makes nothing twice. */
  readonly reference?: Reference
  /** E.164. */
  readonly to: string
  /** One of the account's numbers; absent: its default. */
  readonly from?: string
  readonly dueAt?: Instant
  readonly data: Order['data']
  readonly context?: string
  readonly vendor?: Order['vendor']
  /** Absent: the agent's own. Null: none. */
  readonly retry?: RetryPolicy | null
  readonly keepsHours: boolean
  readonly parent?: Id
  readonly policy?: Partial<Policy>
  /** A row of a batch: it starts `prepared`. */
  readonly batch?: { readonly id: Id; readonly row: number }
}

/** A session that took place elsewhere: what is known of it there. */
export interface PastSession extends Pick<Session, 'kind' | 'direction' | 'user'> {
  /** Null: it is none of ours; an unlisted one without words is made for this session alone. */
  readonly agentId: Id | null
  /** The address of our side; absent: not known. */
  readonly own?: string
  /** Where the same may be told again, with the digest of all that is told. */
  readonly reference?: Reference
  readonly was: Omit<Imported, 'userTurns'>
  /** Its place among what was made in the same millisecond, 0 to 999: lists keep to it. */
  readonly place: number
  /** What was said and done, oldest first. */
  readonly items: readonly ImportedItem[]
  readonly summary?: string
  readonly context?: string
  readonly vendor?: Order['vendor']
}

/** Newest first; by row within a batch. All given conditions hold together; empty lists: all. */
export interface SessionQuestion {
  readonly kinds?: readonly SessionKind[]
  readonly agent?: Id
  readonly batch?: Id
  /** Tests facets: see `facets` of the noun. */
  readonly test?: (facets: Readonly<Record<string, string | number | boolean | undefined>>) => boolean
  readonly createdFrom?: Instant
  readonly createdTo?: Instant
  readonly after?: Position
  /**
   * Tests what no facet says, on sessions as they are read; `skip` does not go with it. Some 10,000 are read for one page: where no more
   * fit among those, the page is short, and `next` says where to go on.
   */
  readonly also?: (view: SessionView) => boolean | Promise<boolean>
  /** How many are read for one page by `also`, where that is too much. */
  readonly readMost?: number
  /** How many of those that fit are left out first, for pages by number: they are not read. */
  readonly skip?: number
  readonly limit: number
}

export interface Agents {
  create(ask: Ask<AgentView>, definition: AgentDefinition): Promise<Outcome<AgentView>>
  /** `change` makes the new definition from the present one and its version, or refuses; it may run several times. */
  write(
    ask: Ask<AgentView>,
    id: Id,
    change: (present: AgentDefinition, version: number) => AgentDefinition | Refused,
    ifVersion?: number,
  ): Promise<Outcome<AgentView>>
  /** Its waiting sessions are stopped; live ones finish. `purge`: at once and for good, its ended sessions too. */
  remove(ask: Ask<AgentView>, id: Id, how: { readonly purge: boolean }): Promise<Outcome<AgentView>>
  restore(ask: Ask<AgentView>, id: Id): Promise<Outcome<AgentView>>
  get(account: string, id: Id): Promise<AgentView | undefined>
  /** Live ones, newest first. */
  list(account: string, page: { readonly after?: Position; readonly limit: number }): Promise<Listed<AgentView>>
  /** One version's definition, also of a deleted agent; from memory as a rule. */
  version(account: string, id: Id, version: number): Promise<AgentDefinition | undefined>
  /** The same with its time. */
  written(account: string, id: Id, version: number): Promise<WrittenVersion | undefined>
}

export interface WrittenVersion {
  readonly definition: AgentDefinition
  readonly at: Instant
}

export interface AgentView {
  readonly agent: Agent
  readonly definition: AgentDefinition
}

/** Versions of agents that are being written. What they say is kept whole; whoever writes them knows what it means. */
export interface Drafts {
  /** Numbers rise. `make` makes the document from the agent as it is now, or refuses; it may run several times. Refused with `not_found`. */
  create(ask: Ask<DraftView>, agentId: Id, make: MakeDocument): Promise<Outcome<DraftView>>
  /** The newest one; where there is none, or it is published, one is made. */
  ensure(ask: Ask<DraftView>, agentId: Id, make: MakeDocument): Promise<Outcome<DraftView>>
  /** Refused with `fixed` when it is published. */
  write(
    ask: Ask<DraftView>,
    id: Id,
    change: (present: DraftDocument) => DraftDocument | Refused,
  ): Promise<Outcome<DraftView>>
  /** A draft becomes its agent's present version, and numbers get and lose it, all at once or not at all. Safe to repeat. */
  publish(ask: Ask<AgentPin>, publishing: Publishing): Promise<Outcome<AgentPin>>
  get(account: string, id: Id): Promise<DraftView | undefined>
  find(account: string, agentId: Id, number: number): Promise<DraftView | undefined>
  /** Highest number first; `below` is exclusive. */
  list(
    account: string,
    agentId: Id,
    page: { readonly below?: number; readonly limit: number },
  ): Promise<readonly DraftView[]>
}

export type MakeDocument = (present: AgentDefinition, version: number) => DraftDocument | Refused

export interface DraftView {
  readonly draft: Draft
  readonly document: DraftDocument
}

/** `what`: a draft, or a version that is published already, for its numbers alone. */
export interface Publishing {
  readonly what: { readonly draft: Id } | AgentPin
  /** What the draft's document says in our words; may run several times. */
  readonly define: (document: DraftDocument, present: AgentDefinition) => AgentDefinition | Refused
  readonly slots: readonly Slot[]
  /** Our numbers that get it, whoever has them now. */
  readonly assign: readonly Id[]
  /** Our numbers that its agent loses. */
  readonly unassign: readonly Id[]
}

export interface Numbers {
  add(
    ask: Ask<PhoneNumber>,
    draft: {
      readonly number: string
      readonly route?: string
      readonly isDefault?: boolean
      readonly hosted?: boolean
      readonly agentId?: Id
    },
  ): Promise<Outcome<PhoneNumber>>
  attach(ask: Ask<PhoneNumber>, id: Id, agentId: Id | null): Promise<Outcome<PhoneNumber>>
  /** Nothing of this agent is pinned to it any more. */
  forget(ask: Ask<PhoneNumber>, id: Id, agentId: Id): Promise<Outcome<PhoneNumber>>
  remove(ask: Ask<PhoneNumber>, id: Id): Promise<Outcome<PhoneNumber>>
  get(account: string, id: Id): Promise<PhoneNumber | undefined>
  /** Oldest first; an account has at most a few thousand. */
  list(account: string): Promise<readonly PhoneNumber[]>
  /** By E.164; undefined: not the account's. */
  find(account: string, number: string): Promise<PhoneNumber | undefined>
}

export interface Batches {
  /** `rows`: parsed already; sessions are made in chunks afterwards. */
  create(ask: Ask<Batch>, draft: BatchDraft): Promise<Outcome<Batch>>
  schedule(
    ask: Ask<Batch>,
    id: Id,
    draft: { readonly dueAt: Instant; readonly keepsHours: boolean },
  ): Promise<Outcome<Batch>>
  stop(ask: Ask<Batch>, id: Id, how: { readonly hangUp: boolean }): Promise<Outcome<Batch>>
  remove(ask: Ask<Batch>, id: Id): Promise<Outcome<Batch>>
  get(account: string, id: Id): Promise<Batch | undefined>
  list(
    account: string,
    question: { readonly agent?: Id; readonly after?: Position; readonly limit: number },
  ): Promise<Listed<Batch>>
  rejected(account: string, id: Id): Promise<readonly BatchRow[] | undefined>
  /** How many sessions are in each state, with the outcome of those that ended. */
  tally(account: string, id: Id): Promise<readonly BatchTally[] | undefined>
  /** What would happen if it started now: how many would dial, wait or be skipped, and why. */
  dryRun(account: string, id: Id): Promise<DryRun | undefined>
}

export interface BatchDraft {
  readonly agentId: Id
  /** Absent: the present one. */
  readonly version?: number
  readonly fileName: string
  readonly from: readonly string[]
  readonly retry: RetryPolicy | null
  readonly webhook: string | null
  readonly orders?: NonNullable<Batch['orders']>
  readonly campaign?: NonNullable<Batch['campaign']>
  readonly rows: readonly BatchRow[]
}

export interface BatchTally {
  readonly state: SessionState
  readonly outcome: Session['outcome']
  readonly wasLive: boolean
  readonly count: number
}

export interface DryRun {
  readonly dial: number
  readonly wait: readonly { readonly because: string; readonly count: number; readonly until?: Instant }[]
  readonly skip: readonly { readonly because: string; readonly count: number }[]
}

export interface Wallets {
  /** Undefined: billing is off. */
  get(account: string): Promise<{ readonly balance: number; readonly held: number } | undefined>
  /** Turns billing on with the first credit. */
  credit(
    ask: Ask<{ readonly balance: number }>,
    cents: number,
    because: string,
  ): Promise<Outcome<{ readonly balance: number }>>
}
