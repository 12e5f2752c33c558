/** `sweep` is the deadline's. */
export type RetentionCommand = { readonly type: 'set'; readonly days: number | null } | { readonly type: 'sweep' }
