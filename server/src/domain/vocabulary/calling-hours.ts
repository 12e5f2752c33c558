import { dayMs, hourMs, type Instant, type Milliseconds } from './instant.ts'

/**
 * When somebody may be called (B9): hours `[startHour:00, endHour:00)` of their local day, 0 to 24; start = end is that
 * one hour. Never across midnight: an end before the start leaves no hour at all.
 */
export interface CallingHours {
  readonly startHour: number
  readonly endHour: number
}

/** Hours of a clock of their own, whoever is called. `zone`: IANA name; null: the called party's. */
export interface OwnHours extends CallingHours {
  readonly zone: string | null
}

/** Whether the name is one of a time zone that is known here. */
export function isZone(name: string): boolean {
  try {
    return localTime(name, 0).timeZoneId !== ''
  } catch {
    return false
  }
}

/** From `from` up to, not including, `to`. */
interface Span {
  readonly from: Instant
  readonly to: Instant
}

/** As far as openings are looked for. */
const horizonMs: Milliseconds = 14 * dayMs

/** Whether it is inside the hours in all the zones (IANA names) the called party may be in. */
export function isOpen(at: Instant, zones: readonly string[], hours: CallingHours): boolean {
  return zones.every((zone) => {
    const local = at + offsetAt(zone, at)
    const hour = Math.floor((local - startOfDay(local)) / hourMs)
    return hour >= hours.startHour && hour < endOf(hours)
  })
}

/**
 * The next instants, earliest first, at which all zones come to be inside the hours. None within 14 days: none. Where a day lacks
 * the start hour (clocks went forward) it opens right after the gap; an hour that comes twice is open twice.
 */
export function nextOpenings(
  after: Instant,
  zones: readonly string[],
  hours: CallingHours,
  most: number = 3,
): readonly Instant[] {
  // Most windows come every day: the horizon is looked at whole only where they do not.
  for (const within of [Math.min((most + 1) * dayMs, horizonMs), horizonMs]) {
    const openings = openSpans({ from: after, to: after + within }, zones, hours)
      .map(({ from }) => from)
      .filter((from) => from > after)
    if (openings.length >= most || within === horizonMs) return openings.slice(0, most)
  }
  return []
}

/** How much of the time between two instants is outside the hours in any of the zones. */
export function closedBetween(from: Instant, to: Instant, zones: readonly string[], hours: CallingHours): Milliseconds {
  const open = openSpans({ from, to }, zones, hours).reduce((sum, span) => sum + span.to - span.from, 0)
  return Math.max(0, to - from) - open
}

/** The spans inside the hours in all zones, cut to `within`; no two touch. */
function openSpans(within: Span, zones: readonly string[], hours: CallingHours): readonly Span[] {
  return zones.reduce<readonly Span[]>(
    (open, zone) => (open.length === 0 ? open : common(open, openIn(zone, within, hours))),
    within.to > within.from ? [within] : [],
  )
}

/** Between two changes of its offset, local time is the instant plus a constant: there, each day has its window. */
function openIn(zone: string, within: Span, hours: CallingHours): readonly Span[] {
  const open: Span[] = []
  for (const { from, to, offset } of offsetsIn(zone, within)) {
    for (let day = startOfDay(from + offset) - offset; day < to; day += dayMs) {
      const start = Math.max(from, day + hours.startHour * hourMs)
      const end = Math.min(to, day + endOf(hours) * hourMs)
      if (end > start) append(open, { from: start, to: end })
    }
  }
  return open
}

function offsetsIn(zone: string, within: Span): readonly (Span & { readonly offset: Milliseconds })[] {
  const found: (Span & { readonly offset: Milliseconds })[] = []
  for (let from = within.from; from < within.to;) {
    const local = localTime(zone, from)
    const next = local.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity
    const to = Math.min(within.to, next)
    found.push({ from, to, offset: local.offsetNanoseconds / 1e6 })
    from = to
  }
  return found
}

function offsetAt(zone: string, at: Instant): Milliseconds {
  return localTime(zone, at).offsetNanoseconds / 1e6
}

function localTime(zone: string, at: Instant): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
}

function startOfDay(local: Instant): Instant {
  return Math.floor(local / dayMs) * dayMs
}

function endOf({ startHour, endHour }: CallingHours): number {
  return endHour === startHour ? startHour + 1 : endHour
}

function common(some: readonly Span[], others: readonly Span[]): readonly Span[] {
  const both: Span[] = []
  let at = 0
  for (const one of some) {
    for (; at < others.length; at++) {
      const other = others[at]
      if (other === undefined || other.from >= one.to) break
      const [from, to] = [Math.max(one.from, other.from), Math.min(one.to, other.to)]
      if (to > from) both.push({ from, to })
      if (other.to > one.to) break
    }
  }
  return both
}

/** A span that goes on where the one before it ended is the same one. */
function append(spans: Span[], span: Span): void {
  const last = spans.at(-1)
  if (last?.to === span.from) spans[spans.length - 1] = { from: last.from, to: span.to }
  else spans.push(span)
}
