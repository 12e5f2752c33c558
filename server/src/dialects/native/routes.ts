import type { FastifyInstance, FastifyRequest } from 'fastify'
import { createSerializerCompiler, validatorCompiler, type FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { DialectContext } from '#dialects/dialect.ts'
import { documentOf } from '../document.ts'
import { answerError, problem, ProblemError, sendProblem } from './errors.ts'
import { info, webhooks } from './document.ts'
import { accountChangeRoutes, accountRoutes, tokenRoutes } from './routes/accounts.ts'
import { agentEndRoutes, agentRoutes, agentVersionRoutes } from './routes/agents.ts'
import { batchControlRoutes, batchPartRoutes } from './routes/batch-parts.ts'
import { batchMakingRoutes, batchRoutes, readsCsv } from './routes/batches.ts'
import { chatRoutes } from './routes/chats.ts'
import { clockRoutes } from './routes/clock.ts'
import { configurationRoutes } from './routes/configurations.ts'
import { communicationRoutes, timelineRoutes } from './routes/conversation-parts.ts'
import { conversationListRoutes, conversationRoutes, participantRoutes } from './routes/conversations.ts'
import { deliveryRoutes, replayRoutes } from './routes/deliveries.ts'
import { eventRoutes } from './routes/events.ts'
import { machineRoutes } from './routes/machines.ts'
import { mailRoutes } from './routes/mails.ts'
import { operatorRoutes } from './routes/operator.ts'
import { ownAccountRoutes, ownKeyRoutes } from './routes/own-account.ts'
import { numberChangeRoutes, numberRoutes } from './routes/phone-numbers.ts'
import { membershipRoutes, peopleRoutes, personTokenRoutes } from './routes/people.ts'
import { roomRoutes } from './routes/rooms.ts'
import { sessionControlRoutes } from './routes/session-control.ts'
import { sessionPartRoutes } from './routes/session-parts.ts'
import { sessionReadingRoutes, sessionRoutes } from './routes/sessions.ts'
import { simulatedCallRoutes, simulatedPhoneRoutes } from './routes/simulator.ts'
import { slotRoutes } from './routes/slots.ts'
import { trafficRoutes } from './routes/traffic.ts'
import { creditRoutes, walletRoutes } from './routes/wallet.ts'
import { endpointChangeRoutes, endpointRoutes, endpointTestRoutes } from './routes/webhook-endpoints.ts'
import { behindAccountKey, behindAdminKey, createNative, type NativeParts, type Scope } from './scope.ts'
import { Streams } from '../live-stream.ts'
import { isWellFormed, notUtf8, notWellFormed, textOf } from '../well-formed.ts'

/** Event streams of one account at once. */
const mostStreams = 100

/** Registers every route under `/api/v1`; answers with the way to read the document once the server is ready. */
export async function registerRoutes(
  http: FastifyInstance,
  context: DialectContext,
  parts: NativeParts,
): Promise<() => Promise<unknown>> {
  let document = async (): Promise<unknown> => undefined
  await http.register(
    async (plain) => {
      const scope = plain.withTypeProvider<FastifyZodOpenApiTypeProvider>()
      scope.setValidatorCompiler(validatorCompiler)
      // Compiling a serializer for each shape costs a tenth of a second at the start and gains nothing that can be measured.
      scope.setSerializerCompiler(createSerializerCompiler({ stringify: (value) => JSON.stringify(value) }))
      document = documentOf(plain, { openapi: { openapi: '3.1.0', ...info, webhooks } })
      answerTrouble(scope, context)
      refuseCompressed(scope)
      readBodies(plain)
      await registerAll(scope, context, parts)
    },
    { prefix: '/api/v1' },
  )
  return () => document()
}

/** A body that came compressed is said to be so, rather than to be no JSON. */
function refuseCompressed(scope: Scope): void {
  scope.addHook('preParsing', async ({ headers }) => {
    const encoding = headers['content-encoding']
    if (encoding === undefined || encoding === '' || /^identity$/i.test(encoding)) return
    const detail = `Send the body as it is: Content-Encoding ${encoding.slice(0, 40)} is not read here.`
    throw new ProblemError(problem('unsupported_media_type', detail))
  })
}

/** JSON as Fastify reads it, but nothing where nothing was sent (many clients name a type all the same), and whole characters only. */
function readBodies(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser('error', 'error')
  scope.removeContentTypeParser('application/json')
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const text = textOf(body as Buffer)
    if (text === undefined) return done(new Malformed(notUtf8))
    if (text === '') return done(null, undefined)
    void parse(request, text, (error, value) => {
      if (error === null && !isWellFormed(text, value)) return done(new Malformed(notWellFormed))
      return done(error, value)
    })
  })
}

class Malformed extends Error {
  readonly statusCode = 400
}

function answerTrouble(scope: Scope, { log }: DialectContext): void {
  const report = (request: FastifyRequest, { name, message }: Error): void =>
    log.error({ request: request.id, route: request.routeOptions.url, error: name, message }, 'request failed')
  scope.setErrorHandler(answerError(report))
  scope.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0]?.slice(0, 200)
    const detail = `There is nothing at ${request.method} ${path}; GET /reference lists what there is.`
    return sendProblem(request, reply, problem('not_found', detail))
  })
}

async function registerAll(scope: Scope, context: DialectContext, parts: NativeParts): Promise<void> {
  const native = createNative(context, parts)
  const streams = new Streams(mostStreams)
  scope.addHook('preClose', async () => streams.endAll())
  machineRoutes(scope)
  await scope.register(async (inner) => {
    const admin = inner.withTypeProvider<FastifyZodOpenApiTypeProvider>()
    behindAdminKey(admin, context)
    for (const routes of ofOperator) routes(admin, native)
  })
  await scope.register(async (inner) => {
    const own = inner.withTypeProvider<FastifyZodOpenApiTypeProvider>()
    behindAccountKey(own, context)
    for (const routes of ofAccount) routes(own, native)
    eventRoutes(own, native, streams)
    await own.register(async (lists) => {
      readsCsv(lists)
      batchMakingRoutes(lists.withTypeProvider<FastifyZodOpenApiTypeProvider>(), native)
    })
  })
}

const ofOperator = [
  accountRoutes,
  accountChangeRoutes,
  tokenRoutes,
  creditRoutes,
  operatorRoutes,
  peopleRoutes,
  personTokenRoutes,
  membershipRoutes,
]

const ofAccount = [
  ownAccountRoutes,
  ownKeyRoutes,
  trafficRoutes,
  conversationListRoutes,
  conversationRoutes,
  participantRoutes,
  communicationRoutes,
  timelineRoutes,
  configurationRoutes,
  endpointRoutes,
  endpointChangeRoutes,
  endpointTestRoutes,
  deliveryRoutes,
  replayRoutes,
  clockRoutes,
  sessionRoutes,
  sessionReadingRoutes,
  sessionPartRoutes,
  chatRoutes,
  mailRoutes,
  sessionControlRoutes,
  roomRoutes,
  slotRoutes,
  agentRoutes,
  agentEndRoutes,
  agentVersionRoutes,
  numberRoutes,
  numberChangeRoutes,
  batchRoutes,
  batchPartRoutes,
  batchControlRoutes,
  walletRoutes,
  simulatedCallRoutes,
  simulatedPhoneRoutes,
]
