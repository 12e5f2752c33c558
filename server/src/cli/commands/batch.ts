import type { Command } from 'commander'
import { basename } from 'node:path'
import { collected, fileIn } from '../reading.ts'
import { plain, table, when } from '../show.ts'
import { example, type Tool } from '../tool.ts'

interface ShownBatch {
  readonly id: string
  readonly status: string
  readonly fileName: string
  readonly rows: number
  readonly valid: number
  readonly ended: number
  readonly dueAt: string | null
  readonly createdAt: string
  readonly sessions?: readonly { readonly state: string; readonly outcome: string | null; readonly count: number }[]
}

interface DryRun {
  readonly dial: number
  readonly wait: readonly { readonly because: string; readonly count: number; readonly until: string | null }[]
  readonly skip: readonly { readonly because: string; readonly count: number }[]
}

const one = 'batch_01ke28jt97kb6cq643dzvmxxqk'
const path = (id: string): string => `/batches/${encodeURIComponent(id)}`

export function batchCommands(program: Command, tool: Tool): void {
  const batch = program
    .command('batch')
    .description('many calls from one list')
    .addHelpText('after', example('colloquy batch create people.csv --agent agent_01ke28jt97kb6cq643dzvmxxqk'))
  makingCommands(batch, tool)
  readingCommands(batch, tool)
  runningCommands(batch, tool)
}

function makingCommands(batch: Command, tool: Tool): void {
  batch
    .command('create <file>')
    .description('make a batch from a CSV file; nothing is dialled before it is scheduled')
    .requiredOption('--agent <id>', 'who talks')
    .option('--from <number>', 'one of your numbers; again for more, which are used in turn', collected)
    .option('--column <name>', 'the column that holds the numbers', 'to')
    .addHelpText('after', example('colloquy batch create people.csv --agent agent_01ke28jt97kb6cq643dzvmxxqk'))
    .action(
      async (file: string, given: { agent: string; from?: readonly string[]; column: string }, command: Command) => {
        const { agent: agentId, from = [], column } = given
        const query = new URLSearchParams({ agentId, column, fileName: basename(file) })
        for (const number of from) query.append('from', number)
        const client = tool.client('account', command)
        const answer = await client.send<ShownBatch>(`/batches?${query.toString()}`, 'text/csv', fileIn(tool, file))
        const { id, rows, valid } = answer
        tool.show(command, answer, () =>
          [
            `${id} has ${valid} calls of ${rows} rows.`,
            ...(valid < rows ? [`See what is wrong with the others: colloquy batch rejected ${id}`] : []),
            ...(valid > 0 ? [`Start it: colloquy batch schedule ${id}`] : []),
          ].join('\n'),
        )
      },
    )

  batch
    .command('rejected <id>')
    .description('list the rows that cannot be called, and why')
    .addHelpText('after', example(`colloquy batch rejected ${one}`))
    .action(async (id: string, _options: unknown, command: Command) => {
      const answer = await tool
        .client('account', command)
        .get<{ rejected: { row: number; because: string; line: string | null }[] }>(`${path(id)}/rejected`)
      tool.show(command, answer, () =>
        table(
          ['ROW', 'WHY', 'LINE'],
          answer.rejected.map(({ row, because, line }) => [String(row), because, line ?? '']),
        ),
      )
    })
}

function readingCommands(batch: Command, tool: Tool): void {
  batch
    .command('list')
    .description('list the newest batches')
    .option('--agent <id>', 'only those of this agent')
    .option('--limit <number>', 'how many', '50')
    .addHelpText('after', example('colloquy batch list'))
    .action(async ({ agent, limit }: { agent?: string; limit: string }, command: Command) => {
      const answer = await tool
        .client('account', command)
        .get<{ batches: ShownBatch[] }>('/batches', { agentId: agent, limit })
      tool.show(command, answer, () =>
        table(
          ['ID', 'STATUS', 'FILE', 'CALLS', 'ENDED', 'DUE', 'SINCE'],
          answer.batches.map(({ id, status, fileName, valid, ended, dueAt, createdAt }) => [
            id,
            status,
            fileName,
            String(valid),
            String(ended),
            when(dueAt),
            when(createdAt),
          ]),
        ),
      )
    })

  batch
    .command('show <id>')
    .description('how a batch stands')
    .addHelpText('after', example(`colloquy batch show ${one}`))
    .action(async (id: string, _options: unknown, command: Command) => {
      const answer = await tool.client('account', command).get<ShownBatch>(path(id))
      tool.show(command, answer, () => heading(answer).join('\n'))
    })

  batch
    .command('dry-run <id>')
    .description('what would happen if it started now; nothing does')
    .addHelpText('after', example(`colloquy batch dry-run ${one}`))
    .action(async (id: string, _options: unknown, command: Command) => {
      const answer = await tool.client('account', command).get<DryRun>(`${path(id)}/dry-run`)
      tool.show(command, answer, () =>
        [
          `${answer.dial} would be dialled`,
          ...answer.wait.map(
            ({ because, count, until }) =>
              `${count} would wait, because: ${because}${until === null ? '' : `, until ${when(until)}`}`,
          ),
          ...answer.skip.map(({ because, count }) => `${count} would be skipped, because: ${because}`),
        ].join('\n'),
      )
    })
}

function runningCommands(batch: Command, tool: Tool): void {
  batch
    .command('schedule <id>')
    .description('start a batch now, or at a time')
    .option('--at <time>', 'not now but then: a time ahead, with its offset (YYYY-MM-DDTHH:MM:SSZ)')
    .option('--any-hour', "do not wait for the agent's calling hours")
    .addHelpText('after', example(`colloquy batch schedule ${one}`))
    .action(async (id: string, { at, anyHour }: { at?: string; anyHour?: boolean }, command: Command) => {
      const answer = await tool.client('account', command).post<ShownBatch>(`${path(id)}/schedule`, {
        ...(at !== undefined && { dueAt: at }),
        ...(anyHour && { keepsHours: false }),
      })
      tool.show(command, answer, () => heading(answer).join('\n'))
    })

  batch
    .command('stop <id>')
    .description('stop a batch: what has not been dialled is stopped, live calls finish')
    .option('--hang-up', 'end live calls, too')
    .addHelpText('after', example(`colloquy batch stop ${one}`))
    .action(async (id: string, { hangUp }: { hangUp?: boolean }, command: Command) => {
      const answer = await tool
        .client('account', command)
        .post<ShownBatch>(`${path(id)}/stop`, { hangUp: hangUp === true })
      tool.show(command, answer, () => heading(answer).join('\n'))
    })

  batch
    .command('delete <id>')
    .description('delete a batch; its calls stay')
    .addHelpText('after', example(`colloquy batch delete ${one}`))
    .action(async (id: string, _options: unknown, command: Command) => {
      const answer = await tool.client('account', command).remove(path(id))
      tool.show(command, answer, () => `${id} is deleted.`)
    })
}

function heading({ id, status, fileName, rows, valid, ended, dueAt, sessions = [] }: ShownBatch): string[] {
  return [
    `${id} "${plain(fileName)}" is ${status}${dueAt === null ? '' : `, due ${when(dueAt)}`}`,
    `${valid} calls of ${rows} rows, ${ended} have ended`,
    ...sessions.map(({ state, outcome, count }) => `${count} ${state}${outcome === null ? '' : ` (${outcome})`}`),
  ]
}
