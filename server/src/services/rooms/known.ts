import type { SaidTurn } from '../calls/ports.ts'
import type { SaidWords } from '../calls/conversation/transcript.ts'

/** What a talk goes on from in another process. */
export interface Said {
  /** In the order in which the agent was told of it: an answer follows what it answers, though the user spoke on meanwhile. */
  readonly said: readonly SaidTurn[]
  /** The user said something that nobody has answered: neither the agent nor a supervisor in its place. */
  readonly isUnanswered: boolean
}

export function saidFrom(words: readonly SaidWords[]): Said {
  const told: SaidWords[] = []
  for (const one of words) told.splice(placeOf(told, one), 0, one)
  return { said: told.map(({ who, text }) => ({ who, text })), isUnanswered: isUnanswered(words) }
}

/** Behind what it answers, and what was answered to that already; else at the end. */
function placeOf(told: readonly SaidWords[], { turn }: SaidWords): number {
  if (turn?.answers === undefined) return told.length
  const answered = told.findIndex(({ id }) => id === turn.answers)
  if (answered < 0 && turn.answers !== null) return told.length
  const next = told.findIndex((one, i) => i > answered && (one.who === 'user' || one.turn?.speaker !== undefined))
  return next < 0 ? told.length : next
}

/** Only what took an agent a turn is an answer: asking whether somebody is there is none. Older servers did not note to what. */
function isUnanswered(words: readonly SaidWords[]): boolean {
  const last = words.findLastIndex(({ who }) => who === 'user')
  if (last < 0) return false
  return !words.slice(last + 1).some(({ turn }) => {
    if (turn?.speaker) return true
    return turn?.took !== undefined && (turn.answers === undefined || turn.answers === words[last]?.id)
  })
}
