// The page on the terminal guarantee: its tables are made from the code, and what it promises holds for whatever happens to a session.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayMs, hourMs, minuteMs, type Milliseconds } from '../vocabulary/instant.ts'
import { anyDeeds, type Deed } from './arbitrary.ts'
import { terminalBound } from './bound.ts'
import type { Create } from './commands.ts'
import { begin, browser, Case, inbound, mail, order, row, second, text } from './given.ts'
import { policyOf } from './limits.ts'
import { session as noun } from './session.ts'
import type { RetryPolicy, Session, SessionState } from './state.ts'

const page = new URL('../../../../docs/concepts/terminal-guarantee.md', import.meta.url)
const retry: RetryPolicy = {
  max: 3,
  on: ['no_answer', 'busy', 'failed', 'error'],
  onVoicemail: true,
  afterMs: [30 * minuteMs, hourMs, 2 * hourMs],
}
const later: Partial<Create> = { to: 'scheduled', dueAt: begin + hourMs }
const byProgram = { declinesPending: false, modeAfterConnect: 'barge', openedByProgram: true } as const

interface Column {
  readonly name: string
  /** The ways in which such a session begins. */
  readonly starts: readonly (() => Case)[]
  /** The states it can come into. */
  readonly states: readonly SessionState[]
}

const made =
  (more: Partial<Create> = {}) =>
  () =>
    new Case(order(more))
const startedRow = () => made({ ...row, policy: { retry } })().do({ type: 'queue', because: 'its batch starts' })

const calls: readonly SessionState[] = ['scheduled', 'queued', 'deferred', 'dialing', 'ringing', 'live', 'wrapping']
const columns: readonly Column[] = [
  { name: 'call', starts: [made(), made(later), made({ to: 'scheduled', settings: byProgram })], states: calls },
  {
    name: 'call with retries',
    starts: [made({ policy: { retry } }), made({ ...later, policy: { retry } })],
    states: calls,
  },
  {
    name: 'row of a batch, with retries',
    starts: [made({ ...row, policy: { retry } }), startedRow],
    states: ['prepared', ...calls],
  },
  { name: 'inbound call', starts: [made(inbound)], states: ['ringing', 'live', 'wrapping'] },
  { name: 'call from a browser', starts: [made(browser)], states: ['joining', 'live', 'wrapping'] },
  { name: 'text', starts: [made(text)], states: ['live', 'wrapping'] },
  { name: 'e-mail', starts: [made(mail)], states: ['dialing', 'live', 'wrapping'] },
]
const open: readonly SessionState[] = ['prepared', 'scheduled', 'queued', 'deferred', 'joining', ...calls.slice(3)]

function boundsOf({ starts }: Column): Readonly<Record<SessionState, Milliseconds>> {
  const { state } = starts[0]!()
  return terminalBound(policyOf(state), state.kind)
}

/** As people say it: `1 d 2 h 3 min 4 s`, without what is nought. */
function say(ms: Milliseconds): string {
  const units = [
    ['d', dayMs],
    ['h', hourMs],
    ['min', minuteMs],
    ['s', second],
  ] as const
  let rest = ms
  const said = units.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest %= size
    return count > 0 ? [`${count} ${unit}`] : []
  })
  return said.join(' ') || 'at once'
}

function boundTable(): string {
  const rows = open.map((state) => {
    const cells = columns.map((column) => (column.states.includes(state) ? say(boundsOf(column)[state]) : '–'))
    return `| \`${state}\` | ${cells.join(' | ')} |`
  })
  return [
    `| in this state | ${columns.map(({ name }) => name).join(' | ')} |`,
    `| - | ${columns.map(() => '-').join(' | ')} |`,
    ...rows,
  ].join('\n')
}

