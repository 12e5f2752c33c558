import { isMailbox } from '#domain/session/mail/check.ts'
import type { Rates } from '#services/calls/ports.ts'
import { smtpTarget, type SmtpTarget } from './smtp-url.ts'

/** What the server can be told, compiled once; nothing else in it depends on where it was started. */
export interface Options {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** The folder of the store, the keys and the `*.env` files. */
  readonly data: string
  readonly storage: 'sqlite' | 'memory'
  /** Requests a second for each account, over all dialects; null: no limit. */
  readonly requestsPerSecond: number | null
  /** Calls at once for each account, unless it has a limit of its own. */
  readonly slots: number
  /** What calls cost, in cents. */
  readonly rates: Rates
  /** The operator's program for summaries and extractions; null: none are made. */
  readonly analysisUrl: string | null
  /** Where mail is handed over; null: nowhere, it is only kept to be looked at. */
  readonly smtp: SmtpTarget | null
  /** Whom mail is from where neither its order nor its agent says so; null: nobody. */
  readonly mailFrom: string | null
  /** The domain of Message-IDs; null: that of the address a mail is from. */
  readonly mailDomain: string | null
  /** What the simulated carrier's chance begins with: the same seed, the same calls. */
  readonly simulatorSeed: string
  /** A file the simulated carrier writes a line into for each call it is asked to place; null: none. */
  readonly simulatorJournal: string | null
  readonly logLevel: LogLevel
  /** Hosts that webhooks may go to although they are internal, for every account. */
  readonly callbackHosts: readonly string[]
  /** Where clients reach this server, without a slash at the end; null: as their request says. */
  readonly publicUrl: string | null
  /** Whether a proxy in front says who asks (X-Forwarded-…). */
  readonly trustProxy: boolean
  /** The only folder backups may be written to; null: `backups` inside the data folder, and any absolute path. */
  readonly backups: string | null
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof logLevels)[number]

/** What holds when nothing is said. Twilio publishes no rate, so `vendor` is this one too (D63). */
const defaultRequestsPerSecond = 1000

const noRates: Rates = {
  perMinute: { network: 0, platform: 0 },
  transcriberPerSecond: 0,
  synthesizerPerCharacter: 0,
  llmPerThousandTokens: 0,
}

/** The names of the rates, and where each goes; per started minute, second, character, thousand tokens. */
const rateNames = {
  network: (rates: Rates, network: number): Rates => ({ ...rates, perMinute: { ...rates.perMinute, network } }),
  platform: (rates: Rates, platform: number): Rates => ({ ...rates, perMinute: { ...rates.perMinute, platform } }),
  transcriber: (rates: Rates, cents: number): Rates => ({ ...rates, transcriberPerSecond: cents }),
  synthesizer: (rates: Rates, cents: number): Rates => ({ ...rates, synthesizerPerCharacter: cents }),
  llm: (rates: Rates, cents: number): Rates => ({ ...rates, llmPerThousandTokens: cents }),
} as const

/** Options with the defaults for what is not given. */
export function compileOptions(given: Partial<Options> = {}): Options {
  return Object.freeze({
    host: '127.0.0.1',
    port: 4100,
    data: './data',
    storage: 'sqlite',
    requestsPerSecond: defaultRequestsPerSecond,
    slots: 10,
    rates: noRates,
    analysisUrl: null,
    smtp: null,
    mailFrom: null,
    mailDomain: null,
    simulatorSeed: 'colloquy',
    simulatorJournal: null,
    logLevel: 'info',
    callbackHosts: [],
    publicUrl: null,
    trustProxy: false,
    backups: null,
    ...given,
  })
}

/** An option that cannot be used as it is; the message says what to do. */
export class OptionError extends Error {
  override name = 'OptionError'
}

/** How one option is written, on the command line (`--name VALUE`) and in the environment (`COLLOQUY_NAME`). */
export interface Flag {
  readonly value: string
  readonly about: string
  read(text: string): Partial<Options>
}

