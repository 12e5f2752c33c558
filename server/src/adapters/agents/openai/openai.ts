import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'
import type { AgentRuntime, TurnInput, TurnReply } from '#services/calls/ports.ts'
import type { Asked, Sender, Vault } from '#services/ports.ts'
import { filled } from '../variables.ts'
import { readAnswer } from './answer.ts'
import { bodyOf, urlOf, type ModelSpeech } from './request.ts'
import { ModelTrouble } from './trouble.ts'

export interface ModelAgentNeed {
  readonly ask: Sender['ask']
  readonly system: Pick<System, 'now' | 'after'>
  readonly vault: Pick<Vault, 'open'>
  /** Whether an account's agents may be on loopback and private addresses. */
  readonly internalTargets: (account: string) => Promise<boolean>
}

/** Wait before the one further try, where nothing was sent. */
const againMs: Milliseconds = 200
const connectMs: Milliseconds = 5_000

/** Asks a language model for every turn but the welcome, in real time. Without a welcome the user speaks first. */
export function modelAgent(need: ModelAgentNeed): AgentRuntime {
  return {
    turn: async (input): Promise<TurnReply> => {
      const { definition, data, on } = input
      const { speech, welcome } = definition
      if (speech.by !== 'openai') throw new ModelTrouble('it has no model')
      if (on === 'start') return welcome === '' ? {} : { say: filled(welcome, data) }
      const asked = await askInTime(need, speech, input)
      if ('error' in asked) throw new ModelTrouble(`its endpoint could not be asked: ${asked.error}`)
      return readAnswer(asked.status, asked.body, speech.model)
    },
  }
}

/** Only what was never sent is sent again: a model that is asked twice is paid twice. */
async function askInTime(need: ModelAgentNeed, speech: ModelSpeech, input: TurnInput): Promise<Asked> {
  const until = need.system.now() + speech.timeoutMs
  const internalTargets = await need.internalTargets(input.account)
  const request = {
    url: urlOf(speech),
    method: 'POST',
    headers: headersOf(need, speech),
    body: bodyOf(speech, input),
    internalTargets,
  } as const
  const ask = (): Promise<Asked> => {
    const leftMs = Math.max(1, until - need.system.now())
    return need.ask({ ...request, connectTimeoutMs: Math.min(leftMs, connectMs), totalTimeoutMs: leftMs })
  }
  const asked = await ask()
  const isWorthIt = 'error' in asked && asked.unsent === true && !asked.refused && !input.signal.aborted
  if (!isWorthIt || need.system.now() + againMs >= until) return asked
  await new Promise<void>((resolve) => need.system.after(againMs, resolve))
  return input.signal.aborted ? asked : ask()
}

function headersOf({ vault }: ModelAgentNeed, { sealedKey }: ModelSpeech): Record<string, string> {
  const headers = { 'content-type': 'application/json', 'user-agent': 'Colloquy-Agent/1' }
  return sealedKey === undefined ? headers : { ...headers, authorization: `Bearer ${vault.open(sealedKey)}` }
}
