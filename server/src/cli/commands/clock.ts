import type { Command } from 'commander'
import { when } from '../show.ts'
import { example, type Tool } from '../tool.ts'

interface Fired {
  readonly conversationId?: string
  readonly sessionId?: string
  readonly batchId?: string
  readonly from: string
  readonly to: string
  readonly at: string
  readonly because: string
}

export function clockCommands(program: Command, tool: Tool): void {
  const clock = program
    .command('clock')
    .description("see an account's clock, and advance it where it is a test clock")
    .addHelpText('after', example('colloquy --account test clock show'))

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
    .description('let time pass: by a duration (PT10M) or to a time ahead (YYYY-MM-DDTHH:MM:SSZ)')
    .addHelpText(
      'after',
      example('colloquy --account test clock advance PT10M', 'colloquy --account test clock advance P1D'),
    )
    .action(async (text: string, _options: unknown, command: Command) => {
      const body = /^[-+]?P/i.test(text) ? { by: text } : { to: text }
      const answer = await tool.client('account', command).post<{
        now: string
        fired: Fired[]
      }>('/clock/advance', body)
      tool.show(command, answer, () =>
        [
          `It is ${answer.now}.`,
          ...answer.fired.map(
            ({ conversationId, sessionId, batchId, from, to, at, because }) =>
              `${when(at)}  ${conversationId ?? sessionId ?? batchId ?? ''}  ${from} > ${to}  because: ${because}`,
          ),
        ].join('\n'),
      )
    })
}
