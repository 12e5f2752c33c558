/** What every agent can do by itself. These names are taken: no tool of an agent's own is called so. */
export const ownActs = { endCall: 'end_call', handOver: 'hand_over', showWidget: 'show_widget' } as const

export const actNames: readonly string[] = Object.values(ownActs)

/** What a tool can be called. */
export function isToolName(text: string): boolean {
  return /^[\w-]{1,64}$/.test(text)
}
