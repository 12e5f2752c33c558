import type { Order } from '#domain/session/events.ts'

/** What is kept with a session's order, to be given back as it was given. */
export interface Kept {
  readonly custom_metadata: Readonly<Record<string, unknown>>
  /** The widget it was begun from. */
  readonly web_widget_id?: string
}

/** The documents of an order with ours in them. */
export function keptAs(kept: Kept): NonNullable<Order['vendor']> {
  return { anyreach: kept }
}

/** The same for sessions that were made in another dialect. */
export function keptOf({ vendor }: Pick<Order, 'vendor'>): Kept {
  return { custom_metadata: {}, ...(vendor?.['anyreach'] as Partial<Kept> | undefined) }
}

/** Most bytes of an order's data. */
const dataBytes = 25 * 1024

/** An agent's variables: the metadata, where it is small enough. */
export function dataOf(metadata: Kept['custom_metadata']): Order['data'] {
  return Buffer.byteLength(JSON.stringify(metadata)) <= dataBytes ? metadata : null
}
