import { expect, it } from 'vitest'
import { authorization, openHouse } from './testing/house.ts'
import { conversation, document, ids } from './testing/samples.ts'
it('smoke', async () => {
  const { app, dialect } = await openHouse({ conversations: { get: async () => ({ conversation, document }), nextTransition: () => undefined } })
  const a = await app.inject({ url: `/v2/Conversations/conv_conversation_${ids.conversation}`, headers: { authorization } })
  console.log(a.statusCode, a.headers, a.body)
  for (const [method, url] of [['GET','/v2/Conversations/x/y'],['HEAD',`/v2/Conversations/conv_conversation_${ids.conversation}`],['DELETE','/v2/Conversations'],['GET','/v1/Conversations/a/b'],['POST','/v2/Conversations/x/Actions'],['GET','/v2/ControlPlane/Foo']] as const) {
    const b = await app.inject({ method, url, headers: { authorization } })
    console.log(method, url, b.statusCode, b.headers, b.body)
  }
  console.log(JSON.stringify(dialect.document?.(), null, 1).slice(0, 6000))
  expect(1).toBe(1)
})
