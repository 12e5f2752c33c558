import type { Command } from 'commander'
import { table, when } from '../show.ts'
import { example, type Tool } from '../tool.ts'

interface Slots {
  readonly limit: number
  readonly waiting: number
  readonly held: readonly {
    readonly slot: number
    readonly sessionId: string
    readonly route: string
    readonly since: string
    readonly because: string | null
  }[]
}

interface Line {
  readonly waiting: readonly {
    readonly sessionId: string
    readonly user: string
    readonly waitingFor: string | null
    readonly position: number | null
    readonly since: string | null
  }[]
  readonly more: boolean
}

export function slotsCommand(program: Command, tool: Tool): void {
  program
    .command('slots')
    .description('calls at once: the limit, who holds which slot, and who waits')
    .option('--limit <number>', 'how many of those that wait', '20')
    .addHelpText('after', example('colloquy slots'))
    .action(async ({ limit }: { limit: string }, command: Command) => {
      const client = tool.client('account', command)
      const slots = await client.get<Slots>('/slots')
      const line = await client.get<Line>('/slots/queue', { limit })
      tool.show(command, { ...slots, queue: line.waiting }, () =>
        [
          `${slots.held.length} of ${slots.limit} slots are held, ${slots.waiting} wait.`,
          ...held(slots),
          ...next(line),
        ].join('\n'),
      )
    })
}

function held({ held: slots }: Slots): string[] {
  if (slots.length === 0) return []
  const rows = slots.map(({ slot, sessionId, route, since, because }) => [
    String(slot),
    sessionId,
    route,
    when(since),
    because ?? '',
  ])
  return ['', table(['SLOT', 'CALL', 'ROUTE', 'SINCE', 'WHY'], rows)]
}

function next({ waiting, more }: Line): string[] {
  if (waiting.length === 0) return []
  const rows = waiting.map(({ position, sessionId, user, waitingFor, since }) => [
    position === null ? '' : String(position),
    sessionId,
    user,
    waitingFor ?? '',
    when(since),
  ])
  return [
    '',
    table(['NEXT', 'CALL', 'WITH', 'WAITS FOR', 'SINCE'], rows),
    ...(more ? ['… and others behind them'] : []),
  ]
}
