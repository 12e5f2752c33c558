import type { TalkItem } from '#services/texts/api.ts'
import { stamp } from '../time.ts'

type Said = Extract<TalkItem, { is: 'turn' }>
type Used = Extract<TalkItem, { is: 'tool' }>

export function isSaid(item: TalkItem): item is Said {
  return item.is === 'turn'
}

/** One row for each tool the agent used, in order; the rows are ours, the vendor publishes none (3.1). */
export function toolCallLogs(talk: readonly TalkItem[]) {
  return talk
    .filter((item): item is Used => item.is === 'tool')
    .map(({ at, call }) => ({
      id: call.id,
      name: call.name,
      arguments: { ...call.arguments },
      output: call.output,
      is_error: call.isError,
      latency_ms: call.latencyMs,
      called_at: stamp(at),
    }))
}

/**
 * How long the agent took for each of its turns from the user's first words on (3.8), in ms: it stands where the vendor has its language model. Null as long as
 * there is none. No speech pipeline runs here, so nothing else of it is measured.
 */
export function latencyOf(talk: readonly TalkItem[]) {
  const turns: { turn: number; time_to_first_token: number | null; time_to_last_token: number }[] = []
  let isAnswer = false
  for (const { who, took } of talk.filter(isSaid)) {
    isAnswer ||= who === 'user'
    if (who === 'agent' && isAnswer && took) {
      const { firstWordMs = null, totalMs } = took
      turns.push({ turn: turns.length + 1, time_to_first_token: firstWordMs, time_to_last_token: totalMs })
    }
  }
  if (turns.length === 0) return null
  const unmeasured = { stream_id: null, time_to_first_audio: null, region: null, transcriber: null, synthesizer: null }
  return { ...unmeasured, llm: { time_to_connect: null, turns }, rag: null }
}
