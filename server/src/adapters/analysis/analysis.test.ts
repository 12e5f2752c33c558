import { describe, expect, it } from 'vitest'
import type { AnalysisInput } from '#services/calls/ports.ts'
import type { OutgoingRequest } from '#services/ports.ts'
import type { Asked } from './http/ask.ts'
import { httpAnalysis } from './http/http.ts'
import { noAnalysis } from './none/none.ts'

const input = {
  account: 'alice',
  session: '01ka7n36096q14dr9gpqy77zxy',
  artefact: 'summary',
  definition: { name: 'Reception', vendor: { native: { ask: 'name' } } },
  said: [{ who: 'user', text: 'Hello' }],
  signal: new AbortController().signal,
} as unknown as AnalysisInput

async function make(asked: Asked, more: Partial<AnalysisInput> = {}) {
  const requests: OutgoingRequest[] = []
  const analysis = httpAnalysis({
    url: 'http://127.0.0.1:9000/analyse',
    token: 'token',
    ask: async (request) => {
      requests.push(request)
      return asked
    },
  })
  return { analysed: await analysis.make({ ...input, ...more }), requests }
}

describe('no analysis', () => {
  it.each(['recording', 'summary', 'extraction'] as const)('skips a %s with the reason', async (artefact) => {
    const analysed = await noAnalysis().make({ ...input, artefact })
    expect(analysed).toEqual({ is: 'skipped', because: expect.stringMatching(/./) })
  })
})

describe("the operator's program for analyses", () => {
  it('is sent the transcript', async () => {
    const { requests } = await make({ status: 200, body: '"short"' })
    expect(requests).toMatchObject([
      {
        url: 'http://127.0.0.1:9000/analyse',
        internalTargets: true,
        headers: { authorization: 'Bearer token', 'idempotency-key': '01ka7n36096q14dr9gpqy77zxy.summary' },
      },
    ])
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      session: 'session_01ka7n36096q14dr9gpqy77zxy',
      artefact: 'summary',
      agent: { name: 'Reception', vendor: { native: { ask: 'name' } } },
      said: [{ who: 'user', text: 'Hello' }],
    })
  })

  it.each([
    [200, '"short"', { is: 'done', value: 'short' }],
    [201, '{"a":null}', { is: 'done', value: { a: null } }],
    [204, '', { is: 'skipped', because: expect.anything() }],
    [200, 'short', { is: 'failed', because: expect.anything() }],
    [200, `"${'é'.repeat(33_000)}"`, { is: 'failed', because: expect.anything() }],
    [404, '', { is: 'failed', because: expect.stringContaining('404') }],
    [410, '', { is: 'failed', because: expect.stringContaining('410') }],
    [422, '', { is: 'failed', because: expect.stringContaining('422') }],
  ])('answers with %i', async (status, body, analysed) => {
    expect((await make({ status, body })).analysed).toEqual(analysed)
  })

  it.each<Asked>([
    { status: 301, body: '' },
    { status: 401, body: '' },
    { status: 429, body: '' },
    { status: 500, body: '' },
    { error: 'The receiver refused the connection.', refused: false },
  ])('is asked again later after %j', async (asked) => {
    await expect(make(asked)).rejects.toThrow(/program for analyses/)
  })

  it('is not asked for recordings', async () => {
    const { analysed, requests } = await make({ status: 200, body: '1' }, { artefact: 'recording' })
    expect(analysed).toMatchObject({ is: 'skipped' })
    expect(requests).toEqual([])
  })
})
