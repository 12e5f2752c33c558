import type { Command } from 'commander'
import { CommandError, type Client } from '../client.ts'
import { collected, dataIn } from '../reading.ts'
import { plain } from '../show.ts'
import { example, type Tool } from '../tool.ts'
import { onlyAgent } from './call.ts'

interface ChatOptions {
  readonly agent?: string
  readonly user: string
  readonly context?: string
  readonly with?: readonly string[]
}

interface ShownChat {
  readonly id: string
  readonly state: string
  readonly outcome: string | null
  readonly end: { readonly says: string } | null
}

interface Answered {
  readonly reply: string | null
  readonly toolCalls: readonly { readonly name: string; readonly isError: boolean }[]
  readonly widgets: readonly { readonly type: string; readonly data: object }[]
  readonly session: ShownChat
}

type Ended = ShownChat & { readonly summary?: string | null }

export function chatCommand(program: Command, tool: Tool): void {
  program
    .command('chat')
    .description('write with an agent: a line is a message, /end or the end of the input ends it')
    .option('--agent <id>', 'who answers; may be left out where the account has one agent only')
    .option('--user <name>', 'who you are', 'terminal')
    .option('--context <text>', 'what the agent is told before the first word')
    .option('--with <name=value>', 'what the agent is told; again for more, or one JSON object', collected)
    .addHelpText(
      'after',
      example(
        'colloquy chat --agent agent_01ke28jt97kb6cq643dzvmxxqk --user alice',
        'echo "When do you open?" | colloquy chat --json',
      ),
    )
    .action(async (given: ChatOptions, command: Command) => {
      const data = dataIn(given.with ?? [])
      const client = tool.client('account', command)
      const opened = await client.post<ShownChat & { readonly greeting: string | null }>('/sessions', {
        kind: 'text',
        agentId: given.agent ?? (await onlyAgent(client)),
        user: given.user,
        ...(given.context !== undefined && { context: given.context }),
        ...(data && { data }),
      })
      const tell = tool.isJson(command) ? () => {} : (line: string) => tool.terminal.out(line)
      tell(`${opened.id}  (/end ends it; Ctrl-C leaves it open)`)
      for (const line of linesOf(opened.greeting)) tell(`agent  ${line}`)
      await converse(tool, client, opened.id, tell)
      if (tool.terminal.signal?.aborted) return tell(`${opened.id} goes on.`)
      await finish(tool, command, client, opened.id)
    })
}

/** Until it is over, or nothing more is typed. */
async function converse(tool: Tool, client: Client, id: string, tell: (line: string) => void): Promise<void> {
  for await (const line of tool.terminal.input?.() ?? []) {
    if (tool.terminal.signal?.aborted || line.trim() === '/end') return
    if (line.trim() === '') continue
    const answered = await send(client, id, line, tell)
    if (answered && answered.session.state !== 'live') return
  }
}

/** An agent that cannot answer now may answer the next message. */
async function send(
  client: Client,
  id: string,
  text: string,
  tell: (line: string) => void,
): Promise<Answered | undefined> {
  try {
    const answered = await client.post<Answered>(`${pathOf(id)}/messages`, { text })
    for (const { name, isError } of answered.toolCalls)
      tell(`       (${isError ? 'failed at' : 'used'} ${plain(name)})`)
    for (const line of linesOf(answered.reply)) tell(`agent  ${line}`)
    for (const { type, data } of answered.widgets) tell(`       [${plain(type)}] ${plain(JSON.stringify(data))}`)
    return answered
  } catch (error) {
    if (!(error instanceof CommandError) || error.problem.code !== 'agent_failed') throw error
    tell(`       (${error.message})`)
    return undefined
  }
}

/** Ends it where it is not over, and says what it came to. */
async function finish(tool: Tool, command: Command, client: Client, id: string): Promise<void> {
  const present = await client.get<ShownChat>(pathOf(id))
  const isDone = present.state !== 'live' && present.outcome !== 'completed'
  const ended: Ended = isDone ? present : await client.post<Ended>(`${pathOf(id)}/hang-up`)
  const { items } = await client.get<{ items: readonly object[] }>(`${pathOf(id)}/transcript`)
  const { outcome, end, summary = null } = ended
  tool.show(command, { session: ended, summary, items }, () =>
    [
      `came to ${outcome ?? 'nothing'}${end ? `: ${end.says}` : ''}`,
      ...linesOf(summary).map((line) => `summary  ${line}`),
    ].join('\n'),
  )
}

function linesOf(text: string | null): readonly string[] {
  return text === null ? [] : text.split('\n').map(plain)
}

function pathOf(id: string): string {
  return `/sessions/${encodeURIComponent(id)}`
}
