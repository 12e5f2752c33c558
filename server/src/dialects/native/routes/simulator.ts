import { readReference } from '#domain/session/requests.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { fail, missing, problem, ProblemError } from '../errors.ts'
import { created, ok, type Native, type Scope } from '../scope.ts'
import type { CallSimulator, PhoneScript } from '../simulator.ts'
import { showId } from '../vocabulary.ts'
import * as wire from '../wire/simulator.ts'

const tags = ['Simulator']

function present({ simulator }: Native): CallSimulator {
  if (simulator) return simulator
  throw new ProblemError(
    problem('not_found', 'This server has no simulated telephones: its calls go to a real carrier.'),
  )
}

/** Somebody calls us, though nobody does. */
export function simulatedCallRoutes(app: Scope, native: Native): void {
  app.post(
    '/simulator/calls',
    {
      schema: {
        tags,
        summary: 'Let a virtual phone call one of the own numbers',
        body: wire.simulatedCall,
        response: created(wire.simulated),
      },
    },
    async (request, reply) => {
      const { from, to, script } = request.body
      const { account } = native.principal(request)
      const dialled = await present(native).dial(account, { from, to, ...(script && { script }) })
      if (isRefused(dialled)) return fail(dialled.refusal)
      const session = dialled.reference === undefined ? undefined : readReference(dialled.reference)?.session
      return reply
        .code(201)
        .send({ callId: dialled.callId, sessionId: session === undefined ? null : showId('session', session) })
    },
  )
}

/** What the virtual phones do when they are called. */
export function simulatedPhoneRoutes(app: Scope, native: Native): void {
  const phonesOf = (request: Parameters<Native['principal']>[0]) =>
    present(native).phones(native.principal(request).account)
  const show = (number: string, script: PhoneScript) => ({ number, script: script.map((step) => ({ ...step })) })

  app.get(
    '/simulator/phones',
    { schema: { tags, summary: 'List the numbers that have a script of your own', response: ok(wire.phones) } },
    async (request) => {
      const all = await phonesOf(request).all()
      return { phones: Object.entries(all).map(([number, script]) => show(number, script)) }
    },
  )

  app.get(
    '/simulator/phones/:number',
    { schema: { tags, summary: 'Read the script of a number', params: wire.phoneParams, response: ok(wire.phone) } },
    async (request) => {
      const { number } = request.params
      const script = await phonesOf(request).get(number)
      return script ? show(number, script) : missing('script for', number)
    },
  )

  app.put(
    '/simulator/phones/:number',
    {
      schema: {
        tags,
        summary: 'Say what a number does when it is called',
        description: 'For +12025550120 to +12025550199. Calls that go on keep the script they began with.',
        params: wire.phoneParams,
        body: wire.phoneScript,
        response: ok(wire.phone),
      },
    },
    async (request) => {
      const { number } = request.params
      const script = await phonesOf(request).set(number, request.body.script)
      return isRefused(script) ? fail(script.refusal) : show(number, script)
    },
  )

  app.delete(
    '/simulator/phones/:number',
    {
      schema: {
        tags,
        summary: 'Take the script of a number away: it answers as an ordinary phone again',
        params: wire.phoneParams,
        response: ok(wire.phoneRemoved),
      },
    },
    async (request) => {
      const { number } = request.params
      const isGone = await phonesOf(request).delete(number)
      return isGone ? { number, deleted: true as const } : missing('script for', number)
    },
  )
}
