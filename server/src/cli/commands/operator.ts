import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { anyreachKey } from '#dialects/anyreach/credentials/keys.ts'
import { numberIn } from '../reading.ts'
import { example, type Tool } from '../tool.ts'
import { table, when } from '../show.ts'

interface ShownAccount {
  readonly id: string
  readonly name: string
  readonly sid: string
  readonly clock: string
  readonly createdAt: string
}

interface ShownKey {
  readonly sid: string
  readonly name: string
  readonly scopes: readonly string[] | null
  readonly expiresAt: string | null
  readonly createdAt: string
  readonly revokedAt: string | null
}

interface Made {
  readonly key: ShownKey
  readonly secret: string
  readonly bearer: string
}

interface KeyOptions {
  readonly name: string
  readonly scopes?: string
  readonly expires?: string
}

export function accountCommands(program: Command, tool: Tool): void {
  const account = program
    .command('account')
    .description('make and list accounts (needs the admin key)')
    .addHelpText('after', example('colloquy account list'))

  account
    .command('create <name>')
    .description('make an account, with a first key')
    .addOption(
      new Option('--clock <kind>', 'whether its clock stands still until advanced')
        .choices(['wall', 'test'])
        .default('wall'),
    )
    .addHelpText('after', example('colloquy account create shop --clock test'))
    .action(async (name: string, { clock }: { clock: string }, command: Command) => {
      const made = await tool
        .client('admin', command)
        .post<Made & { account: ShownAccount; authToken: string }>('/accounts', { name, clock })
      tool.show(command, made, () =>
        [
          `Account ${name} was made. Its secrets are shown now and never again.`,
          `COLLOQUY_KEY=${made.bearer}`,
          `TWILIO_ACCOUNT_SID=${made.account.sid}`,
          `TWILIO_AUTH_TOKEN=${made.authToken}`,
          `TWILIO_API_KEY=${made.key.sid}`,
          `TWILIO_API_SECRET=${made.secret}`,
        ].join('\n'),
      )
    })

  account
    .command('list')
    .description('list the accounts')
    .addHelpText('after', example('colloquy account list --json'))
    .action(async (_options: unknown, command: Command) => {
      const client = tool.client('admin', command)
      const accounts: ShownAccount[] = []
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page: { accounts: ShownAccount[]; next: string | null } = await client.get('/accounts', {
          limit: '1000',
          cursor,
        })
        accounts.push(...page.accounts)
        cursor = page.next
      }
      tool.show(command, { accounts }, () =>
        table(
          ['NAME', 'ID', 'SID', 'CLOCK', 'SINCE'],
          accounts.map(({ name, id, sid, clock, createdAt }) => [name, id, sid, clock, when(createdAt)]),
        ),
      )
    })

  keepCommand(account, tool)
}

/** Deleting what is old, for one account. */
function keepCommand(account: Command, tool: Tool): void {
  account
    .command('keep <account-id> <days>')
    .description(
      'for how many days an account keeps sessions that have ended; `always` keeps them (needs the admin key)',
    )
    .addHelpText('after', example('colloquy account keep account_01ke28jt97kb6cq643dzvmxxqk 90'))
    .action(async (id: string, days: string, _options: unknown, command: Command) => {
      const retentionDays = days === 'always' ? null : numberIn('days', days)
      const answer = await tool
        .client('admin', command)
        .patch<ShownAccount>(`/accounts/${encodeURIComponent(id)}`, { limits: { retentionDays } })
      tool.show(command, answer, () =>
        retentionDays === null
          ? `Account ${answer.name} keeps its sessions for ever.`
          : `Account ${answer.name} keeps sessions for ${retentionDays} days after their end: older ones go, for the first time a day from now.`,
      )
    })
}

