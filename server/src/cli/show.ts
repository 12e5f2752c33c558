/** Rows under a heading, in columns as wide as they must be. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '(none)'
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n')
}

/** `2026-11-20T09:05:00.000Z` to `2026-11-20 09:05:00`. */
export function when(instant: unknown): string {
  return typeof instant === 'string' ? instant.replace('T', ' ').replace(/(\.000)?Z$/, '') : ''
}

/** An event as one line for people. */
export function eventLine({ type, time, subject, data }: Readonly<Record<string, unknown>>): string {
  const facts = data as Readonly<Record<string, unknown>>
  return [when(time), String(type).padEnd(24), String(subject), told(facts)].join('  ').trimEnd()
}

/** What an event says, in a few words. */
export function told(facts: Readonly<Record<string, unknown>>): string {
  const words: string[] = []
  const communication = facts['communication'] as { author: Party; recipients: Party[]; content: { text: string } } | undefined
  if (communication) {
    const to = communication.recipients.map(({ address }) => address).join(', ')
    words.push(`${communication.author.channel} ${communication.author.address} > ${to}: ${shortened(communication.content.text)}`)
  }
  const participant = facts['participant'] as { type: string; name: string; addresses: Party[] } | undefined
  if (participant) words.push(`${participant.type} ${participant.name} ${participant.addresses.map(({ address }) => address).join(', ')}`.replace(/ +/g, ' '))
  if (facts['to'] !== undefined && facts['from'] !== undefined) words.push(`${String(facts['from'])} > ${String(facts['to'])}`)
  if (facts['what'] !== undefined) words.push(String(facts['what']))
  if (facts['callSid'] !== undefined) words.push(`call ${String(facts['callSid'])}`)
  if (facts['because'] !== undefined) words.push(`because: ${String(facts['because'])}`)
  return words.join('  ')
}

interface Party {
  readonly channel: string
  readonly address: string
}

/** On one line, and without anything a terminal would obey. */
function shortened(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
  return plain.length > 80 ? `${plain.slice(0, 79)}…` : plain
}
