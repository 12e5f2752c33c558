import { Command, CommanderError, Option } from 'commander'
import { createClient, CommandError, type Where } from './client.ts'
import { agentCommands } from './commands/agents.ts'
import { batchCommands } from './commands/batch.ts'
import { callCommand, callInCommand } from './commands/call.ts'
import { callsCommands, steeringCommands } from './commands/calls.ts'
import { mailCommand, mailsCommand } from './commands/mail.ts'
import { numberCommands } from './commands/numbers.ts'
import { accountCommands, backupCommand, keyCommands, walletCommand } from './commands/operator.ts'
import { peopleCommands } from './commands/people.ts'
import { phoneCommands } from './commands/phones.ts'
import { slotsCommand } from './commands/slots.ts'
import { chatCommand } from './commands/chat.ts'
import { clockCommands } from './commands/clock.ts'
import { conversationCommands } from './commands/conversations.ts'
import { deliveryCommands } from './commands/deliveries.ts'
import { eventCommand } from './commands/events.ts'
import { example, type Terminal, type Tool } from './tool.ts'

/** Runs one command line; answers with the exit code. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  if (argv[0] === 'serve') {
    await terminal.serve(argv.slice(1))
    return 0
  }
  const asksForJson = argv.includes('--json')
  const program = createProgram(terminal, asksForJson)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return 0
    const isMisuse = error instanceof CommanderError
    if (isMisuse && (error.exitCode === 0 || !asksForJson)) return error.exitCode
    terminal.error(asksForJson ? JSON.stringify({ error: asProblem(error) }) : asSentence(error))
    return isMisuse ? error.exitCode : 1
  }
}

function asSentence(error: unknown): string {
  if (error instanceof CommandError) return error.message
  return `This failed unexpectedly: ${error instanceof Error ? error.message : String(error)}`
}

/** What went wrong, for programs that asked for JSON. */
function asProblem(error: unknown): object {
  if (error instanceof CommandError) return { code: 'usage', message: error.message, ...error.problem }
  if (!(error instanceof CommanderError)) return { code: 'failed', message: asSentence(error) }
  const isHelp = error.code === 'commander.help'
  return { code: 'usage', message: isHelp ? 'Say which command; --help lists them.' : plainly(error.message) }
}

function plainly(message: string): string {
  return message.replace(/^error: /, '')
}

function createProgram(terminal: Terminal, asksForJson: boolean): Command {
  const program = new Command('colloquy')
    .description('Watch and steer a Colloquy server from a terminal.')
    .addOption(new Option('--url <url>', 'where the server is (COLLOQUY_URL)'))
    .addOption(new Option('--key <key>', 'the key to ask with (COLLOQUY_KEY or COLLOQUY_ADMIN_KEY)'))
    .addOption(new Option('--data <dir>', "the server's data folder, where its *.env files are (COLLOQUY_DATA)"))
    .addOption(new Option('--account <name>', 'take URL and key from NAME.env of the data folder (dev)'))
    .option('--json', 'answer as JSON, for programs; errors too')
    .showHelpAfterError('(add --help for how it is used)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      // What is wrong is then told once, as JSON.
      writeErr: (text) => asksForJson || terminal.error(text.trimEnd()),
    })
    .addHelpText('after', example('colloquy --account test clock advance PT10M'))
  const tool: Tool = {
    terminal,
    client: (who, command) => createClient(who, command.optsWithGlobals<Where>(), terminal.settings),
    isJson: (command) => command.optsWithGlobals<{ json?: boolean }>().json === true,
    show: (command, answer, words) => terminal.out(tool.isJson(command) ? JSON.stringify(answer, null, 2) : words()),
  }
  program
    .command('serve')
    .description('start the server; --help lists its options')
    .helpOption(false)
    .addHelpText('after', example('colloquy serve --port 8080'))
  for (const commands of all) commands(program, tool)
  inherit(program)
  return program
}

const all: readonly ((program: Command, tool: Tool) => void)[] = [
  callCommand,
  callInCommand,
  chatCommand,
  callsCommands,
  steeringCommands,
  mailCommand,
  mailsCommand,
  agentCommands,
  numberCommands,
  batchCommands,
  slotsCommand,
  phoneCommands,
  conversationCommands,
  eventCommand,
  clockCommands,
  deliveryCommands,
  keyCommands,
  accountCommands,
  peopleCommands,
  walletCommand,
  backupCommand,
]

/** Every command takes the options of all, also after its name, and shows them in its help. */
function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent)
    for (const option of parent.options)
      if (!command.options.some(({ long }) => long === option.long)) command.addOption(option)
    inherit(command)
  }
}
