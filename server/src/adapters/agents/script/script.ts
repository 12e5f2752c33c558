import type { AgentRuntime, News, SaidTurn, TurnInput, TurnReply } from '#services/calls/ports.ts'
import { filled } from '../variables.ts'

/** What it says to a user it wanted to hand over, or to call back. */
const sorry: Readonly<Record<News['on'], string>> = {
  transfer_failed: 'I am sorry, nobody could be reached just now. What else can I do for you?',
  callback_refused: 'I am sorry, we cannot call you back then. What else can I do for you?',
}

/** What it says after each thing the user says, where it has no lines. */
const listens = 'I see.'

/**
 * The built-in agent: its welcome, then its lines, one after each thing the user says, then goodbye, and it ends. Without lines it
 * listens, and leaves the end to the user and the limits. The same every time.
 */
export function scriptedAgent(): AgentRuntime {
  return { turn: async (input) => reply(input) }
}

function reply({ definition, data, on, said }: TurnInput): TurnReply {
  const { speech, welcome } = definition
  if (speech.by !== 'script') throw new Error('This agent has no script.')
  if (on === 'start') return saying(filled(welcome, data))
  if (on !== 'user') return saying(sorry[on])
  const goodbye = filled(speech.goodbye, data)
  const last = said.findLast(({ who }) => who === 'user')?.text ?? ''
  const isParting = /\b(?:good-?bye|bye)\b/i.test(last)
  if (speech.lines.length === 0) return saying(isParting ? goodbye : listens)
  if (isParting) return { ...saying(goodbye), end: { note: 'the user said goodbye' } }
  const lines = speech.lines.map((line) => filled(line, data)).filter((line) => line !== '')
  const isWelcomed = said[0]?.who === 'agent' && said[0].text === filled(welcome, data)
  const next = lines[linesSaid(lines, isWelcomed ? said.slice(1) : said)]
  return next === undefined ? { ...saying(goodbye), end: { note: 'the script was over' } } : saying(next)
}

/** How many of its lines it has said; what it said besides (whether anybody is there) does not count. */
function linesSaid(lines: readonly string[], said: readonly SaidTurn[]): number {
  let count = 0
  for (const { who, text } of said) if (who === 'agent' && text === lines[count]) count++
  return count
}

function saying(text: string): TurnReply {
  return text === '' ? {} : { say: text }
}
