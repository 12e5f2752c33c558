import type { NumberCommand } from './commands.ts'
import type { PhoneNumber } from './state.ts'

type SlotCommand = Extract<NumberCommand, { type: 'attach' | 'pin' | 'unpin' | 'forget' }>

/** A number with its slots as a command leaves them. */
export function slotsAfter(number: PhoneNumber, command: SlotCommand): PhoneNumber {
  const { agentVersion: _, outbound: __, ...rest } = number
  const { agentId, agentVersion, outbound } = afterwards(number, command)
  return { ...rest, agentId, ...(agentVersion !== undefined && { agentVersion }), ...(outbound && { outbound }) }
}

interface Slots extends Pick<PhoneNumber, 'agentId'> {
  readonly agentVersion?: number | undefined
  readonly outbound?: PhoneNumber['outbound'] | undefined
}

function afterwards({ agentId, agentVersion, outbound }: PhoneNumber, command: SlotCommand): Slots {
  switch (command.type) {
    case 'attach':
      return { agentId: command.agentId, outbound }
    case 'pin': {
      const { slots, agent } = command
      const answering = slots.includes('inbound') ? agent : { id: agentId, version: agentVersion }
      return {
        agentId: answering.id,
        agentVersion: answering.version,
        outbound: slots.includes('outbound') ? agent : outbound,
      }
    }
    case 'unpin': {
      const { slots, agentId: leaving } = command
      const calls = slots.includes('outbound') && outbound?.id === leaving ? undefined : outbound
      return slots.includes('inbound') && agentId === leaving
        ? { agentId: null, outbound: calls }
        : { agentId, agentVersion, outbound: calls }
    }
    case 'forget':
      return {
        agentId,
        agentVersion: agentId === command.agentId ? undefined : agentVersion,
        outbound: outbound?.id === command.agentId ? undefined : outbound,
      }
  }
}

/** Whether the same agents, in the same versions, have the slots of both. */
export function sameSlots(one: PhoneNumber, other: PhoneNumber): boolean {
  return (
    one.agentId === other.agentId &&
    one.agentVersion === other.agentVersion &&
    one.outbound?.id === other.outbound?.id &&
    one.outbound?.version === other.outbound?.version
  )
}
