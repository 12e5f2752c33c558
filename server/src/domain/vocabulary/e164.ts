/** Whether a text is a telephone number in E.164 form: `+`, a country code that never begins with 0, at most 15 digits in all. */
export function isE164(text: string): boolean {
  return /^\+[1-9]\d{1,14}$/.test(text)
}
