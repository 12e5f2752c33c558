import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'
import type { AgentRuntime, TurnInput, TurnReply } from '#services/calls/ports.ts'
import type { OutgoingRequest, Vault } from '#services/ports.ts'
import { filled } from '../variables.ts'
import { AgentTrouble, readAnswer } from './answer.ts'
import type { Ask, Asked } from './ask.ts'
import { signatureHeaders } from './signature.ts'

export interface HttpAgentNeed {
  readonly ask: Ask
  readonly system: Pick<System, 'now' | 'after'>
  readonly vault: Pick<Vault, 'open'>
  /** Whether an account's agents may be on loopback and private addresses. */
  readonly internalTargets: (account: string) => Promise<boolean>
}

/** Waits before it is asked again, where nothing was sent; the agent's own time is the bound of all. */
const againMs: readonly Milliseconds[] = [200, 600]
const connectMs: Milliseconds = 5_000

/** Asks the user's program for every turn but the welcome, in real time. */
export function httpAgent(need: HttpAgentNeed): AgentRuntime {
  return {
    turn: async (input): Promise<TurnReply> => {
      const { definition, data, on } = input
      if (on === 'start' && definition.welcome !== '') return { say: filled(definition.welcome, data) }
      const asked = await askInTime(need, input)
      if ('error' in asked) throw new AgentTrouble(`its program could not be asked: ${asked.error}`)
      return readAnswer(asked.status, asked.body)
    },
  }
}

/** Only what was never sent is sent again: a program must not take one turn twice. */
async function askInTime(need: HttpAgentNeed, input: TurnInput): Promise<Asked> {
  const { speech } = input.definition
  if (speech.by !== 'http') throw new AgentTrouble('it has no program')
  const until = need.system.now() + speech.timeoutMs
  const internalTargets = await need.internalTargets(input.account)
  const body = bodyOf(input)
  for (let tries = 0; ; tries++) {
    const leftMs = Math.max(1, until - need.system.now())
    const asked = await need.ask({
      url: speech.url,
      method: 'POST',
      headers: headersOf(need, speech.sealedSecret, idOf(input), body),
      body,
      internalTargets,
      connectTimeoutMs: Math.min(leftMs, connectMs),
      totalTimeoutMs: leftMs,
    } satisfies OutgoingRequest)
    const waitMs = againMs[tries]
    const isWorthIt = 'error' in asked && asked.unsent === true && !asked.refused && !input.signal.aborted
    if (!isWorthIt || waitMs === undefined || need.system.now() + waitMs >= until) return asked
    await new Promise<void>((resolve) => need.system.after(waitMs, resolve))
    if (input.signal.aborted) return asked
  }
}

/** The same for the same turn, however often it is asked for. */
function idOf({ session, said, news }: TurnInput): string {
  return `turn_${session}.${said.length}${news ? `.${news.name}` : ''}`
}

function headersOf(
  { vault, system }: HttpAgentNeed,
  sealedSecret: string | undefined,
  id: string,
  body: string,
): Record<string, string> {
  const headers = { 'content-type': 'application/json', 'user-agent': 'Colloquy-Agent/1' }
  if (sealedSecret === undefined) return { ...headers, 'webhook-id': id }
  return { ...headers, ...signatureHeaders(vault.open(sealedSecret), id, system.now(), body) }
}

/** What the program is told. Ids are as the API shows them. */
function bodyOf({ session, agent, channel, data, said, on, news }: TurnInput): string {
  const why = { on, ...(news && { reason: news.reason }) }
  return JSON.stringify({ session: `session_${session}`, agent: `agent_${agent}`, channel, ...why, data, said })
}
