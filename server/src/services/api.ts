import type { Account, Key, Limits } from '#domain/account/state.ts'
import type { ConfigurationDocument, Configuration } from '#domain/configuration/state.ts'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { Change, NewParticipant, ReplaceParticipant, Speaker } from '#domain/conversation/commands.ts'
import type { Communication, Content, DeliveryStatus, Transcription } from '#domain/conversation/communication.ts'
import type { Conversation, Overrides, Participant, Status } from '#domain/conversation/state.ts'
import type { Endpoint } from '#domain/endpoint/state.ts'
import type { Operation } from '#domain/operation/state.ts'
import type { Channel } from '#domain/vocabulary/channel.ts'
import type { Person, PersonToken, Role } from '#domain/person/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Refused, Refusal } from '#domain/vocabulary/refusal.ts'
import type { Ask, Fired, Followed, Outcome, Recorded } from '#engine/api.ts'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import type { CallServices } from './calls/api.ts'
import type { Campaigns } from './campaigns/api.ts'
import type { Mails } from './mails/api.ts'
import type { Rooms } from './rooms/api.ts'
import type { Texts } from './texts/api.ts'
import type { Widgets } from './widgets.ts'

/**
 * Everything one can ask for, in our own words. Each write takes the Ask of who asks (account, record, idempotency) and gives an
 * Outcome: a value, a refusal, or the stored answer of its twin. Each read takes the account; another account's ids are unknown.
 */
export interface Services extends ConversationServices, CallServices {
  readonly texts: Texts
  readonly mails: Mails
  readonly rooms: Rooms
  readonly campaigns: Campaigns
  readonly widgets: Widgets
}

/** The same without calls. */
export interface ConversationServices {
  readonly accounts: Accounts
  readonly people: People
  readonly configurations: Configurations
  readonly conversations: Conversations
  readonly traffic: Traffic
  readonly operations: Operations
  readonly endpoints: Endpoints
  readonly deliveries: Deliveries
  readonly events: Events
  readonly clock: AccountClock
}

/** A position in a list, opaque to dialects but for signing: `sort` and `id` of the last item given. */
export interface Position {
  readonly sort: number | string
  readonly id: Id
}

export interface Listed<Item> {
  readonly items: readonly Item[]
  readonly next?: Position
}

export interface Accounts {
  /** Account SID + auth token, or key SID + key secret (T37). Undefined: wrong. */
  authenticate(user: string, password: string): Promise<Principal | undefined>
  /** A native key, `SK….secret`: the same key in one word. */
  authenticateBearer(token: string): Promise<Principal | undefined>
  /** The SID of a key with its secret, where limits by scopes are kept: the only way in for a key that has some. */
  authenticateScoped(sid: string, secret: string): Promise<ScopedPrincipal | undefined>
  /** Whether this is the server's admin key. */
  isAdmin(token: string): boolean
  create(
    by: string,
    draft: { readonly name: string; readonly clock: 'wall' | 'test'; readonly limits?: Partial<Limits> },
  ): Promise<NewAccount | Refused>
  list(after?: Position, limit?: number): Promise<Listed<Account>>
  get(account: Id): Promise<Account | undefined>
  change(
    account: Id,
    by: string,
    change: { readonly name?: string; readonly limits?: Partial<Limits> },
  ): Promise<Account | Refused>
  /** A key with scopes is known to `authenticateScoped` alone. It expires in real time. */
  createKey(
    account: Id,
    by: string,
    name: string,
    limited?: { readonly scopes?: readonly string[] | undefined; readonly expiresAt?: Instant | undefined },
  ): Promise<{ readonly key: Key; readonly secret: string } | Refused>
  revokeKey(account: Id, by: string, sid: string): Promise<Account | Refused>
  rotateToken(account: Id, by: string): Promise<{ readonly authToken: string } | Refused>
  /** The secret callbacks are signed with. */
  authToken(account: Id): Promise<string | undefined>
}