/** Every option, in the order of the help text. */
export const flags: Readonly<Record<string, Flag>> = {
  port: {
    value: 'PORT',
    about: 'Port to listen on; 0 takes a free one (4100)',
    read: (text) => ({ port: wholeNumber('port', text, 0, 65_535) }),
  },
  host: { value: 'HOST', about: 'Address to listen on; 0.0.0.0 for all (127.0.0.1)', read: (text) => ({ host: text }) },
  data: {
    value: 'DIR',
    about: 'Folder of the store, the keys and the *.env files (./data)',
    read: (text) => ({ data: text }),
  },
  storage: {
    value: 'sqlite|memory',
    about: 'Where to keep things; memory forgets everything at the end (sqlite)',
    read: (text) => ({ storage: oneOf('storage', text, ['sqlite', 'memory'] as const) }),
  },
  'database-url': { value: 'URL', about: 'Another store than SQLite in the data folder; none yet', read: databaseUrl },
  'rate-limit': {
    value: 'N|off|vendor',
    about: 'Requests a second for each account, over all dialects (1000)',
    read: (text) => ({ requestsPerSecond: rate(text) }),
  },
  slots: {
    value: 'N',
    about: 'Calls at once for each account without a limit of its own (10)',
    read: (text) => ({ slots: wholeNumber('slots', text, 0, 100_000) }),
  },
  rates: {
    value: 'NAME=CENTS,…',
    about: `What calls cost: ${Object.keys(rateNames).join(', ')} (all 0)`,
    read: (text) => ({ rates: ratesOf(text) }),
  },
  'analysis-url': {
    value: 'URL',
    about: 'Your program for summaries and extractions of calls (none: they are skipped)',
    read: (text) => ({ analysisUrl: httpUrl('analysis-url', text) }),
  },
  'smtp-url': {
    value: 'URL',
    about: 'Mail server, smtp://user:password@host:587 or smtps://… (none: mail is only kept to be looked at)',
    read: (text) => ({ smtp: smtpUrl(text) }),
  },
  'mail-from': {
    value: 'ADDRESS',
    about: 'Whom mail is from where its agent has no address (nobody)',
    read: (text) => ({ mailFrom: mailbox(text) }),
  },
  'mail-domain': {
    value: 'DOMAIN',
    about: 'The domain of Message-IDs (that of the address a mail is from)',
    read: (text) => ({ mailDomain: domain(text) }),
  },
  'simulator-seed': {
    value: 'TEXT',
    about: 'What the chance of the simulated carrier begins with (colloquy)',
    read: (text) => ({ simulatorSeed: text }),
  },
  'simulator-journal': {
    value: 'FILE',
    about: 'Where the simulated carrier writes a line for each call it is asked to place (nowhere)',
    read: (text) => ({ simulatorJournal: text }),
  },
  'log-level': {
    value: logLevels.join('|'),
    about: 'How much to say on standard error (info)',
    read: (text) => ({ logLevel: oneOf('log-level', text, logLevels) }),
  },
  'callbacks-allow-host': {
    value: 'HOST,…',
    about: 'Hosts that webhooks may go to although they are internal',
    read: (text) => ({
      callbackHosts: text
        .split(',')
        .map((host) => host.trim())
        .filter((host) => host !== ''),
    }),
  },
  'public-url': {
    value: 'URL',
    about: 'Where clients reach this server, when a proxy stands in front',
    read: (text) => ({ publicUrl: httpUrl('public-url', text) }),
  },
  'trust-proxy': {
    value: 'on|off',
    about: 'Believe the X-Forwarded-… headers of a proxy in front (off)',
    read: (text) => ({ trustProxy: oneOf('trust-proxy', text, ['on', 'off'] as const) === 'on' }),
  },
  backups: {
    value: 'DIR',
    about: 'The only folder backups may be written to (DATA/backups, and any absolute path)',
    read: (text) => ({ backups: text }),
  },
}

function ratesOf(text: string): Rates {
  let rates = noRates
  for (const pair of text.split(',')) {
    const [, name = '', cents = ''] = /^\s*([\w-]+)=(\d+(?:\.\d+)?)\s*$/.exec(pair) ?? []
    const set = Object.hasOwn(rateNames, name) ? rateNames[name as keyof typeof rateNames] : undefined
    if (set === undefined)
      throw new OptionError(
        `--rates takes pairs like network=1.5,platform=2 of ${Object.keys(rateNames).join(', ')}, not "${pair}".`,
      )
    rates = set(rates, Number(cents))
  }
  return rates
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && number <= most) return number
  throw new OptionError(`--${name} takes a whole number from ${least} to ${most}, not "${text}".`)
}

function oneOf<Word extends string>(name: string, text: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === text)
  if (word !== undefined) return word
  throw new OptionError(`--${name} takes one of ${words.join(', ')}, not "${text}".`)
}

function rate(text: string): number | null {
  if (text === 'off') return null
  if (text === 'vendor') return defaultRequestsPerSecond
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text)
  throw new OptionError(`--rate-limit takes a number of requests a second, "off" or "vendor", not "${text}".`)
}

function databaseUrl(text: string): Partial<Options> {
  if (/^postgres(ql)?:/i.test(text))
    throw new OptionError(
      'PostgreSQL comes later. Leave --database-url out: the store is then SQLite, in the --data folder.',
    )
  throw new OptionError(
    `--database-url does not know "${text}". Leave it out: the store is then SQLite, in the --data folder.`,
  )
}

/** The URL is never told: there is a password in it. */
function smtpUrl(text: string): SmtpTarget {
  const settings = smtpTarget(text)
  if (settings) return settings
  throw new OptionError(
    '--smtp-url takes smtp://user:password@mail.example.com:587 or smtps://…, with special characters as %40, and at most ?tls=required or ?tls=opportunistic.',
  )
}

function mailbox(text: string): string {
  if (isMailbox(text)) return text
  throw new OptionError(`--mail-from takes a plain address like shop@example.com, not "${text}".`)
}

function domain(text: string): string {
  if (isMailbox(`a@${text}`)) return text
  throw new OptionError(`--mail-domain takes a domain like example.com, not "${text}".`)
}

function httpUrl(name: string, text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '')
  throw new OptionError(`--${name} takes a URL like https://talk.example.com, not "${text}".`)
}
