import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBolna, phone, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import { hourMs, minuteMs } from '#domain/vocabulary/instant.ts'
import type { Execution } from '../executions/execution.ts'
import { readId } from '../ids.ts'

/** A call back that agent and user agree on during a call (5.4, `auto_reschedule`). */

const program = 'https://agent.example.com/turn'
let house: BolnaHouse
let line: Line
let answers: readonly object[] = []
const asked: { readonly on: string; readonly reason?: string }[] = []

beforeAll(async () => {
  house = await openBolna({}, ({ url, body }) => {
    if (url !== program) return { status: 200 }
    asked.push(JSON.parse(body ?? ''))
    return { status: 200, body: JSON.stringify(answers[asked.length - 1] ?? {}) }
  })
  line = await house.line()
})
afterAll(() => house.stop())

/** A call whose agent answers like this, as it is at its end. */
async function talk(task: object, ...said: readonly object[]): Promise<Execution> {
  asked.length = 0
  answers = said
  const agent = await line.agent({ task: { ...task } })
  const speech = { by: 'http', url: program, timeoutMs: 5_000 } as const
  await house.trial.app.services.agents.write(
    { account: line.account, by: 'test' },
    readId(agent) ?? '',
    (present) => ({
      ...present,
      welcome: '',
      speech,
    }),
  )
  const id = await line.call(agent, phone('01'), { user_data: { name: 'Alice' } })
  await line.pass(5 * minuteMs)
  return line.execution(id)
}

/** The next time a clock in the called party's zone shows this hour. */
function nextAt(hour: number): Temporal.ZonedDateTime {
  const now = Temporal.Instant.fromEpochMilliseconds(line.now()).toZonedDateTimeISO('America/New_York')
  return now.add({ days: 1 }).withPlainTime({ hour })
}

test('B6 the call completes, and another one is scheduled that names it', async () => {
  const at = nextAt(15)
  const callBack = { at: at.toInstant().toString() }
  const old = await talk({ auto_reschedule: true }, { say: 'Until then!', callBack, end: true })
  expect(old).toMatchObject({ status: 'completed', x: { is_final: true, parent_execution_id: null } })
  expect(Date.parse(old.rescheduled_at ?? '')).toBe(at.epochMilliseconds)
  const one = line.told.find(({ x }) => x.parent_execution_id === old.id)
  expect(one).toMatchObject({ status: 'scheduled', user_number: phone('01'), scheduled_at: old.rescheduled_at })
  expect(one?.context_details.recipient_data).toEqual({ name: 'Alice' })
  expect(await line.execution(one?.id ?? '')).toEqual(one)

  await line.pass(at.epochMilliseconds - line.now() + hourMs)
  const statuses = line.told.filter(({ id }) => id === one?.id).map(({ status }) => status)
  expect(statuses.slice(0, 5)).toEqual(['scheduled', 'queued', 'initiated', 'ringing', 'in-progress'])
})

test('at night it is refused: the agent is told so, and no call is made', async () => {
  const before = line.told.length
  const callBack = { at: nextAt(22).toInstant().toString() }
  const old = await talk({ auto_reschedule: true }, { callBack }, { say: 'Not so late.', end: true })
  expect(asked[1]).toMatchObject({ on: 'callback_refused', reason: 'outside_hours' })
  expect(old).toMatchObject({ status: 'completed', rescheduled_at: null })
  expect(line.told.slice(before).every(({ id }) => id === old.id)).toBe(true)
})

test('without auto_reschedule it is refused', async () => {
  const callBack = { at: nextAt(15).toInstant().toString() }
  await talk({}, { callBack }, { end: true })
  expect(asked[1]).toMatchObject({ on: 'callback_refused', reason: 'not_allowed' })
})