/** Who was recognised, and as what. */
export interface Principal {
  readonly account: Id
  readonly sid: string
  /** The key's SID, or the account's own. */
  readonly by: string
  readonly limits: Limits
}

/** `scopes`: what the key may do; absent: everything. */
export interface ScopedPrincipal extends Principal {
  readonly scopes?: readonly string[]
}

/** Secrets are shown once. `bearer` is `SK….secret`. */
export interface NewAccount {
  readonly account: Account
  readonly authToken: string
  readonly key: Key
  readonly keySecret: string
  readonly bearer: string
}

/** Somebody with tokens of their own, who may work for many accounts. */
export interface People {
  /** A token's id with its secret. Undefined: wrong, expired or revoked. */
  authenticate(token: string, secret: string): Promise<Person | undefined>
  create(by: string, name: string): Promise<Person | Refused>
  get(person: Id): Promise<Person | undefined>
  /** Oldest first. */
  list(after?: Position, limit?: number): Promise<Listed<Person>>
  /** At once and for good, with all tokens and memberships. */
  remove(person: Id, by: string): Promise<Person | Refused>
  /** The secret is shown once. The token expires in real time; absent: never. */
  createToken(
    person: Id,
    by: string,
    name: string,
    expiresAt?: Instant,
  ): Promise<{ readonly person: Person; readonly token: PersonToken; readonly secret: string } | Refused>
  revokeToken(person: Id, by: string, token: string): Promise<Person | Refused>
  /** Makes them a member, or changes what they are there. */
  join(person: Id, by: string, account: Id, role: Role): Promise<Person | Refused>
  leave(person: Id, by: string, account: Id): Promise<Person | Refused>
}

export interface Configurations {
  create(ask: Ask<Written>, document: ConfigurationDocument): Promise<Outcome<Written>>
  /** `change` makes the new document from the present one, or refuses; it may run several times. */
  write(
    ask: Ask<Written>,
    id: Id,
    change: (present: Configuration) => ConfigurationDocument | Refused,
    ifVersion?: number,
  ): Promise<Outcome<Written>>
  /** D34: refused with `in_use` and the conversation while open conversations pin it. */
  remove(ask: Ask<Written>, id: Id, ifVersion?: number): Promise<Outcome<Written>>
  get(account: string, id: Id): Promise<Configuration | undefined>
  /** Newest first. */
  list(
    account: string,
    question: { readonly memoryStoreId?: string; readonly after?: Position; readonly limit: number },
  ): Promise<Listed<Configuration>>
  /** One version's document, also of a deleted configuration. */
  version(account: string, id: Id, version: number): Promise<ConfigurationDocument | undefined>
}

/** A write and the operation that records it. */
export interface Written {
  readonly about: { readonly noun: 'configuration' | 'conversation'; readonly id: Id }
  readonly operation: Operation
}

/** A conversation with the configuration version it is pinned to. */
export interface Viewed {
  readonly conversation: Conversation
  readonly document: ConfigurationDocument
}

export interface Draft {
  readonly configurationId: Id
  readonly name?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly participants: readonly NewParticipant[]
  readonly overrides?: Overrides
}

export interface Conversations {
  /** On a taken grouping key: `conflict` with the open conversation, to which the missing addresses have been added (D70). */
  create(ask: Ask<Created>, draft: Draft): Promise<Outcome<Created>>
  change(ask: Ask<Viewed>, id: Id, change: Omit<Change, 'type'>): Promise<Outcome<Viewed>>
  /** D37: refused while a voice stream is open. */
  remove(ask: Ask<Written>, id: Id): Promise<Outcome<Written>>
  get(account: string, id: Id): Promise<Viewed | undefined>
  list(account: string, question: ConversationQuestion): Promise<Listed<Viewed>>

