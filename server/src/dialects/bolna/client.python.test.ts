import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { openBolna, phone, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import type { Execution } from './executions/execution.ts'

/** What the vendor documents for `curl` and for Python's `requests`, with nothing changed but host and key, against a server that listens. */

const { python, missing } = inject('pythonClient')
const hasCurl = ['sh', 'curl'].every((program) => spawnSync(program, ['-c', ':']).error === undefined)
const run = promisify(execFile)
const sample = (name: string): string => fileURLToPath(new URL(`samples/${name}`, import.meta.url))
const people = sample('people.csv')

/** Three rows can be called: one talks, one hangs up, one is busy. */
const rows = [
  ['completed', phone('01'), { first_name: 'Bruce', last_name: 'Wayne' }],
  ['completed', phone('09'), { first_name: 'Bruce', last_name: 'Lee' }],
  ['busy', phone('02'), { first_name: 'Satoshi', last_name: 'Nakamoto' }],
] as const

describe("the vendor's samples", () => {
  let house: BolnaHouse
  let url: string
  let line: Line
  let agent: string
  beforeAll(async () => {
    house = await openBolna()
    url = await house.listen()
  })
  afterAll(() => house.stop())
  beforeEach(async () => {
    line = await house.line()
    agent = await line.agent({ lines: ['We open at nine.'] })
  })

  async function type(program: string, name: string, args: readonly string[]): Promise<string> {
    const env = { PATH: process.env['PATH'] ?? '', BOLNA_URL: url, BOLNA_API_KEY: line.key, BOLNA_AGENT_ID: agent }
    const { stdout } = await run(program, [sample(name), ...args], { env })
    return stdout.trim()
  }

  /** As the vendor asks for it: with a numeric offset, minutes ahead. */
  const inMinutes = (minutes: number): string =>
    new Date(line.now() + minutes * minuteMs).toISOString().replace(/\.\d+Z$/, '+00:00')
  const untilStarted = (): Promise<void> => line.pass(20 * minuteMs)

  describe.skipIf(!hasCurl)('with curl', () => {
    // oxlint-disable-next-line typescript/no-explicit-any -- tests say themselves what they expect in it
    const curl = async (name: string, ...args: string[]): Promise<any> => JSON.parse(await type('sh', name, args))

    test('place a call, and read it', async () => {
      const placed = await curl('place-call.sh', phone('01'))
      expect(placed).toMatchObject({ message: 'done', status: 'queued', execution_id: expect.any(String) })
      await line.pass(minuteMs)
      const execution = await curl('get-execution.sh', placed.execution_id)
      const recipient_data = { customer_name: 'Caroline', product_name: 'Shampoo bar' }
      expect(execution).toMatchObject({ status: 'completed', context_details: { recipient_data } })
    })

    test('stop a call', async () => {
      await line.slots(0)
      const { execution_id } = await curl('place-call.sh', phone('01'))
      expect(await curl('stop-call.sh', execution_id)).toEqual({ message: 'done', status: 'stopped', execution_id })
      expect(await curl('get-execution.sh', execution_id)).toMatchObject({ status: 'stopped' })
    })

    test('stop a call that is over: refused as documented', async () => {
      const { execution_id } = await curl('place-call.sh', phone('02'))
      await line.pass(minuteMs)
      const message = 'Call is not queued or scheduled'
      expect(await curl('stop-call.sh', execution_id)).toEqual({ error: 2001, message, detail: message })
    })

    test('stop all calls of an agent, and list them with filters and without dates', async () => {
      await line.slots(0)
      const placed: { execution_id: string }[] = []
      for (let i = 0; i < 3; i++) placed.push(await curl('place-call.sh', phone('01')))
      const { stopped_executions } = await curl('stop-agent.sh')
      expect(stopped_executions.toSorted()).toEqual(placed.map(({ execution_id }) => execution_id).toSorted())
      const page = await curl('list-executions.sh', 'status=stopped&call_type=outbound&page_size=2&page_number=1')
      expect(page).toMatchObject({ page_number: 1, page_size: 2, total: 3, has_more: true })
      expect(page.data.map(({ status }: { status: string }) => status)).toEqual(['stopped', 'stopped'])
      expect(await curl('list-executions.sh', 'status=completed')).toMatchObject({
        total: 0,
        has_more: false,
        data: [],
      })
    })

    test.each(['multipart', 'urlencoded'])('a batch: create, schedule (%s), read, executions', async (form) => {
      const created = await curl('create-batch.sh', people)
      expect(created).toEqual({ batch_id: expect.stringMatching(/^[0-9a-f]{32}$/), state: 'created' })
      const { batch_id } = created
      await line.rest()
      const counts = { file_name: 'people.csv', valid_contacts: 3, total_contacts: 4 }
      expect(await curl('get-batch.sh', batch_id)).toMatchObject({ status: 'processed', ...counts })
      const scheduled = await curl(`schedule-batch-${form}.sh`, batch_id, inMinutes(5))
      expect(scheduled).toMatchObject({ message: 'success', state: 'scheduled' })
      const { scheduled_at, status } = await curl('get-batch.sh', batch_id)
      expect([status, scheduled_at]).toEqual(['scheduled', scheduled.scheduled_at])
      expect(Date.parse(scheduled_at) % (10 * minuteMs)).toBe(0)
      await untilStarted()
      const execution_status = { completed: 2, busy: 1 }
      expect(await curl('get-batch.sh', batch_id)).toMatchObject({ status: 'completed', execution_status })
      const executions = await curl('batch-executions.sh', batch_id)
      const told = (executions as Execution[]).map(({ status: shown, user_number, context_details }) => [
        shown,
        user_number,
        context_details.recipient_data,
      ])
      expect(told.toSorted(byNumber)).toEqual(rows.toSorted(byNumber))
    })

    test('a batch: stop', async () => {
      const { batch_id } = await curl('create-batch.sh', people)
      await line.rest()
      await curl('schedule-batch-multipart.sh', batch_id, inMinutes(5))
      expect(await curl('stop-batch.sh', batch_id)).toEqual({ message: 'success', state: 'stopped' })
      await untilStarted()
      expect(await curl('get-batch.sh', batch_id)).toMatchObject({ execution_status: { stopped: 3 } })
      expect(await curl('stop-batch.sh', batch_id)).toMatchObject({ message: 'Batch is not queued or running' })
    })
  })

  describe.skipIf(missing !== undefined)('with Python requests', () => {
    const py = async (name: string, ...args: string[]): Promise<readonly string[]> =>
      (await type(python ?? '', name, args)).split('\n')

    test('place a call, stop it, stop all, and list them with filters and without dates', async () => {
      await line.slots(0)
      const printed = (await py('calls.py', phone('01'))).map((text) => JSON.parse(text) as Record<string, unknown>)
      const [placed, stopped, second, third, all, execution, listed, refused] = printed
      expect(placed).toMatchObject({ message: 'done', status: 'queued' })
      const execution_id = placed?.['execution_id']
      expect(stopped).toEqual({ message: 'done', status: 'stopped', execution_id })
      const others = [second?.['execution_id'], third?.['execution_id']]
      expect(all?.['stopped_executions']).toHaveLength(2)
      expect(all?.['stopped_executions']).toEqual(expect.arrayContaining(others))
      expect(execution).toMatchObject({ id: execution_id, status: 'stopped', error_message: 'Stopped by user' })
      expect(listed).toEqual(['stopped', 'stopped', 'stopped'])
      const message = 'recipient_phone_number is required'
      expect(refused).toEqual([400, { error: 1002, message, detail: message }])
    })

    test.each(['multipart', 'urlencoded'])('a batch: create, schedule (%s), executions', async (form) => {
      const [made] = await py('batches.py', 'create', people)
      const [status, state, batch = ''] = made?.split(' ') ?? []
      expect([status, state]).toEqual(['201', 'created'])
      expect(await py('batches.py', 'schedule', batch, inMinutes(5), form)).toEqual(['scheduled'])
      expect((await py('batches.py', 'results', batch))[0]).toBe('scheduled')
      await untilStarted()
      const [now, ...calls] = await py('batches.py', 'results', batch)
      expect(now).toBe('completed')
      const expected = rows.map(
        ([shown, number, { first_name, last_name }]) =>
          `${shown} ${number} {"first_name": "${first_name}", "last_name": "${last_name}"}`,
      )
      expect(calls.toSorted()).toEqual(expected.toSorted())
    })

    test('a batch: stop', async () => {
      const [, , batch = ''] = (await py('batches.py', 'create', people))[0]?.split(' ') ?? []
      await py('batches.py', 'schedule', batch, inMinutes(5), 'urlencoded')
      expect(await py('batches.py', 'stop', batch)).toEqual(['200 stopped'])
      expect(await py('batches.py', 'stop', batch)).toEqual(['404 Batch is not queued or running'])
    })
  })
})

function byNumber(one: readonly unknown[], other: readonly unknown[]): number {
  return String(one[1]).localeCompare(String(other[1]))
}
