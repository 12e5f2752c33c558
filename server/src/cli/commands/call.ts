import type { Command } from 'commander'
import { CommandError, type Client } from '../client.ts'
import { follow, placeNow } from '../following.ts'
import { collected, dataIn, jsonIn } from '../reading.ts'
import { example, type Tool } from '../tool.ts'
import { callHeading, type ShownCall } from './calls.ts'

interface CallOptions {
  readonly agent?: string
  readonly from?: string
  readonly at?: string
  readonly with?: readonly string[]
  readonly retry: boolean
  readonly keepHours?: boolean
  readonly follow: boolean
}

export function callCommand(program: Command, tool: Tool): void {
  program
    .command('call <to>')
    .description('place a call and watch it to its end')
    .option('--agent <id>', 'who talks; may be left out where the account has one agent only')
    .option('--from <number>', 'one of your numbers; the default one if left out')
    .option('--at <time>', 'not now but then: a time ahead, with its offset (YYYY-MM-DDTHH:MM:SSZ)')
    .option('--with <name=value>', 'what the agent is told; again for more, or one JSON object', collected)
    .option('--no-retry', 'one attempt, whatever the agent says')
    .option('--keep-hours', "wait for the agent's calling hours")
    .option('--no-follow', 'do not wait: answer as soon as it is accepted')
    .addHelpText(
      'after',
      example(
        'colloquy call +12025550101 --with name=Alice',
        'colloquy call +12025550101 --agent agent_01ke28jt97kb6cq643dzvmxxqk --no-follow',
      ),
    )
    .action(async (to: string, given: CallOptions, command: Command) => {
      const data = dataIn(given.with ?? [])
      const client = tool.client('account', command)
      const agentId = given.agent ?? (await onlyAgent(client))
      const place = await placeNow(client)
      const placed = await client.post<ShownCall>('/sessions', {
        agentId,
        to,
        ...(given.from !== undefined && { from: given.from }),
        ...(given.at !== undefined && { dueAt: given.at }),
        ...(data && { data }),
        ...(given.retry ? {} : { retry: null }),
        ...(given.keepHours && { keepsHours: true }),
      })
      await watch(tool, command, client, { id: placed.id, place, follows: given.follow })
    })
}

export function callInCommand(program: Command, tool: Tool): void {
  program
    .command('call-in')
    .description('let a simulated caller call one of your numbers, and watch it')
    .requiredOption('--from <number>', 'who calls: a simulated number, +12025550100 to +12025550199')
    .requiredOption('--to <number>', 'one of your numbers, with an agent that answers it')
    .option('--script <file>', 'what the caller does, as JSON')
    .option('--no-follow', 'do not wait: answer as soon as it rings')
    .addHelpText('after', example('colloquy call-in --from +12025550101 --to +12025550100'))
    .action(async (given: { from: string; to: string; script?: string; follow: boolean }, command: Command) => {
      const client = tool.client('account', command)
      const { from, to, script } = given
      const place = await placeNow(client)
      const dialled = await client.post<{ callId: string; sessionId: string | null }>('/simulator/calls', {
        from,
        to,
        ...(script !== undefined && { script: jsonIn(tool, script) }),
      })
      if (dialled.sessionId === null)
        throw new CommandError(
          `Nobody took the call: ${to} must be one of your numbers and have an agent (colloquy numbers list).`,
          { code: 'not_taken' },
        )
      await watch(tool, command, client, { id: dialled.sessionId, place, follows: given.follow })
    })
}

interface Watched {
  readonly id: string
  readonly place: string
  readonly follows: boolean
}

/** Tells what happens to a call until it is over, then how it ended. As JSON only the last is told. */
async function watch(tool: Tool, command: Command, client: Client, { id, place, follows }: Watched): Promise<void> {
  const path = `/sessions/${encodeURIComponent(id)}`
  const isJson = tool.isJson(command)
  if (follows) {
    if (!isJson) tool.terminal.out(`${id}  (Ctrl-C stops watching; the call goes on)`)
    const clock = await client.get<{ kind: string }>('/clock')
    if (!isJson && clock.kind === 'test')
      tool.terminal.out('Its clock stands still: let time pass with "colloquy clock advance PT5M" in another terminal.')
    const tell = isJson ? () => {} : (line: string) => tool.terminal.out(line)
    await follow(client, { session: id, place, tell, ...(tool.terminal.signal && { signal: tool.terminal.signal }) })
  }
  const call = await client.get<ShownCall>(path)
  tool.show(command, call, () => callHeading(call).join('\n'))
}

/** The agent of an account that has but one. */
export async function onlyAgent(client: Client): Promise<string> {
  const { agents } = await client.get<{ agents: { id: string; name: string }[] }>('/agents', { limit: '2' })
  const [only, other] = agents
  if (only === undefined)
    throw new CommandError('There is no agent yet: make one with "colloquy agents create NAME".', { code: 'no_agent' })
  if (other !== undefined)
    throw new CommandError('Say who talks with --agent; "colloquy agents list" shows them.', { code: 'usage' })
  return only.id
}