const outOfHours = { balance: 'enough', closed: { openings: [begin + 2 * hourMs] } } as const
/** A session that has just come into each state. */
const examples: Readonly<Record<string, () => Case>> = {
  prepared: made(row),
  scheduled: made(later),
  queued: made(),
  deferred: () => made()().look(outOfHours),
  joining: made(browser),
  dialing: () => made()().offer(),
  ringing: () => made()().offer().ringing(),
  live: () => made()().talking(),
  wrapping: () => made()().talking().ended(),
}

function trailTable(): string {
  const rows = open.map((state) => `| \`${state}\` | ${trail(examples[state]!()).join('; ')} |`)
  return ['| in this state | if nothing happens any more |', '| - | - |', ...rows].join('\n')
}

/** What time alone does with it: after how long, where to, and why. */
function trail(one: Case): string[] {
  const steps: string[] = []
  const from = one.now
  for (let due = noun.deadline(one.state); due; due = noun.deadline(one.state)) {
    const { state: before } = one.state
    one.fireNext()
    const { state, outcome, end } = one.state
    const to = state === 'ended' ? `\`ended\` (${outcome}, ${end?.cause})` : `\`${state}\``
    const why = state === before ? due.because : `${due.because}: ${to}`
    steps.push(`after ${say(one.now - from)} ${why}`)
  }
  return steps
}

/** The page with the tables as the code has them. */
function written(): string {
  const tables = [boundTable(), trailTable()].values()
  return readFileSync(page, 'utf8').replaceAll(
    /<!-- table -->[\s\S]*?<!-- end -->/g,
    () => `<!-- table -->\n${tables.next().value ?? ''}\n<!-- end -->`,
  )
}

function perform(one: Case, deed: Deed): void {
  if ('do' in deed) one.try(deed.command(one.state, one.now))
  else if (deed.pass === 'until due') one.fireNext()
  else one.jump(one.now + deed.pass)
}

/** From where it is, nothing but time: how long until its end. */
function untilEnd(one: Case): Milliseconds {
  const from = one.now
  for (let fired = 0; one.state.state !== 'ended'; fired++) {
    if (fired > 100 || !one.fireNext()) throw new Error(`Time alone does not end it: ${one.state.state}.`)
  }
  return one.now - from
}

function milliseconds(said: string): Milliseconds {
  const sizes: Readonly<Record<string, Milliseconds>> = { d: dayMs, h: hourMs, min: minuteMs, s: second }
  return [...said.matchAll(/(\d+) (d|h|min|s)/g)].reduce((sum, [, n, unit]) => sum + Number(n) * sizes[unit ?? '']!, 0)
}

/** What the page says, by column and state. */
function published(): Readonly<Record<string, Readonly<Record<string, Milliseconds>>>> {
  const [head = [], , ...rows] = (readFileSync(page, 'utf8').split('<!-- table -->')[1] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  return Object.fromEntries(
    head.slice(1).map((name, i) => [
      name,
      Object.fromEntries(
        rows.flatMap((cells) => {
          const [state = '', said = ''] = [cells[0], cells[i + 1]]
          return said === '–' ? [] : [[state.replaceAll('`', ''), milliseconds(said)]]
        }),
      ),
    ]),
  )
}

describe('the page on the terminal guarantee', () => {
  test('has the tables that the code has', async () => {
    await expect(written()).toMatchFileSnapshot(page.pathname)
  })

  test.each(columns)('rule 1: $name: deadlines alone end it within what the page says, from every state', (column) => {
    const most = published()[column.name] ?? {}
    const reached = new Set<SessionState>()
    const history = fc.tuple(fc.constantFrom(...column.starts), anyDeeds(30))
    fc.assert(
      fc.property(history, ([start, deeds]) => {
        const one = start()
        for (const deed of deeds) {
          perform(one, deed)
          if (one.state.state === 'ended') break
        }
        const { state }: Session = one.state
        reached.add(state)
        expect([state, untilEnd(one) <= (most[state] ?? 0)]).toEqual([state, true])
      }),
      { numRuns: 1_000, seed: 20_261_121 },
    )
    reached.delete('ended')
    expect([...reached].toSorted()).toEqual([...column.states].toSorted())
  })
})
