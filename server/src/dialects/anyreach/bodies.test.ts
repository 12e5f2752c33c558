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
