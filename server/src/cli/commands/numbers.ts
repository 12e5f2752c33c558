import type { Command } from 'commander'
import { table } from '../show.ts'
import { example, type Tool } from '../tool.ts'

interface ShownNumber {
  readonly id: string
  readonly number: string
  readonly agentId: string | null
  readonly route: string
  readonly isDefault: boolean
}

export function numberCommands(program: Command, tool: Tool): void {
  const numbers = program
    .command('numbers')
    .description("the account's own telephone numbers, and who answers them")
    .addHelpText('after', example('colloquy numbers list'))
  const path = (id: string) => `/phone-numbers/${encodeURIComponent(id)}`
  const told = ({ number, id, agentId, isDefault }: ShownNumber) =>
    `${number} (${id}) is ${agentId === null ? 'answered by nobody' : `answered by ${agentId}`}${isDefault ? '; calls come from it by default' : ''}.`

  numbers
    .command('list', { isDefault: true })
    .description('list the numbers')
    .addHelpText('after', example('colloquy numbers list'))
    .action(async (_options: unknown, command: Command) => {
      const answer = await tool.client('account', command).get<{ phoneNumbers: ShownNumber[] }>('/phone-numbers')
      tool.show(command, answer, () =>
        table(
          ['NUMBER', 'ID', 'ANSWERED BY', 'ROUTE', 'DEFAULT'],
          answer.phoneNumbers.map(({ number, id, agentId, route, isDefault }) => [
            number,
            id,
            agentId ?? '',
            route,
            isDefault ? 'yes' : '',
          ]),
        ),
      )
    })

  numbers
    .command('add <number>')
    .description('add a number, in E.164 form')
    .option('--agent <id>', 'who answers calls to it')
    .option('--route <route>', 'the carrier route it belongs to')
    .option('--default', 'calls that name no number come from it')
    .addHelpText('after', example('colloquy numbers add +12025550101 --agent agent_01ke28jt97kb6cq643dzvmxxqk'))
    .action(async (number: string, given: { agent?: string; route?: string; default?: boolean }, command: Command) => {
      const { agent, route, default: isDefault } = given
      const answer = await tool.client('account', command).post<ShownNumber>('/phone-numbers', {
        number,
        ...(agent !== undefined && { agentId: agent }),
        ...(route !== undefined && { route }),
        ...(isDefault && { isDefault }),
      })
      tool.show(command, answer, () => told(answer))
    })

  numbers
    .command('attach <id> [agent-id]')
    .description('say which agent answers calls to a number; none: nobody does')
    .addHelpText(
      'after',
      example('colloquy numbers attach number_01ke28jt97kb6cq643dzvmxxqk agent_01ke28jt97kb6cq643dzvmxxqk'),
    )
    .action(async (id: string, agent: string | undefined, _options: unknown, command: Command) => {
      const answer = await tool.client('account', command).patch<ShownNumber>(path(id), { agentId: agent ?? null })
      tool.show(command, answer, () => told(answer))
    })

  numbers
    .command('remove <id>')
    .description('give a number up')
    .addHelpText('after', example('colloquy numbers remove number_01ke28jt97kb6cq643dzvmxxqk'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const answer = await tool.client('account', command).remove(path(id))
      tool.show(command, answer, () => `${id} is removed.`)
    })
}
