import type { SessionRequests } from '#domain/session/requests.ts'
import type { EffectRunner } from '#engine/api.ts'
import type { Talks } from './talks.ts'

/** What sessions ask of whoever talks. Both wait until it is said, so that a clock that is advanced does as well. */
export function talkRunners(
  talks: Pick<Talks, 'begin' | 'askOnline'>,
): Readonly<Record<'agent.begin' | 'agent.ask_online', EffectRunner>> {
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
  }
}
