import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBolna, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
let house: BolnaHouse
beforeAll(async () => { house = await openBolna() })
afterAll(() => house.stop())
const t = (s: string) => `+120255501${s}`
async function show(line: Line, total: number, step = 100, from = line.now()) {
  const seen = line.told.length
  for (let i = 0; i < total; i += step) await line.pass(step)
  for (const b of line.told.slice(0)) console.log(b.status, (Date.parse(b.updated_at) - from) / 1000, b.x.sequence, b.x.outcome, b.telephony_data.hangup_by, b.telephony_data.hangup_reason, b.error_message, b.x.is_final, b.conversation_duration, JSON.stringify(b.transcript))
  void seen
}
test('answered', async () => {
  const line = await house.line('a')
  await line.slots(0)
  const agent = await line.agent({ lines: ['We open at nine.', 'And close at five.'] })
  const from = line.now()
  const id = await line.call(agent, t('01'))
  console.log((await line.execution(id)).status, (await line.execution(id)).x)
  await line.rest()
  console.log((await line.execution(id)).status)
  await line.slots(5)
  console.log((await line.execution(id)).status)
  await line.rest()
  console.log((await line.execution(id)).status)
  await show(line, 60_000, 1000, from)
  console.log(JSON.stringify(await line.execution(id), null, 1))
})
for (const n of ['02','03','04','05','06','07','08','09','10','11','12','13','14','15','16','17','18']) test(n, async () => {
  const line = await house.line(n)
  const agent = await line.agent({ lines: ['We open at nine.', 'And close at five.'], task: { voicemail: true } })
  const from = line.now()
  await line.call(agent, t(n))
  await show(line, 200_000, 5000, from)
})
