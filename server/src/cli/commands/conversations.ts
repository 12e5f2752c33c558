import { Option, type Command } from 'commander'
import { CommandError } from '../client.ts'
import { example, type Tool } from '../program.ts'
import { table, told, when } from '../show.ts'

interface Shown {
  readonly id: string
  readonly status: string
  readonly name: string | null
  readonly participants: readonly { readonly addresses: readonly { readonly address: string }[] }[]
  readonly entered: { readonly because: string }
  readonly nextTransition: { readonly to: string; readonly at: string; readonly because: string } | null
  readonly createdAt: string
}

interface Entry {
  readonly type: string
  readonly at: string
  readonly from?: string | null
  readonly to?: string
  readonly by?: string
  readonly because?: string
  readonly refused: boolean
  readonly data: Readonly<Record<string, unknown>>
}

export function conversationCommands(program: Command, tool: Tool): void {
  const conversations = program.command('conversations').description('list conversations and see why they are as they are').addHelpText('after', example('colloquy conversations list --status active'))

  conversations
    .command('list')
    .description('list the newest conversations')
    .addOption(new Option('--status <status>', 'only those').choices(['active', 'inactive', 'closed']))
    .option('--address <address>', 'only where this address takes part')
    .option('--limit <number>', 'how many', '50')
    .option('--stuck', 'only those that nothing but the three-year limit will end')
    .addHelpText('after', example('colloquy conversations list --address +14155550133', 'colloquy conversations list --stuck'))
    .action(async (given: { status?: string; address?: string; limit: string; stuck?: boolean }, command: Command) => {
      const { status, address, limit, stuck } = given
      if (stuck && (status ?? address) !== undefined) throw new CommandError('--stuck goes alone: leave --status and --address out.')
      const client = tool.client('account', command)
      const answer = await client.get<{ conversations: Shown[] }>(stuck ? '/conversations/stuck' : '/conversations', { status, address, limit })
      tool.show(command, answer, () => table(['ID', 'STATUS', 'SINCE', 'WITH', 'NEXT'], answer.conversations.map(row)))
    })

  conversations
    .command('show <id>')
    .description('show a conversation with everything that happened to it')
    .addHelpText('after', example('colloquy conversations show conversation_01ke28jt97kb6cq643dzvmxxqk'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const client = tool.client('account', command)
      const path = `/conversations/${encodeURIComponent(id)}`
      const conversation = await client.get<Shown>(path)
      const timeline: Entry[] = []
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page: { timeline: Entry[]; next: string | null } = await client.get(`${path}/timeline`, { limit: '1000', cursor })
        timeline.push(...page.timeline)
        cursor = page.next
      }
      tool.show(command, { conversation, timeline }, () => [...heading(conversation), '', ...timeline.map(line)].join('\n'))
    })
}

function row({ id, status, createdAt, participants, nextTransition }: Shown): string[] {
  const parties = participants.flatMap(({ addresses }) => addresses.slice(0, 1).map(({ address }) => address)).join(', ')
  return [id, status, when(createdAt), parties, nextTransition ? `${nextTransition.to} ${when(nextTransition.at)}` : '']
}

function heading({ id, status, name, entered, nextTransition }: Shown): string[] {
  return [
    `${id}${name === null ? '' : ` "${name}"`}`,
    `is ${status}, because: ${entered.because}`,
    nextTransition
      ? `will be ${nextTransition.to} at ${when(nextTransition.at)}, because: ${nextTransition.because}`
      : status === 'closed'
        ? 'will never change'
        : 'no time will change it',
  ]
}

function line({ type, at, from, to, by, because, refused, data }: Entry): string {
  const move = to === undefined ? '' : from === null || from === undefined ? to : `${from} > ${to}`
  const parts = [when(at), type.padEnd(24), move, told(data), because === undefined ? '' : `because: ${because}`, by === undefined ? '' : `(${by})`, refused ? 'TOO LATE' : '']
  return parts.filter((part) => part !== '').join('  ').trimEnd()
}

export function clockCommands(program: Command, tool: Tool): void {
  const clock = program.command('clock').description("see an account's clock, and advance it where it is a test clock").addHelpText('after', example('colloquy --account test clock show'))

  clock
    .command('show')
    .description('what time it is for the account')
    .addHelpText('after', example('colloquy --account test clock show'))
    .action(async (_options: unknown, command: Command) => {
      const answer = await tool.client('account', command).get<{ kind: string; now: string }>('/clock')
      tool.show(command, answer, () => `${answer.now} (${answer.kind} clock)`)
    })

  clock
    .command('advance <by-or-to>')
    .description('let time pass: by a duration (PT10M) or to an instant (2026-11-21T12:00:00Z)')
    .addHelpText('after', example('colloquy --account test clock advance PT10M', 'colloquy --account test clock advance 2026-11-21T12:00:00Z'))
    .action(async (text: string, _options: unknown, command: Command) => {
      const body = /^[-+]?P/i.test(text) ? { by: text } : { to: text }
      const answer = await tool.client('account', command).post<{ now: string; fired: { conversationId: string; from: string; to: string; at: string; because: string }[] }>('/clock/advance', body)
      tool.show(command, answer, () =>
        [`It is ${answer.now}.`, ...answer.fired.map(({ conversationId, from, to, at, because }) => `${when(at)}  ${conversationId}  ${from} > ${to}  because: ${because}`)].join('\n'),
      )
    })
}

interface ShownDelivery {
  readonly id: string
  readonly state: string
  readonly eventType: string
  readonly url: string
  readonly tries: number
  readonly nextAt: string | null
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly updatedAt: string
}

export function deliveryCommands(program: Command, tool: Tool): void {
  const deliveries = program.command('deliveries').description('who has been told, who has not, and telling them again').addHelpText('after', example('colloquy deliveries list --state dead'))

  deliveries
    .command('list')
    .description('list the newest deliveries')
    .addOption(new Option('--state <state>', 'only those; dead are given up').choices(['delivered', 'parked', 'dead']))
    .option('--limit <number>', 'how many', '50')
    .addHelpText('after', example('colloquy deliveries list --state dead'))
    .action(async ({ state, limit }: { state?: string; limit: string }, command: Command) => {
      const answer = await tool.client('account', command).get<{ deliveries: ShownDelivery[] }>('/deliveries', { state, limit })
      tool.show(command, answer, () =>
        table(
          ['WHEN', 'STATE', 'EVENT', 'URL', 'TRIES', 'LAST', 'NEXT', 'ID'],
          answer.deliveries.map(({ id, state: is, eventType, url, tries, nextAt, lastStatus, lastError, updatedAt }) => [when(updatedAt), is, eventType, url, String(tries), String(lastStatus ?? lastError ?? ''), when(nextAt), id]),
        ),
      )
    })

  deliveries
    .command('replay [id]')
    .description('send a delivery again, or with --state all of them')
    .addOption(new Option('--state <state>', 'all of these').choices(['dead', 'parked']))
    .addHelpText('after', example('colloquy deliveries replay --state dead'))
    .action(async (id: string | undefined, { state }: { state?: string }, command: Command) => {
      if ((id === undefined) === (state === undefined)) throw new CommandError('Say which: the id of one delivery, or --state dead or --state parked.')
      const client = tool.client('account', command)
      const answer = id === undefined ? await client.post<{ queued: number }>('/deliveries/replay', { state }) : await client.post<{ queued: number }>(`/deliveries/${encodeURIComponent(id)}/replay`)
      tool.show(command, answer, () => `${answer.queued} will be sent again.`)
    })
}
