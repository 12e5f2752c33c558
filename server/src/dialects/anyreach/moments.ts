import { wrong, type Problem } from './errors.ts'
import { readMoment, type Microseconds } from './time.ts'
import { moments } from './wire/moments.ts'

type Name = keyof typeof moments

/** Between which moments a list is asked for; what is absent was not given. */
export type Moments = Partial<Record<Name, Microseconds>>

/** The moments among a list's filters, or which of them is none. */
export function momentsOf(filters: Readonly<Partial<Record<Name, string | undefined>>>): Moments | Problem {
  const times: Moments = {}
  for (const name of Object.keys(moments) as readonly Name[]) {
    const text = filters[name]
    if (text === undefined) continue
    const at = readMoment(text)
    if (at === undefined) return wrong(['query', name], 'Give a moment, as 2026-11-20T09:00:00Z, or a date.')
    times[name] = at
  }
  return times
}
