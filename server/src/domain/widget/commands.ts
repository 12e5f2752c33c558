import type { Widget, WidgetConfig } from './state.ts'

type Written = Pick<Widget, 'agent' | 'domains' | 'published'> & { readonly config: WidgetConfig }

export type WidgetCommand =
  | ({ readonly type: 'create' } & Written)
  | ({ readonly type: 'change' } & Partial<Written>)
  | { readonly type: 'remove' }
