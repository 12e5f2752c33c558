import type { ToolCall, Widget } from '#domain/session/events.ts'
import { limits } from '#domain/session/limits.ts'
import type { TurnInput } from '#services/calls/ports.ts'
import { fits, isFields } from '../json.ts'
import { useId } from '../tool-runner.ts'
import { maxWidgets, readWidget } from '../widgets.ts'
import { AgentTrouble } from './trouble.ts'

const maxCalls = 64
const maxName = 64
const maxId = 100

/** The tools that the program used itself, each once; what it leaves out of one has its usual value. */
export function readToolCalls(given: unknown, input: TurnInput): readonly ToolCall[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given) || given.length > maxCalls)
    throw new AgentTrouble(`its program answered with "toolCalls" that are no list of at most ${maxCalls}`)
  const calls = given.map((one, index) => readToolCall(one, useId(input, index + 1)))
  return [...new Map(calls.map((call) => [call.id, call])).values()]
}

/** One of them. `usualId`: its name, where the program gives it none. */
export function readToolCall(given: unknown, usualId: string): ToolCall {
  const fields = isFields(given) ? given : {}
  const { id = usualId, name, arguments: args = {}, output = null, isError = false, latencyMs = 0 } = fields
  const isRight =
    isName(id, maxId) &&
    isName(name, maxName) &&
    isFields(args) &&
    typeof isError === 'boolean' &&
    typeof latencyMs === 'number' &&
    latencyMs >= 0 &&
    latencyMs <= Number.MAX_SAFE_INTEGER
  if (!isRight)
    throw new AgentTrouble(
      'its program answered with a tool call that is none: {"name", "arguments", "output", "isError", "latencyMs"}',
    )
  const call = { id, name, arguments: args, output, isError, latencyMs: Math.round(latencyMs) }
  if (!fits(call, limits.tool)) throw new AgentTrouble('its program answered with a tool call larger than 64 KB')
  return call
}

function isName(value: unknown, most: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= most && value.isWellFormed()
}

export function readWidgets(given: unknown): readonly Widget[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given) || given.length > maxWidgets)
    throw new AgentTrouble(`its program answered with "widgets" that are no list of at most ${maxWidgets}`)
  return given.map((one) => {
    const widget = readWidget(one)
    if (!widget) throw new AgentTrouble('its program answered with a widget that is none: {"type": name, "data": {…}}')
    return widget
  })
}
