import type { Endpoint } from './state.ts'

export type EndpointCommand =
  | ({ readonly type: 'create' } & Pick<Endpoint, 'url' | 'description' | 'events' | 'sealedSecret'>)
  | ({ readonly type: 'change' } & Partial<Pick<Endpoint, 'url' | 'description' | 'events'>> & {
        readonly status?: 'enabled' | 'disabled'
      })
  | { readonly type: 'rotate'; readonly sealedSecret: string }
  | { readonly type: 'delete' }
