import type { Handle, Key } from '../../noun.ts'
import type { MailEvent } from './events.ts'

/** What a mail of ours is found by for ever: its Message-ID. */
export function messageHandle(messageId: string): Handle {
  return { kind: 'message_id', key: messageId }
}

/** A Message-ID, ours or the user's, is used up by one mail of a session. */
export function mailKey(messageId: string): Key {
  return { use: 'once', kind: 'mail', key: messageId }
}

/** The user's mail of this place among those that want an answer. */
export function turnKey(turn: number): Key {
  return { use: 'once', kind: 'mail_turn', key: `${turn}` }
}

export function mailKeys(event: MailEvent): readonly Key[] {
  switch (event.type) {
    case 'mail.composed':
      return [{ use: 'find', ...messageHandle(event.messageId) }, mailKey(event.messageId)]
    case 'mail.received': {
      const { messageId, turn } = event
      return [...(messageId === undefined ? [] : [mailKey(messageId)]), ...(turn === undefined ? [] : [turnKey(turn)])]
    }
    case 'mail.due':
    case 'mail.turn_due':
    case 'mail.settled':
      return []
  }
}
