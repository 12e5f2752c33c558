import type { ScriptLine } from '#domain/agent/state.ts'
import type { ToolCall, Widget } from '#domain/session/events.ts'
import type { AgentRuntime, News, SaidTurn, SummaryInput, TurnInput, TurnReply } from '#services/calls/ports.ts'
import type { AskingNeed } from '../asking.ts'
import { tellTool, tellWords } from '../progress.ts'
import { refused, runTool, useId } from '../tool-runner.ts'
import { filled, filledWithin } from '../variables.ts'

/** What it says to a user it wanted to hand over, or to call back. */
const sorry: Readonly<Record<News['on'], string>> = {
  transfer_failed: 'I am sorry, nobody could be reached just now. What else can I do for you?',
  callback_refused: 'I am sorry, we cannot call you back then. What else can I do for you?',
}

/** What it says after each thing the user says, where it has no lines. */
const listens = 'I see.'
/** As much of what the user wanted as a summary quotes. */
const maxQuoted = 200

/**
 * The built-in agent: its welcome, then its lines, one after each thing the user says, then goodbye, and it ends. Without lines it
 * listens, and leaves the end to the user and the limits. The same every time. Without `need` it reaches no tools.
 */
export function scriptedAgent(need?: AskingNeed): AgentRuntime {
  return {
    turn: async (input) => {
      const next = nextLine(input)
      const reply = 'line' in next ? await performed(need, input, next.line) : next
      tellWords(input.onProgress, reply.say ?? '')
      return reply
    },
    summarise: async (input) => summaryOf(input),
  }
}

/** The line whose turn it is, or what it says instead of one. */
function nextLine({ definition, data, on, said, channel }: TurnInput): TurnReply | { readonly line: ScriptLine } {
  const { speech, welcome } = definition
  if (speech.by !== 'script') throw new Error('This agent has no script.')
  if (on === 'start') return saying(filled(welcome, data))
  if (on !== 'user') return saying(sorry[on])
  const goodbye = filled(speech.goodbye, data)
  const last = said.findLast(({ who }) => who === 'user')?.text ?? ''
  const isParting = /\b(?:good-?bye|bye)\b/i.test(last)
  if (speech.lines.length === 0) return saying(isParting ? goodbye : listens)
  if (isParting) return { ...saying(goodbye), end: { note: 'the user said goodbye' } }
  const lines = speech.lines.filter((line) => textOf(line, data) !== '')
  const isWelcomed = said[0]?.who === 'agent' && said[0].text === filled(welcome, data)
  const texts = lines.map((line) => textOf(line, data))
  const line = lines[linesSaid(texts, isWelcomed ? said.slice(1) : said)]
  if (line !== undefined) return { line }
  // Who writes gets an answer to everything, and ends it themselves where nothing is said in parting.
  const isSilent = goodbye === '' && channel !== 'voice'
  return isSilent ? saying(listens) : { ...saying(goodbye), end: { note: 'the script was over' } }
}

function textOf(line: ScriptLine, data: TurnInput['data']): string {
  return filled(typeof line === 'string' ? line : line.say, data)
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

/** Uses the tool first, and says the line whatever came of it. */
async function performed(need: AskingNeed | undefined, input: TurnInput, line: ScriptLine): Promise<TurnReply> {
  const said = saying(textOf(line, input.data))
  if (typeof line === 'string') return said
  const { tool, widgets = [], handOver } = line
  const call = tool && (await used(need, input, tool))
  const shown = input.rich === true ? widgets.map((widget) => filledWithin(widget, input.data) as Widget) : []
  return {
    ...said,
    ...(handOver && input.channel !== 'voice' && { handOver: { note: 'the script hands over' } }),
    ...(call && { toolCalls: [call], took: { toolsMs: call.latencyMs } }),
    ...(shown.length > 0 && { widgets: shown }),
  }
}

async function used(
  need: AskingNeed | undefined,
  input: TurnInput,
  { name, arguments: given }: { readonly name: string; readonly arguments: ToolCall['arguments'] },
): Promise<ToolCall> {
  const use = { id: useId(input, 1), name, arguments: filledWithin(given, input.data) as ToolCall['arguments'] }
  const call = need ? await runTool(need, input, use) : refused(use, 'No tool can be reached from here.')
  tellTool(input, call)
  return call
}

/** What the user wanted first, and how long they talked. */
function summaryOf({ said }: SummaryInput): string | undefined {
  const theirs = said.filter(({ who }) => who === 'user')
  const [first] = theirs
  if (!first) return undefined
  const quoted = first.text.trim().replaceAll(/\s+/g, ' ')
  const wanted = quoted.length > maxQuoted ? `${quoted.slice(0, maxQuoted).trimEnd().toWellFormed()}…` : quoted
  return `The user said "${wanted}". ${times('The user', theirs.length)}, ${times('the agent', said.length - theirs.length)}.`
}

function times(who: string, count: number): string {
  return `${who} spoke ${count === 1 ? 'once' : `${count} times`}`
}
