import { messageIdsIn } from '#services/mails/threads.ts'

interface Given {
  readonly messageId: string | undefined
  readonly inReplyTo: string | undefined
  readonly references: string | readonly string[] | undefined
  readonly subject: string | undefined
  readonly autoSubmitted: string | undefined
}

/** The headers of a mail in our words. Of several it answers (RFC 5322 section 3.6.4) the last one counts, the others are named with the rest. */
export function mailFields({ messageId, inReplyTo, references, subject, autoSubmitted }: Given) {
  const named = messageIdsIn([references ?? []].flat().join(' '))
  const answered = messageIdsIn(inReplyTo ?? '')
  const all = [...answered.slice(0, -1), ...named]
  return {
    messageId: messageId === undefined ? undefined : `<${messageId.replace(/[<>\s]/g, '')}>`,
    inReplyTo: answered.at(-1),
    references: all.length > 0 ? all : undefined,
    subject: subject
      ?.replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .slice(0, 998),
    autoSubmitted,
  }
}
