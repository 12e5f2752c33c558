import type { Session } from '../state.ts'
import type { ControlChanged, ControlEvent } from './events.ts'
import { controlOf } from './regions.ts'
import type { Control } from './state.ts'

/** The session after an event of its control region. */
export function evolveControl(session: Session, event: ControlEvent): Session {
  switch (event.type) {
    case 'control.changed':
      return { ...session, control: withRegions(controlOf(session), event.regions) }
    case 'control.failed':
      return session.control?.waiting?.id === event.id
        ? { ...session, control: withRegions(session.control, { waiting: null }) }
        : session
    case 'control.leg_refused':
      return session
  }
}

function withRegions(
  control: Control,
  { offer, second, waiting, ringHeldMs, ...rest }: ControlChanged['regions'],
): Control {
  return {
    agent: rest.agent ?? control.agent,
    mode: rest.mode === undefined ? control.mode : rest.mode,
    media: rest.media ?? control.media,
    settings: rest.settings ?? control.settings,
    ...kept('offer', offer, control.offer),
    ...kept('second', second, control.second),
    ...kept('waiting', waiting, control.waiting),
    ...kept('ringHeldMs', ringHeldMs, control.ringHeldMs),
  }
}

/** What is given replaces, null removes, nothing keeps. */
function kept<Name extends string, Value>(
  name: Name,
  given: Value | null | undefined,
  before: Value | undefined,
): { readonly [Key in Name]?: Value } {
  const value = given === undefined ? before : given
  return value === undefined || value === null ? {} : ({ [name]: value } as { readonly [Key in Name]?: Value })
}
