import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTrial, type Trial } from '#app/trial.ts'

type Json = { readonly [key: string]: unknown }

/** What the law has embedded of the vendor's own document. */
const law = JSON.parse(readFileSync(new URL('testing/end-conversation.json', import.meta.url), 'utf8')) as Json

let trial: Trial
let document: Json
beforeAll(async () => {
  trial = await startTrial()
  document = (await trial.app.fastify.inject({ url: '/openapi.json', headers: { host: 'shop.example:4100' } })).json()
})
afterAll(() => trial.stop())

function at(root: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((part, key) => (part as Json | undefined)?.[key], root)
}

/** With every reference replaced by what it names; what is said beside one is laid over it, as the law has it. */
function resolved(part: unknown, root: Json): unknown {
  if (Array.isArray(part)) return part.map((one) => resolved(one, root))
  if (typeof part !== 'object' || part === null) return part
  const { $ref, ...own } = part as Json
  const named = typeof $ref === 'string' ? (resolved(at(root, ...$ref.slice(2).split('/')), root) as Json) : {}
  return { ...named, ...Object.fromEntries(Object.entries(own).map(([key, one]) => [key, resolved(one, root)])) }
}

const end = ['paths', '/core/conversations/{conversation_id}/end', 'post'] as const
const operation = (root: Json): Json => resolved(at(root, ...end), root) as Json

describe('the law’s document (A15, A19 to A25)', () => {
  it('A15, A19: endConversation is the law’s, key by key', () => {
    const { responses: theirs, ...rest } = operation(law)
    const { responses: own, ...ours } = operation(document)
    expect(ours).toEqual(rest)
    for (const [status, response] of Object.entries(theirs as Json))
      expect([status, at(own, status)]).toEqual([status, response])
    // Other answers there are, too: of any client, to any operation.
    expect(Object.keys(own as Json).filter((status) => !Object.hasOwn(theirs as Json, status))).toEqual(['4XX', '5XX'])
  })

  it('A20, A24: its schemas are the law’s', () => {
    for (const name of Object.keys(at(law, 'components', 'schemas') as Json)) {
      const keys = ['components', 'schemas', name] as const
      expect([name, resolved(at(document, ...keys), document)]).toEqual([name, resolved(at(law, ...keys), law)])
    }
    expect(at(document, 'components', 'responses')).toEqual(at(law, 'components', 'responses'))
  })

  it('A25: so are its head, its first tag and its security', () => {
    for (const key of ['openapi', 'info', 'security']) expect([key, document[key]]).toEqual([key, law[key]])
    expect(at(document, 'tags', '0')).toEqual(at(law, 'tags', '0'))
    expect(at(document, 'components', 'securitySchemes')).toEqual(at(law, 'components', 'securitySchemes'))
  })

  it('our own address comes first, then the law’s', () => {
    const own = { url: 'http://shop.example:4100', description: 'This server' }
    expect(document['servers']).toEqual([own, ...(law['servers'] as readonly Json[])])
  })
})

describe('the document as a whole', () => {
  type Operations = Record<string, Record<string, { operationId?: string; summary?: string; responses: Json }>>
  const operations = () =>
    Object.entries(document['paths'] as Operations).flatMap(([path, verbs]) =>
      Object.entries(verbs).map(([verb, one]) => ({ name: `${verb} ${path}`, ...one })),
    )

  it('is also the reference’s', async () => {
    const { servers: _own, ...rest } = document
    const { servers: _other, ...reference } = (await trial.app.fastify.inject('/reference/anyreach.json')).json()
    expect(reference).toEqual(rest)
  })

  it('the published operations keep their names', () => {
    const named = Object.fromEntries(operations().map(({ name, operationId }) => [name, operationId]))
    expect(named).toMatchObject({
      'post /core/conversations': 'createConversation',
      'get /core/conversations': 'listConversations',
      'get /core/conversations/{conversation_id}': 'getConversation',
      'post /core/conversations/{conversation_id}/messages': 'sendConversationMessage',
      'post /core/conversations/{conversation_id}/end': 'endConversation',
    })
  })

  it('every operation has a name of its own, a summary and its refusals', () => {
    const all = operations()
    expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length)
    for (const { name, summary, responses } of all) {
      expect([name, typeof summary]).toEqual([name, 'string'])
      expect([name, Object.keys(responses)]).toEqual([name, expect.arrayContaining(['4XX', '5XX'])])
    }
  })

  it('says nothing that version 3.0.3 has no word for', () => {
    const strange: string[] = []
    const visit = (part: unknown, path: string): void => {
      if (typeof part !== 'object' || part === null) return
      const own = part as Json
      if (Array.isArray(own['type']) || own['type'] === 'null') strange.push(`${path}: type`)
      for (const word of ['$schema', '$defs', 'definitions', 'const', 'examples', 'propertyNames', 'prefixItems'])
        if (word in own && !path.endsWith('properties')) strange.push(`${path}: ${word}`)
      if (typeof own['exclusiveMinimum'] === 'number') strange.push(`${path}: exclusiveMinimum`)
      for (const [key, inner] of Object.entries(own)) visit(inner, `${path}/${key}`)
    }
    visit(document, '')
    expect(strange).toEqual([])
  })

  it('refers to nothing that is missing', () => {
    for (const [, name = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g))
      expect([name, at(document, ...name.split('/'))]).toEqual([name, expect.anything()])
  })

  it('answers may have more than is said', () => {
    const conversation = at(document, 'components', 'schemas', 'Conversation') as Json
    expect(conversation['additionalProperties']).toBeUndefined()
    expect(Object.keys(conversation['properties'] as Json)).toHaveLength(20)
  })
})
