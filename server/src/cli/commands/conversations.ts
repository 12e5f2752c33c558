import { Option, type Command } from 'commander'
import { CommandError } from '../client.ts'
import { all } from '../pages.ts'
import { example, type Tool } from '../tool.ts'
import { plain, table, told, when, type Facts } from '../show.ts'

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
  readonly data: Facts
}

type Said = NonNullable<Facts['communication']> & { readonly createdAt: string }

export function conversationCommands(program: Command, tool: Tool): void {
  const conversations = program
    .command('conversations')
    .description('list conversations and see why they are as they are')
    .addHelpText('after', example('colloquy conversations list --status active'))

  conversations
    .command('list')
    .description('list the newest conversations')
    .addOption(new Option('--status <status>', 'only those').choices(['active', 'inactive', 'closed']))
    .option('--address <address>', 'only where this address takes part')
    .option('--limit <number>', 'how many', '50')
    .option('--stuck', 'only those that nothing but the three-year limit will end')
    .addHelpText(
      'after',
      example('colloquy conversations list --address +14155550133', 'colloquy conversations list --stuck'),
    )
    .action(async (given: { status?: string; address?: string; limit: string; stuck?: boolean }, command: Command) => {
      const { status, address, limit, stuck } = given
      if (stuck && (status ?? address) !== undefined)
        throw new CommandError('--stuck goes alone: leave --status and --address out.')
      const client = tool.client('account', command)
      const answer = await client.get<{ conversations: Shown[] }>(stuck ? '/conversations/stuck' : '/conversations', {
        status,
        address,
        limit,
      })
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
      const timeline = await all<Entry>(client, `${path}/timeline`, 'timeline')
      const communications = await all<Said>(client, `${path}/communications`, 'communications')
      tool.show(command, { conversation, timeline, communications }, () => {
        const entries = [...timeline, ...communications.map(entryOf)].toSorted(
          (one, other) => Date.parse(one.at) - Date.parse(other.at),
        )
        return [...heading(conversation), '', ...entries.map(line)].join('\n')
      })
    })
}

function entryOf(communication: Said): Entry {
  return { type: 'communication', at: communication.createdAt, refused: false, data: { communication } }
}

function row({ id, status, createdAt, participants, nextTransition }: Shown): string[] {
  const parties = participants
    .flatMap(({ addresses }) => addresses.slice(0, 1).map(({ address }) => address))
    .join(', ')
  return [id, status, when(createdAt), parties, nextTransition ? `${nextTransition.to} ${when(nextTransition.at)}` : '']
}

function heading({ id, status, name, entered, nextTransition }: Shown): string[] {
  return [
    `${id}${name === null ? '' : ` "${plain(name)}"`}`,
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
  const parts = [
    when(at),
    type.padEnd(24),
    move,
    told(data),
    because === undefined ? '' : `because: ${because}`,
    by === undefined ? '' : `(${by})`,
    refused ? 'TOO LATE' : '',
  ]
  return parts
    .filter((part) => part !== '')
    .join('  ')
    .trimEnd()
}
