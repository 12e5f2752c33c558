import type { SessionRequests } from '#domain/session/requests.ts'
import type { EffectRunner } from '#engine/api.ts'
import type { Talks } from './talks.ts'

type Kind = Exclude<Extract<keyof SessionRequests, `agent.${string}`>, 'agent.greet'>

/** What calls ask of whoever talks. All wait until it is said, so that a clock that is advanced does as well. */
export function talkRunners(
  talks: Pick<Talks, 'begin' | 'askOnline' | 'sayLast' | 'tell'>,
): Readonly<Record<Kind, EffectRunner>> {
  return {
    'agent.begin': {
      run: async ({ account, aggregate: session, payload }) => {
        const { attempt, lease } = payload as SessionRequests['agent.begin']
        await talks.begin({ account, session, attempt }, lease)
        return { settled: true }
      },
    },
    'agent.ask_online': {
      run: async ({ account, aggregate: session, payload }) => {
        const { attempt } = payload as SessionRequests['agent.ask_online']
        await talks.askOnline({ account, session, attempt })
        return { settled: true }
      },
    },
    'agent.say_last': {
      run: async ({ account, aggregate: session, payload }) => {
        const { attempt } = payload as SessionRequests['agent.say_last']
        await talks.sayLast({ account, session, attempt })
        return { settled: true }
      },
    },
    'agent.tell': {
      run: async ({ account, aggregate: session, payload }) => {
        const { attempt, on, leg: name, reason } = payload as SessionRequests['agent.tell']
        await talks.tell({ account, session, attempt }, { on, reason, name })
        return { settled: true }
      },
    },
  }
}
