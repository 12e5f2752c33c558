import type { Instant } from '../vocabulary/instant.ts'
import type { WebWidget, WidgetContent } from './state.ts'

/** `written` says the whole head as it is from then on. With a `content` it creates the part of that revision. */
export type WebWidgetEvent =
  | {
      readonly type: 'web_widget.written'
      readonly at: Instant
      readonly widget: WebWidget
      readonly content?: WidgetContent
    }
  | { readonly type: 'web_widget.removed'; readonly at: Instant; readonly by: string }
