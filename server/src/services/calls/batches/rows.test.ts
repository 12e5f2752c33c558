import { expect, it } from 'vitest'
import { openCallsHouse } from '#conformance/calls-house.ts'

const count = 1_600

it('reading the rows of a large batch lets others have their turn', async () => {
  const house = await openCallsHouse()
  try {
    const agentId = await house.agent()
    const rows = Array.from({ length: count }, (_, i) => ({ row: i + 1, to: '+12025550100' }))
    const draft = { agentId, fileName: 'people.csv', from: [], retry: null, webhook: null, rows }
    const { id } = (await house.services.batches.create(house.ask, draft)).value!
    for (const { batches } = house.services; (await batches.get(house.account, id))?.status === 'created';)
      await house.pass(1_000)
    const { tally, dryRun, rejected } = house.services.batches
    for (const read of [tally, dryRun, rejected] as const) {
      let turns = 0
      let over = false
      const others = (async () => {
        for (; !over; turns++) await new Promise(setImmediate)
      })()
      await read(house.account, id)
      over = true
      await others
      expect(turns).toBeGreaterThan(2)
    }
    expect(await tally(house.account, id)).toEqual([{ state: 'prepared', outcome: null, wasLive: false, count }])
  } finally {
    await house.close()
  }
})
