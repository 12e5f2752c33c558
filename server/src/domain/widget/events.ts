import type { Instant } from '../vocabulary/instant.ts'
import type { Widget, WidgetConfig } from './state.ts'

/** `written` says the whole widget as it is from then on. With a `config` it creates the part of that revision. */
export type WidgetEvent =
  | { readonly type: 'widget.written'; readonly at: Instant; readonly widget: Widget; readonly config?: WidgetConfig }
  | { readonly type: 'widget.removed'; readonly at: Instant; readonly by: string }
