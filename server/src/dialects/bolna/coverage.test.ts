import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBolna, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import { coverage, coverageTable } from './coverage.ts'

let house: BolnaHouse
let line: Line
beforeAll(async () => {
  house = await openBolna()
  line = await house.line()
})
afterAll(() => house.stop())

const dialect = () => house.trial.app.dialects.find(({ name }) => name === 'bolna')
const routes = () => house.trial.app.routes.filter((route) => route.dialect === 'bolna')
const offered = coverage.filter(({ how }) => how !== 'absent')
const absent = coverage.filter(({ how }) => how === 'absent')

describe('coverage', () => {
  it('is what the README says', async () => {
    const text = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
    const table = text.indexOf('| verb | path |')
    const head = text.slice(0, table < 0 ? text.length : table)
    await expect(`${head.trimEnd()}\n\n${coverageTable(coverage)}\n`).toMatchFileSnapshot('README.md')
  })

  it('says why wherever it is not full', () => {
    expect(coverage.filter(({ how, why }) => how !== 'full' && !why)).toEqual([])
  })

  it('names every route there is, and no other', () => {
    const own = new Set(routes().map(({ method, path }) => `${method} ${path}`))
    for (const { method, path } of offered) expect([...own]).toContain(`${method} ${path}`)
    const known = new Set(coverage.map(({ path }) => path))
    const unnamed = routes().filter(({ path }) => !/\*$|\/$/.test(path) && !known.has(path))
    expect(unnamed).toEqual([])
  })

  it.each(absent.map(({ method, path, why }) => [method, path, why]))(
    '%s %s is absent: 404 with a reason, not a faked answer',
    async (method, path, why) => {
      for (const verb of method === '*' ? (['GET', 'POST', 'DELETE'] as const) : [method as 'GET']) {
        const answer = await line.ask(verb, path.replace('*', 'x').replace(/:\w+/g, 'x'))
        expect([answer.status, answer.body.error]).toEqual([404, 404])
        expect(answer.body.message).toContain(why)
        expect(answer.body.detail).toBe(answer.body.message)
      }
    },
  )
})

interface Document {
  openapi: string
  paths: Record<string, Record<string, { summary?: string; responses: Record<string, unknown> }>>
  components: { schemas: Record<string, unknown> }
  webhooks: Record<string, unknown>
}

describe('the OpenAPI document', () => {
  const read = async () => (await dialect()?.document?.()) as Document

  it('describes every route there is, and no other', async () => {
    const described = Object.entries((await read()).paths).flatMap(([path, verbs]) =>
      Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    )
    expect(described.toSorted()).toEqual(offered.map(({ method, path }) => `${method} ${path}`).toSorted())
  })

  it('gives each of them a summary and its errors', async () => {
    for (const verbs of Object.values((await read()).paths))
      for (const { summary, responses } of Object.values(verbs)) {
        expect(summary).toBeTruthy()
        expect(Object.keys(responses)).toContain('4XX')
      }
  })

  it('names its schemas, refers to none that is missing, and describes the webhook', async () => {
    const document = await read()
    const names = Object.keys(document.components.schemas)
    expect(names).toEqual(expect.arrayContaining(['Execution', 'Agent', 'Batch', 'PhoneNumber', 'User', 'Problem']))
    for (const [, name] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      expect(names).toContain(name)
    expect(JSON.stringify(document.webhooks)).toContain('#/components/schemas/Execution')
  })
})
