import { isId, type Id } from '#domain/vocabulary/id.ts'

/** How many mails of a thread are named: its first, and the newest. */
const mostReferences = 50

/** A name that no mail ever had and none will have; whose session it is can be read off it. */
export function messageIdOf(mail: Id, session: Id, domain: string): string {
  return `<${mail}.${session}@${domain}>`
}

/** Whether it has the form of ours. */
export function isOurs(messageId: string): boolean {
  const [, mail = '', session = ''] = /^<([0-9a-z]{26})\.([0-9a-z]{26})@[^<>@\s]+>$/.exec(messageId) ?? []
  return isId(mail) && isId(session)
}

/** The Message-IDs in a header: those in angle brackets; where there are none, the one that stands there without. */
export function messageIdsIn(header: string): readonly string[] {
  const bracketed = header.match(/<[^<>\s]+>/g)
  if (bracketed) return bracketed
  return header
    .split(/\s+/)
    .filter((word) => /^[^<>\s]+@[^<>\s]+$/.test(word))
    .map((word) => `<${word}>`)
}

/** Of a mail that came: its own name, where it has one, and those it names, oldest first. */
export interface Parent {
  readonly messageId?: string
  readonly references?: readonly string[]
  readonly subject?: string
}

/** What an answer to a mail says of it (RFC 5322 section 3.6.4). One without a name of its own is answered as what it answers. */
export function threadAfter({ messageId, references = [] }: Parent): {
  readonly inReplyTo?: string
  readonly references?: readonly string[]
} {
  const named = messageId === undefined ? references : [...references.filter((one) => one !== messageId), messageId]
  const inReplyTo = named.at(-1)
  return inReplyTo === undefined ? {} : { inReplyTo, references: shortened(named) }
}

/** What a mail names, oldest first: its References, or else its In-Reply-To, which then says the same. */
export function referencesOf({
  inReplyTo,
  references = [],
}: {
  readonly inReplyTo?: string
  readonly references?: readonly string[]
}): readonly string[] {
  const named = inReplyTo === undefined || references.includes(inReplyTo) ? references : [...references, inReplyTo]
  return shortened(named)
}

function shortened(named: readonly string[]): readonly string[] {
  const [first] = named
  if (first === undefined || named.length <= mostReferences) return named
  return [first, ...named.slice(1 - mostReferences)]
}

/** RFC 5322 section 3.6.5: one "Re: ", however often it was answered. */
export function replySubject(subject: string): string {
  const bare = subject.replace(/^(?:\s*re(?:\[\d+\])?\s*:)+\s*/i, '')
  return `Re: ${bare}`.trim().slice(0, 998)
}
