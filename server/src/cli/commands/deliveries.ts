import { Option, type Command } from 'commander'
import { CommandError } from '../client.ts'
import { table, when } from '../show.ts'
import { example, type Tool } from '../tool.ts'

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
  const deliveries = program
    .command('deliveries')
    .description('who has been told, who has not, and telling them again')
    .addHelpText('after', example('colloquy deliveries list --state dead'))

  deliveries
    .command('list')
    .description('list the newest deliveries')
    .addOption(new Option('--state <state>', 'only those; dead are given up').choices(['delivered', 'parked', 'dead']))
    .option('--limit <number>', 'how many', '50')
    .addHelpText('after', example('colloquy deliveries list --state dead'))
    .action(async ({ state, limit }: { state?: string; limit: string }, command: Command) => {
      const answer = await tool
        .client('account', command)
        .get<{ deliveries: ShownDelivery[] }>('/deliveries', { state, limit })
      tool.show(command, answer, () =>
        table(
          ['WHEN', 'STATE', 'EVENT', 'URL', 'TRIES', 'LAST', 'NEXT', 'ID'],
          answer.deliveries.map(
            ({ id, state: is, eventType, url, tries, nextAt, lastStatus, lastError, updatedAt }) => [
              when(updatedAt),
              is,
              eventType,
              url,
              String(tries),
              String(lastStatus ?? lastError ?? ''),
              when(nextAt),
              id,
            ],
          ),
        ),
      )
    })

  deliveries
    .command('replay [id]')
    .description('send a delivery again, or with --state all of them')
    .addOption(new Option('--state <state>', 'all of these').choices(['dead', 'parked']))
    .addHelpText('after', example('colloquy deliveries replay --state dead'))
    .action(async (id: string | undefined, { state }: { state?: string }, command: Command) => {
      if ((id === undefined) === (state === undefined))
        throw new CommandError('Say which: the id of one delivery, or --state dead or --state parked.')
      const client = tool.client('account', command)
      const answer =
        id === undefined
          ? await client.post<{ queued: number }>('/deliveries/replay', { state })
          : await client.post<{ queued: number }>(`/deliveries/${encodeURIComponent(id)}/replay`)
      tool.show(command, answer, () => `${answer.queued} will be sent again.`)
    })
}
