import { describe, expect, it } from 'vitest'
import { coverage } from './coverage.ts'
import { openHouse } from './testing/house.ts'

interface Document {
  openapi: string
  paths: Record<
    string,
    Record<string, { summary?: string; responses: Record<string, unknown>; parameters?: unknown[] }>
  >
  components: { schemas: Record<string, unknown> }
  webhooks: Record<string, unknown>
}

async function documentOf(): Promise<Document> {
  const { app, dialect } = await openHouse()
  const document = (await dialect.document?.()) as Document
  await app.close()
  return document
}

describe('the OpenAPI document', () => {
  it('describes every route there is, and no other', async () => {
    const document = await documentOf()
    expect(document.openapi).toBe('3.1.0')
    const described = Object.entries(document.paths).flatMap(([path, verbs]) =>
      Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    )
    const offered = coverage.filter(({ how }) => how !== 'absent').map(({ method, path }) => `${method} ${path}`)
    expect(described.toSorted()).toEqual(offered.toSorted())
  })

  it('gives each of them a summary, its answers and its errors', async () => {
    const document = await documentOf()
    for (const verbs of Object.values(document.paths))
      for (const { summary, responses } of Object.values(verbs)) {
        expect(summary).toBeTruthy()
        expect(Object.keys(responses)).toContain('4XX')
        expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true)
      }
  })

  it('names its schemas, and refers to none that is missing', async () => {
    const document = await documentOf()
    const names = Object.keys(document.components.schemas)
    expect(names).toEqual(
      expect.arrayContaining([
        'Configuration',
        'Conversation',
        'Participant',
        'Communication',
        'Operation',
        'Error',
        'Callback',
      ]),
    )
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)
    for (const [, name] of references) expect(names).toContain(name)
    expect(names.filter((name) => /Input$|\d$/.test(name))).toEqual([])
  })

  it('describes the callbacks', async () => {
    expect(JSON.stringify((await documentOf()).webhooks)).toContain('#/components/schemas/Callback')
  })
})
