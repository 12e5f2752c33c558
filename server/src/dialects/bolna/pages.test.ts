import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBolna, phone, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { readId, uuidOf } from './ids.ts'

const count = 320

let house: BolnaHouse
let line: Line
let batch: Id
beforeAll(async () => {
  house = await openBolna()
  line = await house.line()
  const { batches } = house.trial.app.services
  const agentId = readId(await line.agent()) ?? ''
  const rows = Array.from({ length: count }, (_, i) => ({ row: i + 1, to: phone('00') }))
  const draft = { agentId, fileName: 'people.csv', from: [], retry: null, webhook: null, rows }
  batch = (await batches.create({ account: line.account, by: 'test' }, draft)).value?.id ?? ''
  await line.pass(1_000)
})
afterAll(() => house.stop())

const idsOf = (data: readonly { readonly id: string }[]) => data.map(({ id }) => id)

it('pages follow one another to the end, and each knows how many there are in all', async () => {
  const seen: string[] = []
  for (let number = 1; ; number++) {
    const { body } = await line.ask('GET', `/executions?page_size=50&page_number=${number}`)
    expect([body.total, body.has_more]).toEqual([count, number < 7])
    seen.push(...idsOf(body.data))
    if (!body.has_more) break
  }
  expect(new Set(seen).size).toBe(count)
  const beyond = await line.ask('GET', '/executions?page_size=50&page_number=8')
  expect(beyond.body).toMatchObject({ data: [], total: count, has_more: false })
})

it('D30: all of a batch at once is written with turns for others in between, and its pages are parts of it', async () => {
  const path = `/batches/${uuidOf(batch).replaceAll('-', '')}/executions`
  let turns = 0
  let over = false
  const others = (async () => {
    for (; !over; turns++) await new Promise(setImmediate)
  })()
  const { headers, body } = await line.ask('GET', path)
  over = true
  await others
  expect([headers['x-total-count'], body.length]).toEqual([String(count), count])
  expect(turns).toBeGreaterThan(count / 50)
  const page = await line.ask('GET', `${path}?page_number=5&page_size=50`)
  expect(idsOf(page.body)).toEqual(idsOf(body.slice(200, 250)))
  expect((await line.ask('GET', `${path}?page_number=8&page_size=50`)).body).toEqual([])
})
