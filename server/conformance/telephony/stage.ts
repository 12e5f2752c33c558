import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { Simulator, type JournalLine } from '#adapters/telephony/simulator/simulator.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import { Clocks } from '#engine/time/clocks.ts'
import { Listening, type TelephonyRig } from './rig.ts'

export interface StageOptions {
  readonly kind?: 'wall' | 'test'
  readonly seed?: number
  /** What the agent says at each of its turns; empty: nothing, ever. */
  readonly agent?: string
  readonly startAt?: Instant
}

/** The simulator alone, on a clock moved by hand, with an agent that answers everything it hears. */
export interface Stage extends TelephonyRig {
  readonly telephony: Simulator
  readonly clocks: Clocks
  readonly heard: Listening
  readonly journal: readonly JournalLine[]
  /** What was told of a leg, as `+seconds what`, from the instant the stage was opened. */
  story(reference: string): readonly string[]
}

export async function openStage({ kind = 'test', seed = 1, agent = '', startAt }: StageOptions = {}): Promise<Stage> {
  const system = simulatedSystem(seed, startAt === undefined ? {} : { startAt })
  const clocks = new Clocks(openMemory(), system)
  await clocks.define('alice', kind, system.now())
  const journal: JournalLine[] = []
  const telephony = new Simulator({ clocks, seed, journal: (line) => journal.push(line) })
  const openedAt = clocks.now('alice')
  const story: { readonly at: Instant; readonly reference: string; readonly what: string }[] = []
  const rig: TelephonyRig = {
    telephony,
    account: 'alice',
    own: '+12025550100',
    numbers: { answers: '+12025550101', busy: '+12025550102', rings: '+12025550114' },
    async pass(ms: Milliseconds) {
      if (kind === 'wall') await system.advance(ms)
      else await clocks.advance('alice', clocks.now('alice') + ms)
    },
    callIn: () => telephony.dial('alice', { from: '+12025550101', to: '+12025550100' }),
  }
  const speak = async (reference: string): Promise<void> => {
    if (agent !== '') await telephony.speak('alice', reference, agent)
  }
  const heard = new Listening(rig, async (report) => {
    const at = clocks.now('alice')
    if (report.kind === 'incoming') return
    const { reference } = report
    story.push({ at, reference, what: report.kind === 'leg' ? report.what.is : report.beep ? 'beep' : 'speech' })
    if (report.kind === 'speech' && !report.beep) clocks.at('alice', at + report.lastsMs, () => speak(reference))
    if (report.kind === 'leg' && report.what.is === 'answered') await speak(reference)
  })
  const storyOf = (reference: string): readonly string[] =>
    story.filter((one) => one.reference === reference).map(({ at, what }) => `+${(at - openedAt) / 1_000} ${what}`)
  return { ...rig, telephony, clocks, heard, journal, story: storyOf }
}
