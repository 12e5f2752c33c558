/** Rows under a heading, in columns as wide as they must be. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '(none)'
  const all = [head, ...rows.map((row) => row.map(plain))]
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `2026-11-20T09:05:00.000Z` to `2026-11-20 09:05:00`. */
export function when(instant: unknown): string {
  return typeof instant === 'string' ? instant.replace('T', ' ').replace(/(\.000)?Z$/, '') : ''
}

/** An event as one line for people. */
export function eventLine({ type, time, subject, data }: ShownEvent): string {
  return [when(time), type.padEnd(24), subject, told(data)].join('  ').trimEnd()
}

export interface ShownEvent {
  readonly type: string
  readonly time: string
  readonly subject: string
  readonly data: Facts
}

/** What an event says, in a few words. */
export function told(facts: Facts): string {
  const words: string[] = []
  const { communication, participant, from, to, what, callSid, because } = facts
  if (communication) {
    const { author, recipients, content } = communication
    words.push(
      `${author.channel} ${author.address} > ${recipients.map(({ address }) => address).join(', ')}: ${shortened(content.text)}`,
    )
  }
  if (participant) {
    const addresses = participant.addresses.map(({ address }) => address)
    words.push([participant.type, participant.name, addresses.join(', ')].filter((word) => word !== '').join(' '))
  }
  if (to !== undefined && typeof from === 'string') words.push(`${from} > ${to}`)
  if (what !== undefined) words.push(what)
  if (callSid !== undefined) words.push(`call ${callSid}`)
  if (because !== undefined) words.push(`because: ${because}`)
  return plain(words.join('  '))
}

/** What the data of an event may hold, as far as it is shown. */
export interface Facts {
  readonly communication?: {
    readonly author: Party
    readonly recipients: readonly Party[]
    readonly content: { readonly text: string }
  }
  readonly participant?: { readonly type: string; readonly name: string; readonly addresses: readonly Party[] }
  readonly from?: string | null
  readonly to?: string
  readonly what?: string
  readonly callSid?: string
  readonly because?: string
}

interface Party {
  readonly channel: string
  readonly address: string
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

/** On one line, and without anything a terminal would obey: what people wrote goes to the operator's screen. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
}
