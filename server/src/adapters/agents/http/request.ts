import type { SummaryInput, TurnInput } from '#services/calls/ports.ts'

/** The same for the same turn, however often it is asked for. */
export function turnId({ session, said, turn, news }: TurnInput): string {
  return `turn_${session}.${turn ?? said.length}${news ? `.${news.name}` : ''}`
}

/** What the program is told for a turn. Ids are as the API shows them. */
export function turnBody(input: TurnInput): string {
  const { session, agent, channel, data, context, advice, rich, said, on, news, onProgress } = input
  return JSON.stringify({
    session: `session_${session}`,
    agent: `agent_${agent}`,
    channel,
    on,
    ...(news && { reason: news.reason }),
    data,
    context: context ?? null,
    ...(advice && { advice }),
    rich: rich ?? false,
    said,
    ...(onProgress && { stream: true }),
  })
}

export function summaryId({ session }: SummaryInput): string {
  return `summary_${session}`
}

export function summaryBody({ session, said }: SummaryInput): string {
  return JSON.stringify({ session: `session_${session}`, on: 'summary', said })
}
