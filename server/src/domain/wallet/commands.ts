/** All amounts in cents; `key` is `session.attempt`. */
export type WalletCommand =
  | { readonly type: 'open'; readonly balance: number }
  | { readonly type: 'credit'; readonly cents: number; readonly because: string }
  /** Refused with `limit_reached` unless balance less holds covers it. Idempotent by key, also after it has been settled. */
  | { readonly type: 'hold'; readonly key: string; readonly cents: number }
  /** Idempotent by key: what was settled once is not again, and an unknown hold with cost 0 changes nothing. */
  | { readonly type: 'settle'; readonly key: string; readonly cents: number }
