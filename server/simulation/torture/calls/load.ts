import type { Chance } from '../chance.ts'
import type { Client } from '../client.ts'

/** One call as it was ordered. `execution`: what was answered; absent: nothing was, because of a crash. */
export interface Ordered {
  readonly key: string
  readonly body: Readonly<Record<string, unknown>>
  readonly attemptsMost: number
  execution?: string
}

/** What was done and acknowledged so far. */
export interface Doings {
  /** Those of this round. */
  readonly orders: Ordered[]
  /** How many were ordered in earlier rounds. */
  earlier: number
  /** Answers that no crash explains. */
  readonly wrong: string[]
  /** The last time of the test clock that was answered. */
  clock: number
}

const retried = ['no-answer', 'busy', 'failed', 'error']

/** Orders so many calls to phones of every behaviour, many at once; answers when all are answered or the server has died. */
export async function orderMany(
  client: Client,
  chance: Chance,
  doings: Doings,
  agents: readonly string[],
  count: number,
): Promise<void> {
  const orders = Array.from({ length: count }, () => orderOf(chance, doings.clock, chance.of(agents) ?? ''))
  doings.orders.push(...orders)
  await send(client, doings, orders)
}

/** Sends what was not answered again, with the same keys: it must make no second call. */
export async function orderAgain(client: Client, doings: Doings): Promise<void> {
  await send(
    client,
    doings,
    doings.orders.filter(({ execution }) => execution === undefined),
  )
}

async function send(client: Client, doings: Doings, orders: readonly Ordered[]): Promise<void> {
  const rest = orders.values()
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const one of rest) {
        try {
          const { status, body } = await client.call('POST', '/call', one.body, { 'idempotency-key': one.key })
          if (status === 200) one.execution = String(body['execution_id'])
          else doings.wrong.push(`An order was answered ${status}: ${JSON.stringify(body)}`)
        } catch {
          return
        }
      }
    }),
  )
}

function orderOf(chance: Chance, clock: number, agent: string): Ordered {
  const retries = chance.below(5) < 2 ? 1 + chance.below(2) : 0
  const isLater = chance.below(10) === 0
  // 01 to 19: every behaviour there is; beyond: ordinary phones.
  const number = 1 + chance.below(24)
  return {
    key: chance.unique(),
    attemptsMost: 1 + retries,
    body: {
      agent_id: agent,
      recipient_phone_number: `+120255501${String(number).padStart(2, '0')}`,
      // Seconds of a clock that has gone on meanwhile: two minutes ahead is the least.
      ...(isLater && { scheduled_at: new Date(clock + 600_000).toISOString() }),
      ...(retries > 0 && {
        retry_config: {
          enabled: true,
          max_retries: retries,
          retry_on_statuses: retried,
          retry_on_voicemail: true,
          retry_intervals_minutes: [1],
        },
      }),
    },
  }
}

/** Lets time pass in small steps, and now and then stops or hangs up a call, until the server has died. */
export async function letTimePass(client: Client, chance: Chance, doings: Doings): Promise<void> {
  for (;;) {
    try {
      await advance(client, doings, `PT${1 + chance.below(4)}S`)
      const execution = chance.of(doings.orders)?.execution
      if (execution === undefined || chance.below(2) === 0) continue
      const how = chance.below(2) === 0 ? 'stop' : 'hangup'
      const { status } = await client.call('POST', `/call/${execution}/${how}`, {})
      if (status !== 200 && status !== 400) doings.wrong.push(`A ${how} was answered ${status}.`)
    } catch {
      return
    }
  }
}

export async function advance(client: Client, doings: Doings, by: string): Promise<void> {
  const { status, body } = await client.call('POST', '/api/v1/clock/advance', { by })
  if (status === 200) doings.clock = Math.max(doings.clock, Date.parse(String(body['now'])))
  else doings.wrong.push(`Advancing the clock was answered ${status}: ${JSON.stringify(body)}`)
}
