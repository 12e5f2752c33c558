import { Option, type Command } from 'commander'
import { example, type Tool } from '../tool.ts'
import { table, when } from '../show.ts'

interface ShownPerson {
  readonly id: string
  readonly name: string
  readonly tokens: readonly { readonly id: string; readonly name: string; readonly revokedAt: string | null }[]
  readonly memberships: readonly { readonly account: string; readonly role: string }[]
  readonly createdAt: string
}

interface NewToken {
  readonly token: { readonly id: string }
  readonly bearer: string
}

/** Ids go into paths as they are typed. */
const path = (...parts: readonly string[]): string => `/people/${parts.map(encodeURIComponent).join('/')}`

export function peopleCommands(program: Command, tool: Tool): void {
  const people = program
    .command('people')
    .description('people, their tokens and what they are in which account (needs the admin key)')
    .addHelpText('after', example('colloquy people list'))
  people
    .command('create <name>')
    .description('make a person')
    .addHelpText('after', example('colloquy people create alice'))
    .action(async (name: string, _options: unknown, command: Command) => {
      const made = await tool.client('admin', command).post<ShownPerson>('/people', { name })
      tool.show(command, made, () => `${made.id}\nNext: colloquy people join ${made.id} <account-id> --role viewer`)
    })
  people
    .command('list')
    .description('list the people')
    .addHelpText('after', example('colloquy people list'))
    .action(async (_options: unknown, command: Command) => {
      const client = tool.client('admin', command)
      const all: ShownPerson[] = []
      for (let cursor: string | null | undefined; cursor !== null;) {
        const query = { limit: '1000', cursor }
        const page: { people: ShownPerson[]; next: string | null } = await client.get('/people', query)
        all.push(...page.people)
        cursor = page.next
      }
      tool.show(command, { people: all }, () => table(['NAME', 'ID', 'MEMBER OF', 'TOKENS', 'SINCE'], all.map(row)))
    })
  people
    .command('remove <id>')
    .description('remove a person with all tokens, at once and for good')
    .addHelpText('after', example('colloquy people remove person_01ke28jt97kb6cq643dzvmxxqk'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const answer = await tool.client('admin', command).remove(path(id))
      tool.show(command, answer, () => `${id} is removed.`)
    })
  membershipCommands(people, tool)
  tokenCommands(people, tool)
}

function membershipCommands(people: Command, tool: Tool): void {
  people
    .command('join <id> <account-id>')
    .description('make a person a member of an account, or change what they are there')
    .addOption(
      new Option('--role <role>', 'admin: may do nearly everything; viewer: may read')
        .choices(['admin', 'viewer'])
        .default('viewer'),
    )
    .addHelpText('after', example('colloquy people join person_01ke… account_01ke… --role admin'))
    .action(async (id: string, account: string, { role }: { role: string }, command: Command) => {
      const answer = await tool.client('admin', command).put(path(id, 'memberships', account), { role })
      tool.show(command, answer, () => `${id} is ${role} of ${account}.`)
    })
  people
    .command('leave <id> <account-id>')
    .description('end a membership')
    .addHelpText('after', example('colloquy people leave person_01ke… account_01ke…'))
    .action(async (id: string, account: string, _options: unknown, command: Command) => {
      const answer = await tool.client('admin', command).remove(path(id, 'memberships', account))
      tool.show(command, answer, () => `${id} is no member of ${account} any more.`)
    })
}

function tokenCommands(people: Command, tool: Tool): void {
  people
    .command('token <id>')
    .description('make a token for a person; its secret is shown once')
    .option('--name <name>', 'what it is for', 'unnamed')
    .option('--expires <time>', 'when it becomes worthless, like 2027-01-01T00:00:00Z')
    .addHelpText('after', example('colloquy people token person_01ke… --name laptop'))
    .action(async (id: string, { name, expires }: { name: string; expires?: string }, command: Command) => {
      const draft = { name, ...(expires !== undefined && { expiresAt: expires }) }
      const made = await tool.client('admin', command).post<NewToken>(path(id, 'tokens'), draft)
      const words = `Token ${made.token.id} was made. It is shown now and never again.\nANYREACH_TOKEN=${made.bearer}`
      tool.show(command, made, () => words)
    })
  people
    .command('revoke <id> <token-id>')
    .description('make a token worthless, at once and for ever')
    .addHelpText('after', example('colloquy people revoke person_01ke… 0123456789abcdef0123456789abcdef'))
    .action(async (id: string, token: string, _options: unknown, command: Command) => {
      const answer = await tool.client('admin', command).remove(path(id, 'tokens', token))
      tool.show(command, answer, () => `Token ${token} is revoked.`)
    })
}

function row({ name, id, memberships, tokens, createdAt }: ShownPerson): readonly string[] {
  const member = memberships.map(({ account, role }) => `${role} of ${account}`).join(', ')
  const good = tokens.filter(({ revokedAt }) => revokedAt === null).length
  return [name, id, member, String(good), when(createdAt)]
}
