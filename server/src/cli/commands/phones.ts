import type { Command } from 'commander'
import { jsonIn } from '../reading.ts'
import { plain, table } from '../show.ts'
import { example, type Tool } from '../tool.ts'

interface Phone {
  readonly number: string
  readonly script: readonly { readonly do: string }[]
}

const path = (number: string): string => `/simulator/phones/${encodeURIComponent(number)}`
const told = ({ number, script }: Phone): string => `${number}: ${script.map((step) => plain(step.do)).join(', ')}`

export function phoneCommands(program: Command, tool: Tool): void {
  const phones = program
    .command('phones')
    .description('what simulated telephones do when they are called')
    .addHelpText('after', example('colloquy phones list'))

  phones
    .command('list', { isDefault: true })
    .description('list the numbers that have a script of your own')
    .addHelpText('after', example('colloquy phones list'))
    .action(async (_options: unknown, command: Command) => {
      const answer = await tool.client('account', command).get<{ phones: Phone[] }>('/simulator/phones')
      tool.show(command, answer, () =>
        table(
          ['NUMBER', 'DOES'],
          answer.phones.map(({ number, script }) => [number, script.map((step) => step.do).join(', ')]),
        ),
      )
    })

  phones
    .command('set <number> <file>')
    .description('give a number (+12025550120 to +12025550199) a script, as JSON')
    .addHelpText('after', example('colloquy phones set +12025550120 script.json'))
    .action(async (number: string, file: string, _options: unknown, command: Command) => {
      const script = jsonIn(tool, file)
      const answer = await tool.client('account', command).put<Phone>(path(number), { script })
      tool.show(command, answer, () => told(answer))
    })

  phones
    .command('reset <number>')
    .description('take the script of a number away')
    .addHelpText('after', example('colloquy phones reset +12025550120'))
    .action(async (number: string, _options: unknown, command: Command) => {
      const answer = await tool.client('account', command).remove(path(number))
      tool.show(command, answer, () => `${number} is an ordinary phone again.`)
    })
}
