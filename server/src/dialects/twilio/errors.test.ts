import { describe, expect, it } from 'vitest'
import { refusals, type RefusalCode } from '#domain/vocabulary/refusal.ts'
import { answers, fieldWord, notFound, problemOf, renderProblem } from './errors.ts'
import { errorResource } from './resources.ts'
import { ids } from './testing/samples.ts'

const base = 'https://conv.example.com'

describe('errors (section 7)', () => {
  it('M9 have the union body, and never the four keys that make one client throw another class', () => {
    const { status, body } = renderProblem(problemOf(notFound('conv_conversation_x').refusal), base)
    const parsed: unknown = JSON.parse(body)
    expect(status).toBe(404)
    expect(parsed).toEqual({
      code: 20404,
      message: 'The requested resource conv_conversation_x was not found. Check the id and the account.',
      more_info: 'https://conv.example.com/errors/20404',
      status: 404,
      httpStatusCode: 404,
      userError: true,
      params: {},
    })
    expect(errorResource.parse(parsed)).toEqual(parsed)
    expect(parsed).not.toHaveProperty('title')
    expect(parsed).not.toHaveProperty('type')
  })

  it.each(Object.keys(refusals) as RefusalCode[])('%s has a status and a number that belong together', (code) => {
    const [status, number] = answers[code]
    expect(number).toBe({ 400: 20001, 401: 20003, 403: 20403, 404: 20404, 409: 20409, 412: 20412, 503: 20503 }[status])
    const problem = problemOf({ code, message: 'x' })
    expect('www-authenticate' in (problem.headers ?? {})).toBe(status === 401)
    expect('retry-after' in (problem.headers ?? {})).toBe(status === 503 || code === 'idempotency_running')
  })

  it('N5 a conflict names its cause in a header', () => {
    const problem = problemOf({ code: 'in_use', message: 'x', conflicting: { noun: 'participant', id: ids.mia } })
    expect(problem.headers).toEqual({ 'x-conflicting-resource-id': `conv_participant_${ids.mia}` })
  })

  it('fields are named in the words of the request', () => {
    expect(fieldWord('channels.SMS.timeouts.inactive')).toBe('channelSettings.SMS.statusTimeouts.inactive')
    expect(fieldWord('bridgeService')).toBe('conversationsV1Bridge.serviceId')
    expect(fieldWord('metadata.crm')).toBe('metadata.crm')
    const { body } = renderProblem(problemOf({ code: 'invalid', message: 'x', field: 'callbacks' }), base)
    expect(JSON.parse(body)).toMatchObject({ params: { field: 'statusCallbacks' } })
  })
})
