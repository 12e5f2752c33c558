import { afterAll, beforeAll, expect, it } from 'vitest'
import { openAnyreach, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'

let house: AnyreachHouse
let shop: Organization
beforeAll(async () => {
  house = await openAnyreach()
  shop = await house.organization()
})
afterAll(() => house.stop())

const json = { 'content-type': 'application/json' }
const create = (body: unknown) => shop.ask('POST', '/core/conversations', body, json)

it('a body that is not UTF-8 is refused: 400', async () => {
  const body = Buffer.concat([
    Buffer.from('{"channel":"text","user_id":"'),
    Buffer.from([0xc3, 0x28]),
    Buffer.from('"}'),
  ])
  expect(await create(body)).toMatchObject({ status: 400, body: { detail: expect.stringContaining('UTF-8') } })
})

it.each([
  ['{"custom_metadata":{"__proto__":{"a":1}}}', ['body', 'custom_metadata', '__proto__']],
  ['{"custom_metadata":[{"\\u005f_proto__":1}]}', ['body', 'custom_metadata', 0, '__proto__']],
  ['{"constructor":{"prototype":1}}', ['body', 'constructor', 'prototype']],
])('a name that no object can be given is said: 422 %s', async (body, loc) => {
  expect(await create(body)).toMatchObject({ status: 422, body: { errors: [{ loc }] } })
})

it('a tool is not called as what every agent can do: 422', async () => {
  for (const name of ['end_call', 'hand_over', 'show_widget']) {
    const tools = [{ name, description: 'x', url: 'https://shop.example/tool' }]
    const answer = await create({ channel: 'text', user_id: 'bob', agent_config: { tools } })
    expect(answer.body.errors).toMatchObject([{ loc: ['body', 'agent_config', 'tools', 0, 'name'] }])
  }
})

it.each([
  ['{"custom_metadata":{"order":9007199254740993}}', ['body', 'custom_metadata', 'order']],
  [
    '{"custom_metadata":{"a":[1,{"":-12345678901234567890}],"b":9007199254740993}}',
    ['body', 'custom_metadata', 'a', 1, ''],
  ],
  [`{"custom_metadata":[${'9'.repeat(400)}]}`, ['body', 'custom_metadata', 0]],
  ['{"custom_metadata":{"a":1e400}}', ['body', 'custom_metadata', 'a']],
  // A double holds it; what is written of it is another number.
  ['{"a":18446744073709551616}', ['body', 'a']],
  ['{"a":"9007199254740993","b":[[],{}],"b":-9007199254740993}', ['body', 'b']],
  ['12345678901234567', ['body']],
  ['\ufeff{"a":12345678901234567}', ['body', 'a']],
])('a number that cannot be kept exactly is said: 422 %s', async (body, loc) => {
  const msg = 'This number cannot be kept exactly: send it as a string.'
  expect(await create(body)).toMatchObject({ status: 422, body: { errors: [{ loc, msg }] } })
})

it('numbers that can be kept, and digits in texts, come back as they were', async () => {
  const metadata =
    '{"a":9007199254740991,"b":-9007199254740992,"c":12345678901234567000,"d":1e+300,"e":"12345678901234567","f":0.1234567890123456}'
  const agent = await shop.agent()
  const answer = await create(`{"channel":"text","user_id":"bob","agent_id":"${agent}","custom_metadata":${metadata}}`)
  expect(answer.status).toBe(200)
  expect(JSON.stringify(answer.body.conversation.custom_metadata)).toBe(metadata)
})
