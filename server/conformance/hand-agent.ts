import type { AgentRuntime, TurnInput, TurnReply } from '#services/calls/ports.ts'

/** One turn that an agent was asked for; it lasts until the test answers. */
export interface AskedTurn {
  readonly input: TurnInput
  answer(reply: TurnReply): void
  fail(error: Error): void
}

/** An agent that the test plays itself, turn by turn. */
export interface HandAgent {
  readonly runtime: AgentRuntime
  /** The n-th turn, from 0, as soon as it is asked for. */
  asked(n: number): Promise<AskedTurn>
  /** How many turns were asked for so far. */
  count(): number
}

export function handAgent(own: Pick<AgentRuntime, 'summarise'> = {}): HandAgent {
  const turns: AskedTurn[] = []
  const waiting = new Map<number, (turn: AskedTurn) => void>()
  return {
    runtime: {
      ...own,
      turn: (input) =>
        new Promise((resolve, reject) => {
          const turn = { input, answer: resolve, fail: reject }
          waiting.get(turns.push(turn) - 1)?.(turn)
        }),
    },
    asked: (n) => {
      const turn = turns[n]
      return turn ? Promise.resolve(turn) : new Promise((resolve) => waiting.set(n, resolve))
    },
    count: () => turns.length,
  }
}
