import type { Endpoint } from './state.ts'

export type EndpointCommand =
  | ({ readonly type: 'create' } & Pick<
      Endpoint,
      'url' | 'description' | 'events' | 'sealedSecret' | 'dialect' | 'sensitive'
    >)
  | ({ readonly type: 'change' } & Partial<Pick<Endpoint, 'url' | 'description' | 'events' | 'sensitive'>> & {
        readonly status?: 'enabled' | 'disabled'
      })
  | { readonly type: 'rotate'; readonly sealedSecret: string }
  | { readonly type: 'delete' }
