import type { z } from 'zod'
import type { ToolCall, Widget } from '#domain/session/events.ts'
import type { TalkItem } from '#services/texts/api.ts'
import { showInstant } from '../vocabulary.ts'
import type * as wire from '../wire/sessions.ts'

type Shown = z.output<typeof wire.transcript>['items'][number]

/** One thing said, or one tool used. */
export function showItem(item: TalkItem): Shown {
  const at = showInstant(item.at)
  if (item.is === 'tool') return { is: 'tool', call: showTool(item.call), at }
  const { who, text, speaker, took, widgets } = item
  return {
    is: 'turn',
    who,
    text,
    at,
    ...(speaker && { speaker }),
    ...(took && { took }),
    ...(widgets && { widgets: widgets.map(showWidget) }),
  }
}

export function showTool({ arguments: given, ...call }: ToolCall): z.output<typeof wire.answered>['toolCalls'][number] {
  return { ...call, arguments: { ...given } }
}

export function showWidget({ type, data }: Widget): z.output<typeof wire.answered>['widgets'][number] {
  return { type, data: { ...data } }
}
