import type { Command } from 'commander'
import { CommandError } from '../client.ts'
import { collected, jsonIn } from '../reading.ts'
import { plain, table, when } from '../show.ts'
import { example, type Tool } from '../tool.ts'

interface ShownAgent {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly speech: {
    readonly by: string
    readonly url?: string
    readonly model?: string
    readonly lines?: readonly unknown[]
  }
  readonly updatedAt: string
}

interface Written {
  readonly file?: string
  readonly welcome?: string
  readonly line?: readonly string[]
  readonly goodbye?: string
  readonly program?: string
}

export function agentCommands(program: Command, tool: Tool): void {
  const agents = program
    .command('agents')
    .description('who talks on calls')
    .addHelpText('after', example('colloquy agents list'))
  const path = (id: string) => `/agents/${encodeURIComponent(id)}`
  const told = ({ name, id, version }: ShownAgent) => `Agent "${plain(name)}" is ${id}, version ${version}.`

  agents
    .command('list', { isDefault: true })
    .description('list the agents')
    .option('--limit <number>', 'how many', '50')
    .addHelpText('after', example('colloquy agents list'))
    .action(async ({ limit }: { limit: string }, command: Command) => {
      const answer = await tool.client('account', command).get<{ agents: ShownAgent[] }>('/agents', { limit })
      tool.show(command, answer, () =>
        table(
          ['ID', 'NAME', 'VERSION', 'TALKS BY', 'SINCE'],
          answer.agents.map(({ id, name, version, speech, updatedAt }) => [
            id,
            name,
            String(version),
            speech.url ?? speech.model ?? `script of ${speech.lines?.length ?? 0}`,
            when(updatedAt),
          ]),
        ),
      )
    })

  agents
    .command('show <id>')
    .description('show an agent, whole')
    .addHelpText('after', example('colloquy agents show agent_01ke28jt97kb6cq643dzvmxxqk'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const answer = await tool.client('account', command).get<ShownAgent>(path(id))
      tool.show(command, answer, () => plainLines(JSON.stringify(answer, null, 2)))
    })

  described(agents.command('create <name>'))
    .description('make an agent: from a file, by a script of lines, or talked for by your program')
    .addHelpText(
      'after',
      example(
        'colloquy agents create Ann --welcome "Hello {name}!" --line "How can I help?" --goodbye "Goodbye."',
        'colloquy agents create Ann --program https://agent.example.com/turn',
      ),
    )
    .action(async (name: string, given: Written, command: Command) => {
      const answer = await tool.client('account', command).post<ShownAgent>('/agents', documentOf(tool, name, given))
      tool.show(command, answer, () => told(answer))
    })

  described(agents.command('write <id> <name>'))
    .description('write an agent anew; what is left out has its default again')
    .addHelpText('after', example('colloquy agents write agent_01ke28jt97kb6cq643dzvmxxqk Ann --file ann.json'))
    .action(async (id: string, name: string, given: Written, command: Command) => {
      const answer = await tool.client('account', command).put<ShownAgent>(path(id), documentOf(tool, name, given))
      tool.show(command, answer, () => told(answer))
    })

  endingCommands(agents, tool)
}

/** Deleting agents and bringing them back. */
function endingCommands(agents: Command, tool: Tool): void {
  const path = (id: string) => `/agents/${encodeURIComponent(id)}`

  agents
    .command('delete <id>')
    .description('delete an agent; it can be restored for 30 days')
    .option('--purge', 'at once and for good, its ended calls too')
    .addHelpText('after', example('colloquy agents delete agent_01ke28jt97kb6cq643dzvmxxqk'))
    .action(async (id: string, { purge }: { purge?: boolean }, command: Command) => {
      const answer = await tool.client('account', command).remove(`${path(id)}${purge ? '?purge=true' : ''}`)
      tool.show(command, answer, () => `${id} is deleted${purge ? ' for good' : ''}; its waiting calls are stopped.`)
    })

  agents
    .command('restore <id>')
    .description('bring a deleted agent back')
    .addHelpText('after', example('colloquy agents restore agent_01ke28jt97kb6cq643dzvmxxqk'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const answer = await tool.client('account', command).post<ShownAgent>(`${path(id)}/restore`)
      tool.show(command, answer, () => `Agent "${plain(answer.name)}" is back.`)
    })
}

function described(command: Command): Command {
  return command
    .option('--file <file>', 'the whole agent as JSON, as the reference has it; the other options overrule it')
    .option('--welcome <text>', 'said first; {name} is filled from the data of the call')
    .option('--line <text>', 'said after what the user says; again for more', collected)
    .option('--goodbye <text>', 'said last, then the agent hangs up')
    .option('--program <url>', 'your program, asked at every turn instead of a script')
}

function documentOf(tool: Tool, name: string, { file, welcome, line, goodbye, program }: Written): object {
  const isScript = line !== undefined || goodbye !== undefined
  if (isScript && program !== undefined)
    throw new CommandError('Either --program or --line and --goodbye: an agent talks by one of them.')
  const filed = file === undefined ? {} : (jsonIn(tool, file) as object)
  return {
    ...filed,
    name,
    ...(welcome !== undefined && { welcome }),
    ...(isScript && { speech: { by: 'script', lines: line ?? [], goodbye: goodbye ?? '' } }),
    ...(program !== undefined && { speech: { by: 'http', url: program } }),
  }
}

/** Each line without anything a terminal would obey. */
function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n')
}