  addParticipant(ask: Ask<ParticipantIn>, id: Id, draft: NewParticipant): Promise<Outcome<ParticipantIn>>
  replaceParticipant(
    ask: Ask<ParticipantIn>,
    id: Id,
    replacement: Omit<ReplaceParticipant, 'type'>,
  ): Promise<Outcome<ParticipantIn>>
  removeParticipant(ask: Ask<ParticipantIn>, id: Id, participantId: Id): Promise<Outcome<ParticipantIn>>

  say(ask: Ask<Said>, id: Id, words: Words): Promise<Outcome<Said>>
  communication(account: string, id: Id, communicationId: Id): Promise<Said | undefined>
  /** By part number, oldest first; undefined: no such conversation. */
  communications(
    account: string,
    id: Id,
    question: { readonly channelId?: string; readonly after: number; readonly limit: number },
  ): Promise<{ readonly items: readonly Said[]; readonly next?: number } | undefined>

  /** What happened to it: moves with from, to, at, by, because, and what came too late. Undefined: no such conversation. */
  timeline(
    account: string,
    id: Id,
    question: { readonly after: number; readonly limit: number },
  ): Promise<{ readonly items: readonly Recorded<ConversationEvent>[]; readonly next?: number } | undefined>
  /** The next change of status that time alone brings. */
  nextTransition(
    conversation: Conversation,
  ): { readonly to: Exclude<Status, 'erasing'>; readonly at: Instant; readonly because: string } | undefined
  /** Open conversations that nothing but the three-year limit will end, newest first. */
  stuck(account: string, question: { readonly after?: Position; readonly limit: number }): Promise<Listed<Viewed>>
}

export type Created = { readonly created: Viewed } | { readonly conflict: Id; readonly message: string }

/** Newest first. `statuses` empty: all. All given conditions hold together. */
export interface ConversationQuestion {
  readonly statuses: readonly Exclude<Status, 'erasing'>[]
  /** Matches a participant address's channelId, a communication's channelId or resourceId, or an attached stream's call SID (D44). */
  readonly channelId?: string
  /** Every one of these addresses takes part, on any channel (D45). */
  readonly addresses?: readonly string[]
  readonly configurationId?: Id
  readonly createdAfter?: Instant
  readonly createdBefore?: Instant
  readonly after?: Position
  readonly limit: number
}

export interface ParticipantIn {
  readonly participant: Participant
  readonly conversation: Conversation
}

export interface Words {
  readonly author: Speaker
  readonly recipients: readonly Speaker[]
  readonly content: Content
  readonly channelId?: string
  readonly resourceId?: string
  readonly occurredAt?: Instant
}

/** `updated`: the resourceId was used already, so this is the earlier communication, changed (D39). */
export interface Said {
  readonly id: Id
  readonly conversationId: Id
  readonly n: number
  readonly communication: Communication
  readonly updated: boolean
}

export interface Traffic {
  /** Each event on its own, in order; one bad item does not fail the rest. */
  ingest(
    ask: Ask<readonly TrafficResult[]>,
    events: readonly TrafficEvent[],
  ): Promise<Outcome<readonly TrafficResult[]>>
}

export type TrafficEvent =
  | {
      readonly type: 'message.received' | 'message.sent'
      readonly channel: Channel
      readonly from: string
      readonly to: string
      readonly text: string
      readonly resourceId?: string
      readonly channelId?: string
      readonly occurredAt?: Instant
      /** E-mail: its Message-ID, those it names, oldest first (RFC 5322 section 3.6.4), all with their angle brackets. */
      readonly messageId?: string
      readonly inReplyTo?: string
      readonly references?: readonly string[]
      readonly subject?: string
      /** E-mail: as its header says (RFC 3834 section 5); anything but `no`: no person wrote it. */
      readonly autoSubmitted?: string
    }
  | {
      readonly type: 'delivery.updated'
      readonly resourceId: string
      readonly to?: string
      readonly status: DeliveryStatus
    }
  | {
      readonly type: 'stream.started'
      readonly callSid: string
      readonly from: string
      readonly to: string
      readonly direction: 'inbound' | 'outbound'
      readonly callType?: string
      readonly configurationId?: Id
      readonly conversationId?: Id
    }
  | {
      readonly type: 'utterance'
      readonly callSid: string
      readonly track: 'inbound' | 'outbound'
      readonly text: string
      readonly transcription?: Transcription
      readonly resourceId?: string
    }
  | { readonly type: 'tts.fragment'; readonly callSid: string; readonly text: string; readonly resourceId?: string }
  | { readonly type: 'stream.ended'; readonly callSid: string }

