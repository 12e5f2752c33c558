import { isTelephone } from '#domain/vocabulary/address.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { TurnReply } from '#services/calls/ports.ts'

/** Bounds of what a program may answer. */
const maxSay = 4_000
const maxNote = 200

/** Why a turn could not be had. The name says what is wrong, and quotes nothing of what was said. */
export class AgentTrouble extends Error {
  constructor(name: string) {
    super(name)
    this.name = name
  }
}

/**
 * Reads what the user's program answered: `{"say": …, "end": true or {"note": …}, "transfer": {"to": …}, "callBack": {"at": …}}`,
 * all optional.
 */
export function readAnswer(status: number, body: string): TurnReply {
  if (status === 204) return {}
  if (status !== 200) throw new AgentTrouble(`its program answered with status ${status}`)
  const given = parsed(body)
  const say = readSay(given['say'])
  const end = readEnd(given['end'])
  const transfer = readTransfer(given['transfer'])
  if (end && transfer) throw new AgentTrouble('its program wants to end and to transfer in one turn')
  const callBack = readCallBack(given['callBack'])
  if (callBack && transfer) throw new AgentTrouble('its program wants to call back and to transfer in one turn')
  return {
    ...(say !== undefined && { say }),
    ...(end && { end }),
    ...(transfer && { transfer }),
    ...(callBack && { callBack }),
  }
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new AgentTrouble('its program did not answer in JSON')
  }
  if (!isObject(value)) throw new AgentTrouble('its program did not answer with a JSON object')
  return value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readSay(say: unknown): string | undefined {
  if (say === undefined || say === null) return undefined
  if (typeof say !== 'string') throw new AgentTrouble('its program answered with a "say" that is no text')
  if (say.length > maxSay) throw new AgentTrouble(`its program says more than ${maxSay} characters at once`)
  return say.isWellFormed() ? say : say.toWellFormed()
}

function readEnd(end: unknown): TurnReply['end'] {
  if (end === undefined || end === null || end === false) return undefined
  if (end === true) return {}
  const note = isObject(end) ? end['note'] : undefined
  if (!isObject(end) || (note !== undefined && typeof note !== 'string'))
    throw new AgentTrouble('its program answered with an "end" that is neither true nor {"note": text}')
  return note === undefined ? {} : { note: note.slice(0, maxNote).toWellFormed() }
}

function readTransfer(transfer: unknown): TurnReply['transfer'] {
  if (transfer === undefined || transfer === null) return undefined
  const to = isObject(transfer) ? transfer['to'] : undefined
  if (typeof to !== 'string' || !isTelephone(to))
    throw new AgentTrouble('its program answered with a "transfer" whose "to" is no telephone number')
  return { to }
}

function readCallBack(callBack: unknown): TurnReply['callBack'] {
  if (callBack === undefined || callBack === null) return undefined
  const at = isObject(callBack) ? callBack['at'] : undefined
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
