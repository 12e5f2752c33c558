import { createSecretKey, type KeyObject } from 'node:crypto'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { Conversation } from '#domain/conversation/state.ts'
import type { ConfigurationDocument } from '#domain/configuration/state.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Followed } from '#engine/api.ts'
import type { Services } from '#services/api.ts'
import type { Announcement, Announcer, Vault } from '#services/ports.ts'
import { announcementsOf, isTold } from './announcements.ts'
import { signedRequest } from './signature.ts'

export interface CallbackSources {
  readonly services: Pick<Services, 'accounts' | 'configurations'>
  readonly vault: Pick<Vault, 'hash' | 'open'>
  /** After a failed try number n; undefined: give up. */
  readonly retryAfter: (tries: number) => Milliseconds | undefined
}

const remembered = 1_000

/** Status callbacks: tells receivers what happened to a conversation (specification section 6). */
export function createCallbacks({ services, vault, retryAfter }: CallbackSources): Announcer {
  // Neither ever changes: a version of a configuration, the SID of an account.
  const documents = new Map<string, ConfigurationDocument>()
  const sids = new Map<string, string>()
  const keys = new Map<string, KeyObject>()

  async function load(followed: Followed): Promise<readonly Announcement[]> {
    const { account } = followed.recorded
    const { configuration } = followed.after as Conversation
    const [document, owner] = await Promise.all([
      services.configurations.version(account, configuration.id, configuration.version),
      services.accounts.get(account),
    ])
    if (!document || !owner) return []
    remember(documents, versionKey(followed.after as Conversation), document)
    remember(sids, account, owner.sid)
    return announcementsOf(followed, document, owner.sid, vault)
  }

  return {
    name: 'twilio',
    announcements(followed) {
      const { noun, event, account } = followed.recorded
      if (noun !== 'conversation' || !isTold(event as ConversationEvent)) return []
      const document = documents.get(versionKey(followed.after as Conversation))
      const sid = sids.get(account)
      return document && sid !== undefined ? announcementsOf(followed, document, sid, vault) : load(followed)
    },
    async request(frozen) {
      const account = await services.accounts.get(frozen.account)
      if (!account) throw new Error('The account of a callback is gone.')
      // Asked for anew each time, since it may be changed meanwhile; only its opened form is kept.
      const key = keys.get(account.sealedAuthToken) ?? createSecretKey(vault.open(account.sealedAuthToken), 'utf8')
      remember(keys, account.sealedAuthToken, key)
      return signedRequest(frozen, key, account.limits.internalTargets)
    },
    retryAfter,
  }
}

function versionKey({ configuration }: Conversation): string {
  return `${configuration.id}.${configuration.version}`
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  const oldest = map.size >= remembered && !map.has(key) ? map.keys().next().value : undefined
  if (oldest !== undefined) map.delete(oldest)
  map.set(key, value)
}
