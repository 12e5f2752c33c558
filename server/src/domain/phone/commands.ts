/** `write` makes the phone, or gives it another script; its number stays. */
export type PhoneCommand =
  | { readonly type: 'write'; readonly number: string; readonly script: unknown }
  | { readonly type: 'remove' }
