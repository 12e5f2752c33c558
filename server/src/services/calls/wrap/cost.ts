import type { Session } from '#domain/session/state.ts'
import { minuteMs, type Instant } from '#domain/vocabulary/instant.ts'
import type { Rates, SaidTurn } from '../ports.ts'
import type { Models } from './usage.ts'

/** What one attempt of a call cost, in cents, and what it was counted by. */
export interface Cost {
  readonly network: number
  readonly platform: number
  readonly transcriber: number
  readonly synthesizer: number
  readonly llm: number
  /** The network's part of the leg that the call was handed to. */
  readonly transfer: number
  readonly total: number
  /** Started minutes of the call. */
  readonly minutes: number
  readonly seconds: number
  /** Characters that our voice spoke. */
  readonly characters: number
  /** Into and out of all models together. */
  readonly tokens: number
  readonly models: Models
}

/** Started minutes are charged from the answer to the end of the line, words by what was said, models by their tokens. */
export function costOf(session: Session, said: readonly SaidTurn[], rates: Rates, models: Models = {}): Cost {
  const { answeredAt, endedAt = session.updatedAt } = session.attempt
  const lastedMs = answeredAt === undefined ? 0 : Math.max(0, endedAt - answeredAt)
  const seconds = lastedMs / 1_000
  const minutes = Math.ceil(lastedMs / minuteMs)
  const characters = said.reduce((sum, { who, text }) => (who === 'agent' ? sum + text.length : sum), 0)
  const tokens = Object.values(models).reduce((sum, { input, output }) => sum + input + output, 0)
  const parts = {
    network: cents(minutes * rates.perMinute.network),
    platform: cents(minutes * rates.perMinute.platform),
    transcriber: cents(seconds * rates.transcriberPerSecond),
    synthesizer: cents(characters * rates.synthesizerPerCharacter),
    llm: cents((tokens / 1_000) * rates.llmPerThousandTokens),
    transfer: cents(transferMinutes(session, endedAt) * rates.perMinute.network),
  }
  const total = cents(Object.values(parts).reduce((sum, part) => sum + part, 0))
  return { ...parts, total, minutes, seconds, characters, tokens, models }
}

/** Started minutes of the human's leg after a transfer; of one that goes on until the line is given up, at `endedAt`. */
function transferMinutes({ control }: Session, endedAt: Instant): number {
  const second = control?.second
  if (second?.purpose !== 'transfer' || second.answeredAt === undefined) return 0
  return Math.ceil(Math.max(0, (second.endedAt ?? endedAt) - second.answeredAt) / minuteMs)
}

/** Whole thousandths of a cent: what is added up later must not drift. */
function cents(value: number): number {
  return Math.round(value * 1_000) / 1_000
}
