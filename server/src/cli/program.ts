import { Command, CommanderError, Option } from 'commander'
import { createClient, CommandError, type Where } from './client.ts'
import { accountCommands, backupCommand, keyCommands } from './commands/operator.ts'
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
  const program = createProgram(terminal)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    if (error instanceof Error && error.name === 'AbortError') return 0
    terminal.error(
      error instanceof CommandError
        ? error.message
        : `This failed unexpectedly: ${error instanceof Error ? error.message : String(error)}`,
    )
    return 1
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command('colloquy')
    .description('Watch and steer a Colloquy server from a terminal.')
    .addOption(new Option('--url <url>', 'where the server is (COLLOQUY_URL)'))
    .addOption(new Option('--key <key>', 'the key to ask with (COLLOQUY_KEY or COLLOQUY_ADMIN_KEY)'))
    .addOption(new Option('--data <dir>', "the server's data folder, where its *.env files are (COLLOQUY_DATA)"))
    .addOption(new Option('--account <name>', 'take URL and key from NAME.env of the data folder (dev)'))
    .option('--json', 'answer as JSON, for programs')
    .showHelpAfterError('(add --help for how it is used)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
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
  accountCommands(program, tool)
  keyCommands(program, tool)
  clockCommands(program, tool)
  conversationCommands(program, tool)
  eventCommand(program, tool)
  deliveryCommands(program, tool)
  backupCommand(program, tool)
  inherit(program)
  return program
}

/** Every command takes the options of all, also after its name, and shows them in its help. */
function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent)
    for (const option of parent.options)
      if (!command.options.some(({ long }) => long === option.long)) command.addOption(option)
    inherit(command)
  }
}
