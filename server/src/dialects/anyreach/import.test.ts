import { expect, it } from 'vitest'
import { openAnyreach } from '#conformance/anyreach-client.ts'

it('D12: an import is not offered, and the answer says so', async () => {
  const house = await openAnyreach()
  const shop = await house.organization()
  const answer = await shop.ask('POST', '/core/conversations/import', { conversations: [] })
  expect(answer).toMatchObject({ status: 404, body: { detail: expect.stringContaining('cannot be imported') } })
  const reading = await shop.limited('conversations:read')
  expect((await shop.as(reading)('POST', '/core/conversations/import', {})).status).toBe(403)
  await house.stop()
})
