import { isTelephone } from '#domain/vocabulary/address.ts'
import { isLonger } from '#domain/vocabulary/characters.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { TurnInput, TurnReply } from '#services/calls/ports.ts'
import { turnsAway } from '../asking.ts'
import { fieldsIn, isFields, type Fields } from '../json.ts'
import { readToolCalls, readWidgets } from './shown.ts'
import { AgentTrouble } from './trouble.ts'

/** Bounds of what a program may answer. */
export const maxSay = 4_000
const maxNote = 200
const maxSummary = 2_000

/** Reads what the user's program answered in one piece. */
export function readAnswer(status: number, body: string, input: TurnInput): TurnReply {
  if (status === 204) return {}
  if (status !== 200)
    throw new AgentTrouble(`its program answered with status ${status}`, { unreached: turnsAway(status) })
  return readReply(objectIn(body, 'its program did not answer with a JSON object'), input)
}

/** What a text is in JSON; the trouble says what is none. */
export function objectIn(text: string, trouble: string): Fields {
  const given = fieldsIn(text)
  if (!given) throw new AgentTrouble(trouble)
  return given
}

/**
 * Reads a whole answer: `{"say": …, "end": true or {"note": …}, "handOver": the same, "transfer": {"to": …}, "callBack": {"at": …},
 * "toolCalls": […], "widgets": […]}`, all optional. Widgets that cannot be shown are left out.
 */
export function readReply(given: Fields, input: TurnInput): TurnReply {
  const say = readSay(given['say'])
  const acts = readActs(given, input)
  const toolCalls = readToolCalls(given['toolCalls'], input)
  const widgets = readWidgets(given['widgets'])
  return {
    ...(say !== undefined && { say }),
    ...acts,
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(input.rich === true && widgets.length > 0 && { widgets }),
  }
}

type Acts = Pick<TurnReply, 'end' | 'handOver' | 'transfer' | 'callBack'>

const words: Readonly<Record<keyof Acts, string>> = {
  end: 'to end',
  handOver: 'to hand over',
  transfer: 'to transfer',
  callBack: 'to call back',
}
const together: readonly (keyof Acts)[] = ['end', 'callBack']

/** One turn does one of them; only what is agreed for later goes with an end. */
function readActs(given: Fields, { channel }: TurnInput): Acts {
  const end = readNoted(given, 'end')
  const handOver = readNoted(given, 'handOver')
  const transfer = readTransfer(given['transfer'])
  const callBack = readCallBack(given['callBack'])
  const acts: Acts = {
    ...(end && { end }),
    ...(callBack && { callBack }),
    ...(handOver && { handOver }),
    ...(transfer && { transfer }),
  }
  const names = Object.keys(acts) as (keyof Acts)[]
  if (names.length > 1 && !names.every((name) => together.includes(name)))
    throw new AgentTrouble(`its program wants ${names.map((name) => words[name]).join(' and ')} in one turn`)
  if (handOver && channel === 'voice')
    throw new AgentTrouble('its program wants to hand over on a call, which is transferred')
  return acts
}

function readSay(say: unknown): string | undefined {
  if (say === undefined || say === null) return undefined
  if (typeof say !== 'string') throw new AgentTrouble('its program answered with a "say" that is no text')
  if (isLonger(say, maxSay)) throw new AgentTrouble(`its program says more than ${maxSay} characters at once`)
  return say.toWellFormed()
}

function readNoted(given: Fields, name: 'end' | 'handOver'): { readonly note?: string } | undefined {
  const act = given[name]
  if (act === undefined || act === null || act === false) return undefined
  if (act === true) return {}
  const note = isFields(act) ? act['note'] : undefined
  if (!isFields(act) || (note !== undefined && typeof note !== 'string'))
    throw new AgentTrouble(`its program answered with "${name}" that is neither true nor {"note": text}`)
  return note === undefined ? {} : { note: note.slice(0, maxNote).toWellFormed() }
}

function readTransfer(transfer: unknown): TurnReply['transfer'] {
  if (transfer === undefined || transfer === null) return undefined
  const to = isFields(transfer) ? transfer['to'] : undefined
  if (typeof to !== 'string' || !isTelephone(to))
    throw new AgentTrouble('its program answered with a "transfer" whose "to" is no telephone number')
  return { to }
}

function readCallBack(callBack: unknown): TurnReply['callBack'] {
  if (callBack === undefined || callBack === null) return undefined
  const at = isFields(callBack) ? callBack['at'] : undefined
  const instant = typeof at === 'string' ? instantOf(at) : undefined
  if (instant === undefined)
    throw new AgentTrouble('its program answered with a "callBack" whose "at" is no time with its offset')
  return { at: instant }
}

/** RFC 3339; a time without an offset says nothing. */
function instantOf(text: string): Instant | undefined {
  try {
    return Temporal.Instant.from(text).epochMilliseconds
  } catch {
    return undefined
  }
}

/** A program that knows of no summaries answers something else, which is none. */
export function readSummary(status: number, body: string): string | undefined {
  const summary = status === 200 ? fieldsIn(body)?.['summary'] : undefined
  if (typeof summary !== 'string' || summary.trim() === '') return undefined
  return summary.trim().slice(0, maxSummary).toWellFormed()
}
