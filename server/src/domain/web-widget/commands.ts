import type { WebWidget, WidgetContent } from './state.ts'

type Written = Pick<WebWidget, 'agent' | 'published'> & { readonly content: WidgetContent }

export type WebWidgetCommand =
  | ({ readonly type: 'create' } & Written)
  | ({ readonly type: 'change' } & Partial<Written>)
  | { readonly type: 'remove' }
