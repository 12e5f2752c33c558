/** Where something is said. The values are the field's own capitals; EMAIL is ours. */
export const channels = ['VOICE', 'SMS', 'RCS', 'WHATSAPP', 'CHAT', 'VIDEO', 'EMAIL'] as const

export type Channel = (typeof channels)[number]
