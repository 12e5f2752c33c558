import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTrial, type Trial } from '#app/trial.ts'
import { eventTypes } from './vocabulary.ts'

describe('the native dialect', () => {
  let trial: Trial
  beforeAll(async () => {
    trial = await startTrial()
  })
  afterAll(() => trial.stop())

  test('has its coverage in its README', () => {
    const { coverage = [] } = trial.app.dialects.find(({ name }) => name === 'native') ?? {}
    const table = coverage.map(({ method, path, how, why = '' }) => `| ${method} | \`${path}\` | ${how} | ${why} |`)
    const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
    expect(readme.slice(readme.indexOf('| GET |')).trimEnd()).toBe(table.join('\n'))
  })

  test('publishes its machines without a key, as JSON and as a diagram', async () => {
    const get = (url: string, accept = '*/*') => trial.app.fastify.inject({ url: `/api/v1${url}`, headers: { accept } })
    const { noun, states, moves } = (await get('/machines/conversation')).json()
    expect({ noun, states }).toEqual({ noun: 'conversation', states: ['active', 'inactive', 'closed', 'erasing'] })
    expect(moves).toContainEqual({ from: 'inactive', to: 'active', by: ['traffic', 'request'], on: expect.any(String) })
    expect(moves.filter(({ from, to }: { from: string; to: string }) => from === 'closed' && to !== 'erasing')).toEqual(
      [],
    )
    for (const drawn of [
      await get('/machines/conversation?format=mermaid'),
      await get('/machines/conversation', 'text/vnd.mermaid'),
    ]) {
      expect(drawn.headers['content-type']).toContain('text/vnd.mermaid')
      expect(drawn.body).toMatch(/^stateDiagram-v2\n {4}\[\*\] --> active/)
    }
    expect((await get('/machines/conversation?format=png')).json()).toMatchObject({ code: 'invalid', field: 'format' })
  })

  test('has a problem for addresses that are not there', async () => {
    expect((await trial.dev.get('/nowhere?key=secret')).body).toMatchObject({
      status: 404,
      code: 'not_found',
      detail: 'There is nothing at GET /api/v1/nowhere; GET /reference lists what there is.',
    })
  })

  test('documents every event type, every route and how to authorize', async () => {
    const dialect = trial.app.dialects.find(({ name }) => name === 'native')
    const document = (await dialect?.document?.()) as {
      paths: Record<string, Record<string, { summary?: string; security?: object[] }>>
    }
    const shown = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary }]) => ({
        route: `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
        summary,
      })),
    )
    expect(shown.map(({ route }) => route).toSorted()).toEqual(
      dialect?.coverage.map(({ method, path }) => `${method} ${path}`).toSorted(),
    )
    expect(shown.filter(({ summary }) => !summary)).toEqual([])
    expect(document.paths['/api/v1/accounts']?.['post']?.security).toEqual([{ admin: [] }])
    const text = JSON.stringify(document)
    for (const word of [...eventTypes, 'message.received', 'tts.fragment', 'webhook-signature'])
      expect(text).toContain(word)
  })
})
