import { readFileSync } from 'node:fs'
import type { Client, Json } from '../client.ts'
import type { Doings } from './load.ts'
import { wrongIn, type Receiver } from './receiver.ts'

/** Everything that must hold when all has come to its end; answers with what does not. */
export async function verify(
  client: Client,
  doings: Doings,
  { receiver, journal, silent }: { readonly receiver: Receiver; readonly journal: string; readonly silent: string },
): Promise<readonly string[]> {
  const executions = await allExecutions(client, doings)
  const sessions = await allSessions(client)
  return [
    ...nothingMissing(doings, executions, sessions),
    ...sessions.flatMap(notEnded),
    ...(await slotsTaken(client)),
    ...dialledTwice(journal, sessions),
    ...tooOften(doings, executions),
    ...(await untold(client, executions, receiver, silent)),
    ...receiver.wrong,
  ]
}

async function allSessions(client: Client): Promise<readonly Json[]> {
  const sessions: Json[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body } = await client.call(
      'GET',
      `/api/v1/sessions?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    sessions.push(...(body['sessions'] as Json[]))
    cursor = body['next'] as string | null
  }
  return sessions
}

async function allExecutions(client: Client, { orders }: Doings): Promise<ReadonlyMap<string, Json>> {
  const found = new Map<string, Json>()
  await eachOf(orders, async ({ execution }) => {
    if (execution === undefined) return
    const { status, body } = await client.call('GET', `/executions/${execution}`)
    if (status === 200) found.set(execution, body)
  })
  return found
}

/** What was answered is there, and there is nothing else: an order that was repeated made one call. */
function nothingMissing(
  { orders, earlier }: Doings,
  executions: ReadonlyMap<string, Json>,
  sessions: readonly Json[],
): readonly string[] {
  const ordered = earlier + orders.length
  const missing = orders.filter(({ execution = '' }) => !executions.has(execution))
  return [
    ...missing.map(({ execution, key }) => `The call ${execution ?? `of key ${key}`} is not there.`),
    ...(sessions.length === ordered ? [] : [`${ordered} were ordered, there are ${sessions.length} calls.`]),
  ]
}

function notEnded({ id, state, outcome, end, attempt }: Json): readonly string[] {
  const { cause } = (end ?? {}) as Json
  const { slot } = attempt as Json
  const isOver = state === 'ended' && typeof outcome === 'string' && typeof cause === 'string' && slot === null
  return isOver
    ? []
    : [`${String(id)} is ${String(state)}, ${String(outcome)}, ${String(cause)}, slot ${String(slot)}.`]
}

async function slotsTaken(client: Client): Promise<readonly string[]> {
  const { body } = await client.call('GET', '/api/v1/slots')
  const held = body['held'] as Json[]
  return held.length === 0 && body['waiting'] === 0 ? [] : [`Slots are still taken: ${JSON.stringify(body)}`]
}

/** The carrier's own journal: no leg was asked for twice, and none that no attempt was made for. */
function dialledTwice(journal: string, sessions: readonly Json[]): readonly string[] {
  const attempts = new Map(sessions.map(({ id, attempt }) => [bare(String(id)), Number((attempt as Json)['number'])]))
  const seen = new Set<string>()
  return readFileSync(journal, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const { reference } = JSON.parse(line) as { reference: string }
      const [session = '', attempt = ''] = reference.split('.')
      const isKnown = Number(attempt) <= (attempts.get(session) ?? 0)
      const isSecond = seen.has(reference)
      seen.add(reference)
      return isSecond ? [`${reference} was dialled twice.`] : isKnown ? [] : [`${reference} was dialled for nobody.`]
    })
}

function bare(id: string): string {
  return id.replace(/^session_/, '')
}

/** No more attempts than were allowed. */
function tooOften({ orders }: Doings, executions: ReadonlyMap<string, Json>): readonly string[] {
  return orders.flatMap(({ execution = '', attemptsMost }) => {
    const { attempt } = (executions.get(execution)?.['x'] ?? {}) as Json
    return Number(attempt) > attemptsMost ? [`${execution} was tried ${String(attempt)} times.`] : []
  })
}

/** Each change of status was told, in order and once; or it is kept for a receiver that takes nothing. */
async function untold(
  client: Client,
  executions: ReadonlyMap<string, Json>,
  receiver: Receiver,
  silent: string,
): Promise<readonly string[]> {
  const wrong: string[] = []
  await eachOf([...executions], async ([execution, body]) => {
    const changes = Number((body['x'] as Json)['sequence'])
    if (body['agent_id'] !== silent) {
      await until(() => receiver.told.get(execution)?.at(-1)?.isFinal === true)
      wrong.push(...wrongIn(execution, receiver.told.get(execution) ?? [], changes))
      return
    }
    const kept = async (): Promise<boolean> => {
      const { body: answer } = await client.call('GET', `/executions/${execution}/webhooks`)
      const owed = (answer['data'] as Json[]).filter(({ state }) => state === 'retrying' || state === 'failed')
      return owed.length === changes
    }
    if (!(await until(kept))) wrong.push(`${execution} changed ${changes} times, which is not all kept to be told.`)
  })
  return wrong
}

/** Waits for a fact, not for ever; deliveries run in real time. */
async function until(fact: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 800; tries++) {
    if (await fact()) return true
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return false
}

async function eachOf<Item>(items: readonly Item[], look: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values()
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const item of rest) await look(item)
    }),
  )
}
