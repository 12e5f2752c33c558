import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTrial, type Trial } from '#app/trial.ts'
import { coverage, coverageTable } from './coverage.ts'

let trial: Trial
beforeAll(async () => {
  trial = await startTrial()
})
afterAll(() => trial.stop())

const routes = () => trial.app.routes.filter(({ dialect }) => dialect === 'anyreach')
const named = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`

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
    // HEAD goes with GET, and OPTIONS with what browsers ask from other pages.
    const own = routes().filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS')
    expect(own.map(named).toSorted()).toEqual(coverage.map(named).toSorted())
  })

  it('and so does the document', async () => {
    const document = (await trial.app.fastify.inject('/openapi.json')).json()
    const paths: Record<string, Record<string, unknown>> = document.paths
    const described = Object.entries(paths).flatMap(([path, verbs]) =>
      Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    )
    const offered = coverage.map(named).filter((name) => name !== 'GET /openapi.json')
    expect(described.toSorted()).toEqual(offered.toSorted())
  })
})
