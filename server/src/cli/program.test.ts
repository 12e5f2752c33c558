import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountEnv, writeEnv } from '#app/env-files.ts'
import { captureTexts, startTrial, type Trial } from '#app/trial.ts'
import { run } from './program.ts'

const alice = '+12025550111'
const shop = '+12025550100'

describe('the command line tool', () => {
  let folder: string
  let trial: Trial
  let url: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cli-'))
    trial = await startTrial({ port: 0, storage: 'sqlite', data: join(folder, 'data') })
    url = await trial.app.listen()
    for (const [name, caller] of [
      ['dev', trial.dev],
      ['test', trial.test],
    ] as const)
      if (caller.made) writeEnv(join(folder, 'data'), name, accountEnv(url, caller.made))
    writeEnv(join(folder, 'data'), 'admin', { COLLOQUY_URL: url, COLLOQUY_ADMIN_KEY: trial.app.adminKey })
    await captureTexts(trial, trial.test, shop)
  })
  afterAll(async () => {
    await trial.stop()
    rmSync(folder, { recursive: true })
  })

  /** Runs a command line as typed in a shell. */
  async function type(line: string, settings: object = {}, signal?: AbortSignal) {
    const out: string[] = []
    const errors: string[] = []
    const served: (readonly string[])[] = []
    const code = await run(line.split(' '), {
      settings: { data: join(folder, 'data'), folder, ...settings },
      out: (text) => out.push(text),
      error: (text) => errors.push(text),
      serve: async (given) => void served.push(given),
      ...(signal && { signal }),
    })
    return { code, out: out.join('\n'), errors: errors.join('\n'), served }
  }
  const say = (text: string) =>
    trial.test.post('/traffic', { events: [{ type: 'message.received', channel: 'SMS', from: alice, to: shop, text }] })

  test('makes and lists accounts', async () => {
    const made = await type('account create bakery --clock test')
    expect(made).toMatchObject({ code: 0, errors: '' })
    const [, key] = /^COLLOQUY_KEY=(\S+)$/m.exec(made.out) ?? []
    expect((await type('clock show', { key, url })).out).toMatch(/^\d{4}-.*Z \(test clock\)$/)
    const list = await type('account list')
    expect(list.out).toMatch(/^NAME +ID +SID +CLOCK +SINCE\n/)
    expect(list.out).toMatch(/^bakery +account_\w{26} +AC\w{32} +test /m)
    const { accounts } = JSON.parse((await type('account list --json')).out)
    expect(accounts.map(({ name }: { name: string }) => name)).toContain('bakery')
  })

  test('says for how many days an account keeps its sessions', async () => {
    const { account } = JSON.parse((await type('account create archive --json')).out)
    expect((await type(`account keep ${account.id} 90`)).out).toBe(
      'Account archive keeps sessions for 90 days after their end: older ones go, for the first time a day from now.',
    )
    expect(JSON.parse((await type(`account keep ${account.id} always --json`)).out).limits.retentionDays).toBeNull()
  })

  test('makes, lists and revokes keys', async () => {
    const made = JSON.parse((await type('key create --name billing --json')).out)
    expect((await type('key list')).out).toMatch(new RegExp(`^${made.key.sid} +billing +everything +\\S+ \\S+$`, 'm'))
    expect((await type(`key revoke ${made.key.sid}`)).out).toBe(`Key ${made.key.sid} is revoked.`)
    const refused = await type('clock show', { key: made.bearer, url })
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.errors).toContain('does not know this key. Set COLLOQUY_KEY')
  })

  test("makes keys that may do little, for AnyReach's API alone", async () => {
    const made = await type('key create --scopes conversations:read,agents:read --expires 2099-01-01T00:00:00Z')
    expect(made.out).toMatch(/^ANYREACH_TOKEN=ak_[0-9a-f]{32}\.[0-9a-f]{32}$/m)
    expect(made.out).not.toContain('COLLOQUY_KEY')
    expect((await type('key list')).out).toMatch(
      / unnamed +conversations:read agents:read +\S+ \S+ +2099-01-01 00:00:00$/m,
    )
  })

  test('makes people members of accounts, with tokens of their own', async () => {
    const person = JSON.parse((await type('people create alice --json')).out).id
    const account = `account_${trial.dev.made?.account.id}`
    expect((await type(`people join ${person} ${account} --role admin`)).out).toBe(`${person} is admin of ${account}.`)
    const [, token] =
      /^ANYREACH_TOKEN=pat_([0-9a-f]{32})\.[0-9a-f]{32}$/m.exec((await type(`people token ${person}`)).out) ?? []
    expect((await type('people list')).out).toMatch(
      new RegExp(`^alice +${person} +admin of ${account} +1 +\\S+ \\S+$`, 'm'),
    )
    expect((await type(`people revoke ${person} ${token}`)).out).toBe(`Token ${token} is revoked.`)
    expect((await type(`people leave ${person} ${account}`)).code).toBe(0)
    expect((await type(`people remove ${person}`)).out).toBe(`${person} is removed.`)
    expect((await type('people list')).out).toBe('(none)')
  })

  test('shows conversations with what happened to them, and advances the clock', async () => {
    const { body } = await say('hello \u001b[31mthere')
    const { conversationId } = body.results[0]
    expect((await type('--account test conversations list --status active')).out).toMatch(
      new RegExp(`^${conversationId} +active .*inactive \\d`, 'm'),
    )
    const advanced = await type('--account test clock advance PT10M')
    expect(advanced.out).toMatch(new RegExp(`^It is \\S+Z\\.\n.*${conversationId} {2}active > inactive {2}because: `))
    const shown = await type(`conversations show ${conversationId} --account test`)
    expect(shown.out).toContain(`${conversationId}\nis inactive, because: `)
    expect(shown.out).toContain('will be closed at ')
    expect(shown.out).toMatch(/conversation\.moved +active > inactive .*\(deadline\)/)
    expect(shown.out).toMatch(/communication +SMS \+12025550111 > \+12025550100: hello {2}\[31mthere/)
    expect(shown.out).not.toContain('\u001b')
    expect((await type('--account test conversations list --stuck')).out).toBe('(none)')
    const json = JSON.parse((await type(`conversations show ${conversationId} --account test --json`)).out)
    expect(json).toMatchObject({ conversation: { id: conversationId }, timeline: expect.any(Array) })
  })

  test('shows events, from the oldest or as they happen, until told to stop', async () => {
    await say('one')
    const some = await type('--account test events --from-start --count 3')
    expect(some).toMatchObject({ code: 0 })
    expect(some.out.split('\n')).toHaveLength(3)
    const lines = (await type('--account test events --from-start --count 2 --json')).out
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[0]).toMatchObject({ specversion: '1.0', type: 'configuration.written' })

    const stop = new AbortController()
    const first = Promise.withResolvers<string>()
    const tail = run(['--account', 'test', 'events'], {
      settings: { data: join(folder, 'data'), folder },
      out: first.resolve,
      error: first.reject,
      serve: async () => {},
      signal: stop.signal,
    })
    const done = new AbortController()
    const talking = (async () => {
      while (!done.signal.aborted) await say('live')
    })()
    expect(await first.promise).toMatch(/communication\.created.*SMS \+12025550111 > \+12025550100: live/)
    done.abort()
    await talking
    stop.abort()
    expect(await tail).toBe(0)
  })

  test('shows deliveries and sends them again', async () => {
    await trial.test.post('/webhook-endpoints', { url: 'http://127.0.0.1:9/', events: ['communication.created'] })
    await say('nobody listens')
    await trial.app.delivery.settled()
    expect((await type('--account test deliveries list --state parked')).out).toMatch(
      /parked +communication\.created +http:\/\/127\.0\.0\.1:9\/ /,
    )
    expect((await type('--account test deliveries replay --state parked')).out).toMatch(/^\d+ will be sent again\.$/)
    expect(await type('--account test deliveries replay')).toMatchObject({
      code: 1,
      errors: expect.stringContaining('Say which'),
    })
  })

  test('lets the server back itself up, beside the folder the user is in', async () => {
    const done = await type('backup monday.db')
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining(join(folder, 'monday.db')) })
    expect(existsSync(join(folder, 'monday.db'))).toBe(true)
    expect(await type('backup monday.db')).toMatchObject({
      code: 1,
      errors: expect.stringContaining('exists already: choose another name'),
    })
  })

  test('takes a data folder as seen from where the user is', async () => {
    expect((await type('--data data --account test clock show', { data: '/nowhere' })).out).toContain('(test clock)')
  })

  test('hands the options of the server on', async () => {
    expect((await type('serve --port 0 --help')).served).toEqual([['--port', '0', '--help']])
  })

  const commands = [
    '',
    'account',
    'account create',
    'account list',
    'account keep',
    'key',
    'key create',
    'key list',
    'key revoke',
    'clock',
    'clock show',
    'clock advance',
    'conversations',
    'conversations list',
    'conversations show',
    'events',
    'deliveries',
    'deliveries list',
    'deliveries replay',
    'backup',
    'call',
    'call-in',
    'calls',
    'calls list',
    'calls show',
    'hang-up',
    'stop',
    'transfer',
    'mail',
    'mails',
    'agents',
    'agents list',
    'agents show',
    'agents create',
    'agents write',
    'agents delete',
    'agents restore',
    'numbers',
    'numbers list',
    'numbers add',
    'numbers attach',
    'numbers remove',
    'batch',
    'batch create',
    'batch list',
    'batch show',
    'batch schedule',
    'batch stop',
    'batch dry-run',
    'batch rejected',
    'batch delete',
    'slots',
    'phones',
    'phones list',
    'phones set',
    'phones reset',
    'wallet',
    'wallet show',
    'wallet credit',
    'people',
    'people create',
    'people list',
    'people remove',
    'people join',
    'people leave',
    'people token',
    'people revoke',
  ]
  test.each(commands)('explains "%s" with an example', async (command) => {
    const { code, out } = await type(`${command} --help`.trim())
    expect(code).toBe(0)
    expect(out).toMatch(new RegExp(`Usage: colloquy ${command}`.trim()))
    expect(out).toMatch(/\nExamples?:\n {2}colloquy /)
    expect(out).toContain('--json')
  })

  test.each([
    [
      'clock show',
      { url: 'http://127.0.0.1:9', key: 'k' },
      'No server answers at http://127.0.0.1:9. Start it with "npm start"',
    ],
    ['clock show', { data: '/nowhere' }, 'No key. Set COLLOQUY_KEY'],
    ['account list', { data: '/nowhere' }, 'No key. Set COLLOQUY_ADMIN_KEY'],
    ['clock show --account nobody', {}, 'There is no '],
    ['clock advance PT1M', {}, 'This account runs on the wall clock'],
    ['--account test clock advance soon', {}, 'takes a date and time'],
    ['conversations show conversation_x', {}, 'There is no conversation conversation_x'],
    ['key revoke SK0', {}, 'no such key'],
    ['events --count 0', {}, '--count takes a number'],
    ['conversations list --status open', {}, 'Allowed choices are active, inactive, closed'],
    ['conversation list', {}, 'Did you mean conversations?'],
    ['clock', {}, 'Usage: colloquy clock'],
    ['backup', {}, "missing required argument 'file'"],
    ['backup /proc/colloquy.db', {}, 'No backup can be written into /proc: '],
    ['calls show session_x', {}, 'There is no session session_x'],
    ['calls list --state gone', {}, 'state'],
    ['call-in --from +12025550101', {}, "required option '--to <number>'"],
    ['--account test call-in --from +12025550101 --to +12025550198', {}, 'Nobody took the call: +12025550198'],
    ['--account test call +12025550101 --with name', {}, '--with takes NAME=VALUE'],
    ['batch create nowhere.csv --agent agent_x', {}, 'nowhere.csv cannot be read (ENOENT)'],
    ['people token person_x', {}, 'There is no person person_x'],
    ['people join person_x account_x --role boss', {}, 'Allowed choices are admin, viewer'],
    ['account keep account_x long', {}, 'days takes a number, not "long"'],
    ['account keep account_x 0', {}, 'limits.retentionDays'],
    ['wallet credit account_x much', {}, 'cents takes a number, not "much"'],
    ['agents create Ann --program https://a.example.com --line Hi', {}, 'Either --program or --line'],
  ])('says what to do after "%s"', async (line, settings, sentence) => {
    const { code, out, errors } = await type(line, settings)
    expect(code).toBe(1)
    expect(out).toBe('')
    expect(errors).toContain(sentence)
    expect(errors).not.toMatch(/\bat .*\.ts:/)
  })
})
