import { Option, type Command } from 'commander'
import { CommandError } from '../client.ts'
import { example, type Tool } from '../tool.ts'
import { eventLine, type ShownEvent } from '../show.ts'

export function eventCommand(program: Command, tool: Tool): void {
  program
    .command('events')
    .description('show what happens as it happens, until you press Ctrl-C')
    .option('--after <cursor>', 'go on after this place instead of now')
    .addOption(new Option('--from-start', 'begin with the oldest event').conflicts('after'))
    .option('--count <number>', 'stop after so many events')
    .addHelpText('after', example('colloquy --account test events', 'colloquy events --from-start --json | jq .type'))
    .action(
      async (
        { after, fromStart, count }: { after?: string; fromStart?: boolean; count?: string },
        command: Command,
      ) => {
        const most = count === undefined ? Infinity : Number(count)
        if (!(most > 0)) throw new CommandError(`--count takes a number above 0, not "${count}".`)
        const client = tool.client('account', command)
        const place = fromStart ? 'oldest' : after
        let seen = 0
        let last = place
        for await (const text of client.stream(
          '/events',
          place === undefined ? {} : { 'last-event-id': place },
          tool.terminal.signal,
        )) {
          if (text.startsWith('id: ')) last = text.slice(4)
          if (!text.startsWith('data: ')) continue
          const event = JSON.parse(text.slice(6)) as ShownEvent
          tool.terminal.out(tool.isJson(command) ? JSON.stringify(event) : eventLine(event))
          if (++seen >= most) return
        }
        throw new CommandError(`The server ended the stream.${last === undefined ? '' : ` Go on with --after ${last}`}`)
      },
    )
}
