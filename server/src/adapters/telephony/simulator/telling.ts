import type { ReportedWhat } from '#domain/session/commands.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Leg, Line, Played, Told } from './leg.ts'

/** Packets a second, each way: 20 ms of sound in each. */
const packetsPerSecond = 50

/**
 * A report of what happens at `at`, told `laterMs` after it. What the script wants to go wrong goes wrong with the reports
 * that decide; late and lost altogether are all of them.
 */
export function report(leg: Leg, at: Instant, what: ReportedWhat, laterMs: Milliseconds = 0): Played {
  const { callId, line } = leg
  const sequence = line.sequence + 1
  const told: Told = {
    at: at + laterMs + line.delayMs,
    kind: 'leg',
    report: { sequence, what, callId, providerAt: at },
  }
  const counted: Line = { ...line, sequence }
  if (!decides(what)) return { leg: { ...leg, line: counted }, told: line.loses === 'all' ? [] : [told] }
  const sent = send({ ...counted, known: [...line.known, told.report] }, told)
  return { leg: { ...leg, line: sent.line }, told: sent.told }
}

function decides({ is }: ReportedWhat): boolean {
  return is !== 'media' && is !== 'dtmf'
}

function send(line: Line, told: Told): { readonly line: Line; readonly told: readonly Told[] } {
  if (line.loses !== 'nothing') return { line: { ...line, loses: line.loses === 'all' ? 'all' : 'nothing' }, told: [] }
  if (line.reorders) return { line: { ...line, reorders: false, held: told }, told: [] }
  const copies = line.repeats ? [told, told] : [told]
  const held = line.held ? [{ ...line.held, at: Math.max(line.held.at, told.at) }] : []
  return { line: { ...line, repeats: false, held: null }, told: [...copies, ...held] }
}

/** What comes from the phone, if anybody can hear it. */
export function speech(leg: Leg, heard: Omit<Extract<Told, { kind: 'speech' }>, 'kind'>): Played {
  const { silentFrom, line } = leg
  const isHeard = silentFrom === null && line.loses !== 'all'
  return { leg, told: isHeard ? [{ kind: 'speech', ...heard, at: heard.at + line.delayMs }] : [] }
}

/** How many packets have gone each way. */
export function mediaReport(leg: Leg, at: Instant, laterMs: Milliseconds = 0): Played {
  const from = leg.answeredAt ?? at
  const silentFrom = leg.silentFrom ?? at
  return report(
    leg,
    at,
    { is: 'media', receivedPackets: packets(Math.min(silentFrom, at) - from), sentPackets: packets(at - from) },
    laterMs,
  )
}

function packets(ms: Milliseconds): number {
  return Math.max(0, Math.floor((ms * packetsPerSecond) / 1_000))
}

/**
 * The end of a leg: how much was sent and received, why it is over, and what was still held back. Our own hang-up takes its way
 * until the carrier confirms it; the counts are told at once.
 */
export function finish(
  leg: Leg,
  at: Instant,
  ended: Omit<Extract<ReportedWhat, { is: 'ended' }>, 'is'>,
  laterMs: Milliseconds = 0,
): Played {
  const isLost = leg.line.loses !== 'nothing'
  const last = leg.phase === 'talking' && !isLost ? mediaReport(leg, at) : { leg, told: [] }
  const over = report(last.leg, at, { is: 'ended', ...ended }, laterMs)
  const { held, repeats } = over.leg.line
  const rest = held ? [held, ...(repeats ? [held] : [])] : []
  return {
    leg: { ...over.leg, phase: 'over', line: { ...over.leg.line, held: null } },
    told: [...last.told, ...over.told, ...rest],
  }
}

/** One after the other. */
export function andThen(played: Played, next: (leg: Leg) => Played): Played {
  const { leg, told } = next(played.leg)
  return { leg, told: [...played.told, ...told] }
}
