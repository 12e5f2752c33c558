import type { Instant } from '../vocabulary/instant.ts'
import type { Endpoint } from './state.ts'

export type EndpointEvent =
  | { readonly type: 'endpoint.created'; readonly at: Instant; readonly endpoint: Endpoint }
  | { readonly type: 'endpoint.changed'; readonly at: Instant; readonly endpoint: Endpoint }
  | { readonly type: 'endpoint.deleted'; readonly at: Instant }