export function keyCommands(program: Command, tool: Tool): void {
  const key = program
    .command('key')
    .description('make, list and revoke keys of an account')
    .addHelpText('after', example('colloquy key list'))

  key
    .command('create')
    .description('make a key; its secret is shown once')
    .option('--name <name>', 'what it is for', 'unnamed')
    .option('--scopes <scopes>', "what it may do, with commas: it is then good for AnyReach's API alone")
    .option('--expires <time>', 'when it becomes worthless, like 2027-01-01T00:00:00Z')
    .addHelpText('after', example('colloquy key create --name billing --scopes conversations:read'))
    .action(async ({ name, scopes, expires }: KeyOptions, command: Command) => {
      const made = await tool.client('account', command).post<Made>('/account/keys', {
        name,
        ...(scopes !== undefined && { scopes: scopes.split(',').map((scope) => scope.trim()) }),
        ...(expires !== undefined && { expiresAt: expires }),
      })
      tool.show(command, made, () => {
        const token = `ANYREACH_TOKEN=${anyreachKey(made.key.sid, made.secret)}`
        const all = made.key.scopes === null ? `COLLOQUY_KEY=${made.bearer}\n${token}` : token
        return `Key ${made.key.sid} was made. It is shown now and never again.\n${all}`
      })
    })

  key
    .command('list')
    .description('list the keys')
    .addHelpText('after', example('colloquy key list'))
    .action(async (_options: unknown, command: Command) => {
      const answer = await tool.client('account', command).get<{ keys: ShownKey[] }>('/account/keys')
      tool.show(command, answer, () =>
        table(
          ['SID', 'NAME', 'MAY', 'SINCE', 'EXPIRES', 'REVOKED'],
          answer.keys.map(({ sid, name, scopes, createdAt, expiresAt, revokedAt }) => [
            sid,
            name,
            scopes?.join(' ') ?? 'everything',
            when(createdAt),
            when(expiresAt),
            when(revokedAt),
          ]),
        ),
      )
    })

  key
    .command('revoke <sid>')
    .description('make a key worthless, at once and for ever')
    .addHelpText('after', example('colloquy key revoke SK0123456789abcdef0123456789abcdef'))
    .action(async (sid: string, _options: unknown, command: Command) => {
      const answer = await tool.client('account', command).remove(`/account/keys/${encodeURIComponent(sid)}`)
      tool.show(command, answer, () => `Key ${sid} is revoked.`)
    })
}

export function walletCommand(program: Command, tool: Tool): void {
  const wallet = program
    .command('wallet')
    .description('what an account has for calls, and adding to it')
    .addHelpText('after', example('colloquy wallet show'))

  wallet
    .command('show')
    .description('the balance, and what is set aside for calls that go on')
    .addHelpText('after', example('colloquy wallet show'))
    .action(async (_options: unknown, command: Command) => {
      const answer = await tool
        .client('account', command)
        .get<{ billing: boolean; balance: number; held: number }>('/wallet')
      tool.show(command, answer, () =>
        answer.billing
          ? `The balance is ${answer.balance} cents, of which ${answer.held} are set aside.`
          : 'Calls are not billed: the account has never been credited.',
      )
    })

  wallet
    .command('credit <account-id> <cents>')
    .description('add to the balance of an account; the first time turns billing on (needs the admin key)')
    .option('--because <reason>', 'why, for the record', 'credited by hand')
    .addHelpText('after', example('colloquy wallet credit account_01ke28jt97kb6cq643dzvmxxqk 5000'))
    .action(async (id: string, cents: string, { because }: { because: string }, command: Command) => {
      const answer = await tool
        .client('admin', command)
        .post<{ balance: number }>(`/accounts/${encodeURIComponent(id)}/wallet/credit`, {
          cents: numberIn('cents', cents),
          because,
        })
      tool.show(command, answer, () => `The balance is ${answer.balance} cents.`)
    })
}

export function backupCommand(program: Command, tool: Tool): void {
  program
    .command('backup <file>')
    .description('let the running server copy its whole store into a new file (needs the admin key)')
    .addHelpText('after', example('colloquy backup /var/backups/colloquy-monday.db'))
    .action(async (file: string, _options: unknown, command: Command) => {
      const answer = await tool
        .client('admin', command)
        .post<{ file: string }>('/admin/backup', { file: resolve(tool.terminal.settings.folder, file) })
      tool.show(
        command,
        answer,
        () =>
          `The store was copied to ${answer.file}. Keep the key file of the data folder, too: without it the secrets inside stay sealed.`,
      )
    })
}
