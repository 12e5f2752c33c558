import type { Address } from '../vocabulary/address.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'

/** How much of anything one conversation may hold; lengths are in characters. Keeps heads bounded. */
export const limits = {
  participantsAtCreate: 50,
  participants: 1000,
  addressesOfParticipant: 50,
  metadata: 8,
  metadataKey: 128,
  metadataValue: 512,
  name: 256,
  address: 254,
  text: 8_388_608,
  callbacks: 20,
  sessions: 12,
} as const

export function checkName(name: string | null | undefined, field: string): Refused | undefined {
  if (name === undefined || name === null || name.length <= limits.name) return undefined
  return refuse('invalid', `Use a name of at most ${limits.name} characters.`, { field })
}

/** The whole map, after any merge. */
export function checkMetadata(metadata: Readonly<Record<string, string>>): Refused | undefined {
  const entries = Object.entries(metadata)
  if (entries.length > limits.metadata) {
    return refuse('invalid', `Keep at most ${limits.metadata} entries of metadata.`, { field: 'metadata' })
  }
  for (const [key, value] of entries) {
    if (key.length > limits.metadataKey || !/^[A-Za-z0-9._-]+$/.test(key)) {
      const message = `Use keys of at most ${limits.metadataKey} letters, digits, dots, dashes and underscores.`
      return refuse('invalid', message, { field: 'metadata' })
    }
    if (value.length > limits.metadataValue) {
      return refuse('invalid', `Use values of at most ${limits.metadataValue} characters.`, {
        field: `metadata.${key}`,
      })
    }
  }
  return undefined
}

export function checkAddresses(addresses: readonly Address[], field: string): Refused | undefined {
  if (addresses.length > limits.addressesOfParticipant) {
    return refuse('limit_reached', `Give a participant at most ${limits.addressesOfParticipant} addresses.`, { field })
  }
  for (const [i, { address }] of addresses.entries()) {
    const refused = checkAddress(address, `${field}.${i}.address`)
    if (refused) return refused
  }
  return undefined
}

export function checkAddress(address: string, field: string): Refused | undefined {
  if (address !== '' && address.length <= limits.address) return undefined
  return refuse('invalid', `Give an address of 1 to ${limits.address} characters.`, { field })
}

export function checkCount(participants: number): Refused | undefined {
  if (participants <= limits.participants) return undefined
  return refuse(
    'limit_reached',
    `Start another conversation: this one has ${limits.participants} participants, the most there may be.`,
  )
}
