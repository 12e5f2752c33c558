import { describe, expect, test } from 'vitest'
import { readClientSettings, readServerOptions, usage } from './config.ts'
import { flags, OptionError } from './options.ts'

function options(argv: readonly string[], env: Record<string, string> = {}) {
  const request = readServerOptions(argv, env)
  if (request.help) throw new Error('asked for help')
  return request.options
}

describe('the options of the server', () => {
  test('have defaults, and cannot be changed afterwards', () => {
    const compiled = options([])
    expect(compiled).toMatchObject({
      host: '127.0.0.1',
      port: 4100,
      storage: 'sqlite',
      requestsPerSecond: 1000,
      callbackHosts: [],
    })
    expect(Object.isFrozen(compiled)).toBe(true)
  })

  test('come from the environment, and arguments win', () => {
    const env = {
      COLLOQUY_PORT: '5000',
      COLLOQUY_RATE_LIMIT: 'off',
      COLLOQUY_CALLBACKS_ALLOW_HOST: 'hooks.local, 10.0.0.1',
      COLLOQUY_HOST: '',
    }
    expect(options(['--port=6000'], env)).toMatchObject({
      port: 6000,
      host: '127.0.0.1',
      requestsPerSecond: null,
      callbackHosts: ['hooks.local', '10.0.0.1'],
    })
    expect(options(['--port', '0'], env).port).toBe(0)
  })

  test.each([
    [['--prot', '1'], 'There is no option --prot. Did you mean --port?'],
    [['--whatever-this-is', '1'], 'There is no option --whatever-this-is. --help lists all.'],
    [['--port', 'many'], '--port takes a whole number from 0 to 65535, not "many".'],
    [['--port', '70000'], '--port takes a whole number'],
    [['--port'], '--port needs a value: --port PORT.'],
    [['--port', '--host'], '--port needs a value'],
    [['4100'], '"4100" is not an option.'],
    [['--rate-limit', '0'], '--rate-limit takes a number of requests a second, "off" or "vendor"'],
    [['--database-url', 'postgres://alice@db/colloquy'], 'PostgreSQL comes later.'],
    [['--database-url', 'mysql://db'], '--database-url does not know "mysql://db".'],
    [['--log-level', 'loud'], '--log-level takes one of debug, info, warn, error, silent'],
    [['--public-url', 'talk.example.com'], '--public-url takes a URL'],
    [['--smtp-url', 'mail.example.com'], '--smtp-url takes smtp://user:password@mail.example.com:587 or smtps://'],
    [['--mail-from', 'Shop <shop@example.com>'], '--mail-from takes a plain address'],
    [['--mail-domain', 'not a domain'], '--mail-domain takes a domain'],
    [['--constructor', '1'], 'There is no option --constructor.'],
  ])('are refused with what to do: %j', (argv, sentence) => {
    expect(() => options(argv)).toThrow(OptionError)
    expect(() => options(argv)).toThrow(sentence)
  })

  test('take the mail server with its password, which no message tells', () => {
    const smtp = { host: 'mail.example.com', port: 587, user: 'shop@example.com', password: 'se/cret', tls: 'required' }
    expect(options([], { COLLOQUY_SMTP_URL: 'smtp://shop%40example.com:se%2Fcret@mail.example.com' })).toMatchObject({
      smtp,
    })
    const wrong = ['--smtp-url', 'http://shop:secret@mail.example.com']
    expect(() => options(wrong)).toThrow(OptionError)
    expect(() => options(wrong)).not.toThrow('secret')
  })

  test('are all explained by --help', () => {
    expect(readServerOptions(['--port', 'x', '--help'], {})).toEqual({ help: true, text: usage() })
    for (const name of Object.keys(flags)) expect(usage()).toContain(`--${name} `)
  })
})

test('the command line tool finds its server in the environment', () => {
  expect(readClientSettings({ COLLOQUY_URL: 'http://here', COLLOQUY_DATA: '/var/c', INIT_CWD: '/home' })).toEqual({
    url: 'http://here',
    data: '/var/c',
    folder: '/home',
  })
})
