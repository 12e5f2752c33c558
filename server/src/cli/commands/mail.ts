import type { Command } from 'commander'
import { collected, dataIn } from '../reading.ts'
import { plain, when } from '../show.ts'
import { example, type Tool } from '../tool.ts'
import { onlyAgent } from './call.ts'
import { callHeading, type ShownCall } from './calls.ts'

interface MailOptions {
  readonly agent?: string
  readonly to: string
  readonly user?: string
  readonly from?: string
  readonly subject?: string
  readonly with?: readonly string[]
}

interface ShownMail {
  readonly messageId: string
  readonly inReplyTo: string | null
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly at: string
}

export function mailCommand(program: Command, tool: Tool): void {
  program
    .command('mail')
    .description('let an agent write a mail, and answer what comes back')
    .requiredOption('--to <address>', 'where the mail goes')
    .option('--agent <id>', 'who writes; may be left out where the account has one agent only')
    .option('--user <name>', 'your name of whoever it goes to; the address if left out')
    .option('--from <address>', "whom it is from; the agent's own address if left out")
    .option('--subject <text>', "the agent's own if left out")
    .option('--with <name=value>', 'what the agent is told; again for more, or one JSON object', collected)
    .addHelpText('after', example('colloquy mail --to alice@example.com --from shop@example.com --with name=Alice'))
    .action(async ({ to, user = to, from, subject, ...given }: MailOptions, command: Command) => {
      const data = dataIn(given.with ?? [])
      const client = tool.client('account', command)
      const opened = await client.post<ShownCall>('/sessions', {
        kind: 'email',
        agentId: given.agent ?? (await onlyAgent(client)),
        user,
        to,
        ...(from !== undefined && { from }),
        ...(subject !== undefined && { subject }),
        ...(data && { data }),
      })
      tool.show(command, opened, () => callHeading(opened).join('\n'))
    })
}

export function mailsCommand(program: Command, tool: Tool): void {
  program
    .command('mails')
    .description('look at the mail of a server that sends none, the newest first')
    .addHelpText('after', example('colloquy mails'))
    .action(async (_options: unknown, command: Command) => {
      const answer = await tool.client('account', command).get<{ mails: ShownMail[] }>('/mails')
      tool.show(command, answer, () =>
        answer.mails.length === 0 ? 'Nothing was mailed yet.' : answer.mails.map(mailText).join('\n\n'),
      )
    })
}

function mailText({ messageId, inReplyTo, from, to, subject, text, at }: ShownMail): string {
  return [
    `${when(at)}  ${plain(messageId)}${inReplyTo === null ? '' : ` in reply to ${plain(inReplyTo)}`}`,
    `${plain(from)} to ${plain(to)}: ${plain(subject)}`,
    ...text.split(/\r?\n/).map((line) => `  ${plain(line)}`),
  ].join('\n')
}
