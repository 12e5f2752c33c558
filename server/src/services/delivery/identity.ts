import { hash } from 'node:crypto'

/** The id of telling one target of one event, for ever the same. `event` is the event's id, unique in the house. */
export function deliveryId(event: string, target: string): string {
  return hash('sha256', `${event}\n${target}`, 'hex').slice(0, 32)
}

/** What a receiver tells repeated deliveries by: derived as the id is, in the form of a UUID (RFC 9562, version 8). */
export function tokenOf(event: string, target: string): string {
  const digits = hash('sha256', `token\n${event}\n${target}`, 'hex')
  const variant = '89ab'[Number.parseInt(digits.charAt(16), 16) & 3]
  const groups = [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`]
  return [...groups, `${variant}${digits.slice(17, 20)}`, digits.slice(20, 32)].join('-')
}
