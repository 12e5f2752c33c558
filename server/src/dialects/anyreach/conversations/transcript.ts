import type { Took, ToolCall } from '#domain/session/events.ts'
import type { Talk, TalkItem } from '#services/texts/api.ts'
import { stamp, type Microseconds } from '../time.ts'
import type { Replied, WholeConversation } from '../wire/conversations.ts'

type Transcript = WholeConversation['conversation']

/** What was said and done, in order of time (3.2); empty where nothing was. `from`: nothing is older than the conversation itself. */
export function transcriptOf({ items, isAll }: Talk, from: Microseconds): Transcript {
  if (items.length === 0) return {}
  return {
    ...(!isAll && { truncated: true }),
    // Tools are told with what they were used for; the user may have spoken meanwhile.
    items: items
      .toSorted((a, b) => a.at - b.at)
      .map((item) => {
        const created_at = stamp(Math.max(from, item.at * 1_000))
        if (item.is === 'tool') return { type: 'tool_call', ...usedTool(item.call), created_at }
        const { who, text, took } = item
        return {
          type: 'turn',
          role: who,
          text,
          created_at,
          ...(who === 'agent' && took && { latency: latencyOf(took) }),
        }
      }),
  }
}

/** A tool and what came of it. */
export function usedTool(call: ToolCall): Replied['tool_calls'][number] {
  return {
    call_id: call.id,
    name: call.name,
    arguments: { ...call.arguments },
    output: call.output,
    is_error: call.isError,
    latency_ms: call.latencyMs,
  }
}

/** Nothing is spoken here that was synthesized. */
function latencyOf({ totalMs, firstWordMs, toolsMs }: Took) {
  return { end_to_end_ms: totalMs, llm_ttft_ms: firstWordMs ?? null, tts_ttfb_ms: null, tools_ms: toolsMs ?? null }
}

/** What the agent said before anything else was said. */
export function startingMessage(items: readonly TalkItem[]): string | null {
  const first = items.find((item) => item.is === 'turn')
  return first?.who === 'agent' ? first.text : null
}