/** `ignored`: nothing captures it (no rule matched). */
export type TrafficResult =
  | {
      readonly status: 'recorded' | 'updated' | 'attached' | 'ended' | 'noted'
      readonly conversationId?: Id
      readonly communicationId?: Id
    }
  | { readonly status: 'ignored'; readonly because: string }
  | { readonly status: 'refused'; readonly refusal: Refusal; readonly conversationId?: Id }

export interface Operations {
  get(account: string, id: Id): Promise<Operation | undefined>
}

/** Those of one dialect; others are not there for it. */
export interface Endpoints {
  /** Those that another dialect tells; as they stand here, they are the native ones. */
  of(dialect: string): Endpoints
  create(
    ask: Ask,
    draft: {
      readonly url: string
      readonly description?: string
      readonly events?: readonly string[]
      readonly sensitive?: boolean
    },
  ): Promise<{ readonly endpoint: Endpoint; readonly secret: string } | Refused>
  change(
    ask: Ask,
    id: Id,
    change: {
      readonly url?: string
      readonly description?: string
      readonly events?: readonly string[]
      readonly status?: 'enabled' | 'disabled'
      readonly sensitive?: boolean
    },
  ): Promise<Endpoint | Refused>
  /** The old secret goes on being signed with, beside the new one, for 24 h. */
  rotate(ask: Ask, id: Id): Promise<{ readonly endpoint: Endpoint; readonly secret: string } | Refused>
  remove(ask: Ask, id: Id): Promise<Endpoint | Refused>
  get(account: string, id: Id): Promise<Endpoint | undefined>
  list(account: string): Promise<readonly Endpoint[]>
  /** Enabled endpoints of the account that want this event type; from memory, mostly at once, since every event asks. */
  wanting(account: string, eventType: string): readonly Endpoint[] | Promise<readonly Endpoint[]>
  /** The secrets to sign with now, newest first (`whsec_…`). */
  secrets(endpoint: Endpoint): readonly string[]
}

export interface Deliveries {
  list(
    account: string,
    question: {
      readonly state?: DeliveryRow['state']
      readonly target?: string
      readonly before?: Position
      readonly limit: number
    },
  ): Promise<Listed<DeliveryRow>>
  get(account: string, id: string): Promise<DeliveryRow | undefined>
  /** Sends again: one delivery, every dead or parked one, or all events of a seq range for one target. Answers with how many were queued. */
  replay(
    account: string,
    what:
      | { readonly id: string }
      | { readonly state: 'dead' | 'parked'; readonly target?: string }
      | { readonly fromSeq: number; readonly toSeq: number; readonly target?: string },
  ): Promise<{ readonly queued: number } | Refused>
}

export interface Events {
  page(
    account: string,
    after: number,
    limit: number,
  ): Promise<{ readonly items: readonly Recorded[]; readonly next: number }>
  /** Live, from `after` on; ends with the returned function. */
  follow(account: string, after: number, reader: (events: readonly Followed[]) => void | Promise<void>): () => void
  get(account: string, id: string): Promise<Followed | undefined>
  lastSeq(): number
}

export interface AccountClock {
  get(account: string): { readonly kind: 'wall' | 'test'; readonly now: Instant }
  advance(
    account: string,
    by: string,
    request: { readonly to: Instant } | { readonly byMs: number; readonly key?: string },
  ): Promise<{ readonly now: Instant; readonly fired: readonly Fired[] } | Refused>
}
