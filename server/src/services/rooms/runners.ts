import type { SessionRequests } from '#domain/session/requests.ts'
import type { EffectRunner } from '#engine/api.ts'
import type { Floor } from './floor.ts'

type Kind = Extract<keyof SessionRequests, `room.${string}`>

/** What browser sessions ask of whoever talks in them. All wait until it is said, so that a clock that is advanced does as well. */
export function roomRunners(floor: Pick<Floor, 'begin' | 'talkOf'>, own: string): Readonly<Record<Kind, EffectRunner>> {
  return {
    'room.begin': {
      run: async ({ aggregate, payload }) => {
        const { lease } = payload as SessionRequests['room.begin']
        if (lease === own) await floor.begin(aggregate)
        return { settled: true }
      },
    },
    'room.ask_online': {
      run: async ({ aggregate }) => {
        await (await floor.talkOf(aggregate))?.askOnline()
        return { settled: true }
      },
    },
    'room.say_last': {
      run: async ({ aggregate }) => {
        await (await floor.talkOf(aggregate))?.sayLast()
        return { settled: true }
      },
    },
  }
}
