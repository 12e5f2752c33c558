import { describe, expect, it } from 'vitest'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import type { OutgoingRequest } from '#services/ports.ts'
import { answerAfter, recordedSender, silence } from './recorded-sender.ts'

const request = (url: string): OutgoingRequest => {
  const limits = { internalTargets: false, connectTimeoutMs: 5000, totalTimeoutMs: 15_000 }
  return { url, method: 'POST', headers: {}, body: '{}', ...limits }
}

describe('the recorded sender', () => {
  it('keeps requests and answers by script', async () => {
    const sender = recordedSender(({ url }, number) => ({ status: url.endsWith('bob') ? 500 : 200 + number }))
    expect(await sender.send(request('http://hooks.example/alice'))).toEqual({ status: 201 })
    expect(await sender.send(request('http://hooks.example/bob'))).toEqual({ status: 500 })
    sender.follow(() => ({ error: 'The receiver refused the connection.', refused: false }))
    expect(await sender.send(request('http://hooks.example/carol'))).toMatchObject({ refused: false })
    expect(sender.requests.map(({ url }) => url.slice(21))).toEqual(['alice', 'bob', 'carol'])
  })

  it('keeps what is asked among the requests, and fills in the body', async () => {
    const sender = recordedSender((_request, number) => (number === 1 ? { status: 200 } : { status: 200, body: 'hi' }))
    expect(await sender.ask(request('http://hooks.example/alice'))).toEqual({ status: 200, body: '' })
    expect(await sender.ask(request('http://hooks.example/bob'))).toEqual({ status: 200, body: 'hi' })
    expect(await sender.send(request('http://hooks.example/carol'))).toEqual({ status: 200 })
    expect(sender.requests).toHaveLength(3)
  })

  it('takes its time, up to what the request allows', async () => {
    const system = simulatedSystem(1)
    const sender = recordedSender(answerAfter(system, 300, { status: 204 }))
    const answers: unknown[] = []
    void sender.send(request('http://hooks.example/')).then((result) => answers.push(result))
    sender.follow(silence(system))
    void sender.send(request('http://hooks.example/')).then((result) => answers.push(result))
    await system.advance(299)
    expect([answers, sender.inFlight()]).toEqual([[], 2])
    await system.advance(1)
    expect(answers).toEqual([{ status: 204 }])
    await system.advance(14_700)
    expect(answers[1]).toEqual({ error: 'The receiver did not answer within 15 s.', refused: false })
    expect(sender.inFlight()).toBe(0)
  })
})
