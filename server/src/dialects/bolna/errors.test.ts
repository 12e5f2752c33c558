import { describe, expect, it } from 'vitest'
import { catalogue, mistake, plain, plainCatalogue, problem, problemOf, renderProblem } from './errors.ts'
import { meanings } from './meanings.ts'

describe('the error catalogue (section 7, D55)', () => {
  it('has the documented texts, word for word', () => {
    const texts = Object.fromEntries(Object.entries(catalogue).map(([code, { message }]) => [code, message]))
    expect(texts).toMatchObject({
      1001: 'agent_id is required',
      1002: 'recipient_phone_number is required',
      1003: 'recipient_phone_number must be in E.164 format',
      1004: 'Invalid from_phone_number',
      1005: 'Scheduled time should be atleast 2 minutes in the future',
      1006: 'scheduled_at must be an ISO 8601 timestamp with a time zone',
      1007: 'scheduled_at is too far in the future',
      1009: 'user_data exceeds 25 KB',
      1010: 'from and to must be passed together',
      1011: 'The range between from and to cannot exceed 7 days',
      1020: 'agent_config is required',
      1021: 'tasks is required',
      1022: 'toolchain.pipelines must be array of arrays',
      1030: 'file is required',
      1031: 'contact_number column is required',
      2001: 'Call is not queued or scheduled',
      2002: 'Batch is not queued or running',
      2003: 'Idempotency-Key was used with a different request',
      2004: 'Call is not in flight',
      2005: 'No active call found for this run_id',
    })
    expect(problem(1008, 'max_retries').message).toBe('retry_config is invalid: max_retries')
    expect(problem(1012, 'from').message).toBe('Invalid query parameter: from')
    expect(problem(1023, 'call_end_hour').message).toBe('calling_guardrails is invalid: call_end_hour')
  })

  it('has the documented HTTP statuses: D49 400 for validation, 404 for a batch that cannot be stopped, 409 for conflicts', () => {
    const statuses = Object.entries(catalogue).map(([code, { status }]) => [Number(code), status])
    for (const [code, status] of statuses) {
      const expected = code === 2002 || code === 2005 ? 404 : code === 2003 || code === 2004 ? 409 : 400
      expect([code, status]).toEqual([code, expected])
    }
  })

  it('says of each what to do', () => {
    expect(Object.keys(meanings)).toEqual([...Object.keys(plainCatalogue), ...Object.keys(catalogue)])
  })

  it('D2 every body has the integer, the text, and the text again for other readers', () => {
    const { status, body } = renderProblem(problem(2001))
    expect(status).toBe(400)
    expect(JSON.parse(body)).toEqual({
      error: 2001,
      message: 'Call is not queued or scheduled',
      detail: 'Call is not queued or scheduled',
    })
    expect(JSON.parse(renderProblem(plain(401, 'Access denied')).body)).toEqual({
      error: 401,
      message: 'Access denied',
      detail: 'Access denied',
    })
  })

  it('a refusal that may be repeated says when', () => {
    expect(problemOf({ code: 'busy', message: 'Try again.' })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
    })
    expect(problemOf({ code: 'idempotency_reused', message: 'x' })).toMatchObject({ status: 409, error: 2003 })
  })

  it('names an unknown mistake by its field', () => {
    expect(mistake([], 'body')).toMatchObject({ status: 400, error: 1013 })
    expect(mistake([], 'query')).toMatchObject({ status: 400, error: 1012 })
  })
})
