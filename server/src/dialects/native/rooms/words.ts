import { z } from 'zod'
import type { SessionView } from '#services/calls/api.ts'
import type { Admission, Heard, Presence, Seat } from '#services/rooms/api.ts'
import { showEnd } from '../outward/sessions.ts'
import { sessionWords, showId, showInstant } from '../vocabulary.ts'

/** What comes in over the socket of a room. */
const said = z.discriminatedUnion('type', [
  z.object({ type: z.literal('say'), text: z.string() }),
  z.object({ type: z.literal('leave') }),
  z.object({ type: z.literal('ping') }),
])

export type Told = z.output<typeof said>

/** Reads a frame; undefined: it is none of the messages there are. */
export function readFrame(text: string): Told | undefined {
  try {
    return said.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** What goes out: plain JSON with a `type`. */
export type Frame = { readonly type: 'joined' | 'said' | 'advised' | 'state' | 'over' | 'pong' | 'error' } & Readonly<
  Record<string, unknown>
>

/** The first frame. `again`: the token to come back with. */
export function joined({ view, again }: Presence, { role, mode, identity }: Seat): Frame {
  return {
    type: 'joined',
    ...about(view),
    role,
    ...(mode && { mode }),
    identity,
    room: again.room,
    again: showAgain(again),
  }
}

/** What is heard, as a frame. */
export function shown(heard: Exclude<Heard, { readonly is: 'replaced' }>): Frame {
  switch (heard.is) {
    case 'said': {
      const { who, text, at, speaker } = heard
      return { type: 'said', who, text, at: showInstant(at), ...(speaker && { speaker }) }
    }
    case 'state':
      return { type: 'state', ...about(heard.view) }
    case 'over': {
      const { outcome, end } = heard.view.session
      return { type: 'over', ...about(heard.view), outcome, end: end && showEnd(end) }
    }
  }
}

function about({ session: { id, state } }: SessionView): { readonly session: string; readonly state: string } {
  return { session: showId('session', id), state: sessionWords[state] }
}

function showAgain({ token, expiresAt }: Admission): { readonly token: string; readonly expiresAt: string } {
  return { token, expiresAt: showInstant(expiresAt) }
}
