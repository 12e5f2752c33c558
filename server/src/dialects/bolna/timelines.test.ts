import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Asked } from '#services/ports.ts'
import { openBolna, phone, shop, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import { readId } from '#dialects/bolna/ids.ts'
import { showId } from '#dialects/native/vocabulary.ts'
import { hourMs, minuteMs, type Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Execution } from './execution.ts'

/**
 * The timelines of section 6.1 against the simulated carrier: exactly those webhooks in that order, and each body the execution
 * as `GET /executions/{id}` shows it at that moment. What one transaction writes at once nobody can read in between; a test says
 * of which webhooks that is so.
 */

const analysisUrl = 'https://analysis.example.com/make'
const second = 1_000
const rates = {
  perMinute: { network: 1, platform: 2 },
  transcriberPerSecond: 0.01,
  synthesizerPerCharacter: 0.001,
  llmPerThousandTokens: 0,
}

/** Asked for a summary or an extraction while the call is being wrapped up. */
let onAnalysis: () => Promise<void> = async () => {}

async function analyse(body: string): Promise<Asked> {
  await onAnalysis()
  const { artefact } = JSON.parse(body) as { artefact: string }
  const value = artefact === 'summary' ? 'They talked.' : { General: { Outcome: { objective: 'yes' } } }
  return { status: 200, headers: {}, body: JSON.stringify(value) }
}

/** One execution that is looked at again and again: how it is shown when it first has each of its statuses. */
class Watched {
  readonly line: Line
  readonly id: string
  readonly begun: number
  readonly seen = new Map<number, Execution>()

  constructor(line: Line, id: string, begun: number) {
    this.line = line
    this.id = id
    this.begun = begun
    onAnalysis = () => this.look()
  }

  async look(): Promise<void> {
    const shown = await this.line.execution(this.id)
    if (!this.seen.has(shown.x.sequence)) this.seen.set(shown.x.sequence, shown)
  }

  async pass(ms: Milliseconds, step: Milliseconds = 100): Promise<void> {
    for (let gone = 0; gone < ms; gone += step) {
      await this.line.pass(Math.min(step, ms - gone))
      await this.look()
    }
  }

  get told(): readonly Execution[] {
    return this.line.told.filter(({ id }) => id === this.id)
  }

  get statuses(): readonly string[] {
    return this.told.map(({ status }) => status)
  }

  /** Status and seconds from the order. */
  get times(): readonly (readonly [string, number])[] {
    return this.told.map(({ status, updated_at }) => [status, (Date.parse(updated_at) - this.begun) / second])
  }

  one(status: string, nth = 0): Execution {
    const found = this.told.filter((body) => body.status === status)[nth]
    if (!found) throw new Error(`It was not told ${status}.`)
    return found
  }

  /** Every body is what was read at its moment, but those of `unseen`, which nobody could read. */
  expectMoments(unseen: readonly string[] = []): void {
    const blind: string[] = []
    for (const body of this.told) {
      const shown = this.seen.get(body.x.sequence)
      if (shown?.status === body.status) expect(shown).toEqual(asRead(body, shown))
      else blind.push(body.status)
    }
    expect(blind).toEqual(unseen)
    expect(this.told.map(({ x: { sequence } }) => sequence)).toEqual(this.told.map((_, i) => i + 1))
    expect(this.told.map(({ x }) => x.is_final)).toEqual(this.told.map((_, i) => i === this.told.length - 1))
  }
}

/**
 * What a reader sees a little otherwise than it was told: its place in the line is counted when it is asked for, and artefacts
 * are settled one by one while it is wrapped up.
 */
function asRead(body: Execution, shown: Execution): Execution {
  const { queue_position } = shown.x
  const phases = body.status === 'call-disconnected' ? shown.x.phases : body.x.phases
  return { ...body, x: { ...body.x, queue_position, phases } }
}

describe('section 6.1, one webhook for each change of status', () => {
  let house: BolnaHouse
  let line: Line
  beforeAll(async () => {
    house = await openBolna({ analysisUrl, rates }, ({ url, body }) =>
      url === analysisUrl ? analyse(body ?? '') : { status: 200 },
    )
  })
  afterAll(() => house.stop())

  const makes = { tasks: ['conversation', 'summarization', 'extraction'].map((task_type) => ({ task_type })) }

  /** Places a call while no slot is free, looks at it, and lets it be dialled. */
  async function dialled(agent: string, to: string, more: Readonly<Record<string, unknown>> = {}): Promise<Watched> {
    await line.slots(0)
    const watched = await ordered(agent, to, more)
    await watched.line.slots(10)
    await watched.pass(0)
    await watched.look()
    return watched
  }

  async function ordered(agent: string, to: string, more: Readonly<Record<string, unknown>> = {}): Promise<Watched> {
    const watched = new Watched(line, await line.call(agent, to, more), line.now())
    await line.rest()
    await watched.look()
    return watched
  }

  test('answered: queued, initiated, ringing, in-progress, call-disconnected, completed', async () => {
    line = await house.line()
    const agent = await line.agent({ config: makes, lines: ['We open at nine.', 'And close at five.'] })
    const call = await dialled(agent, phone('01'))
    await call.pass(30 * second)
    console.log(call.times)
    call.expectMoments()
  })
})
