import type { AgentDefinition } from '#domain/agent/state.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Heard, Presence, Rooms, Seat } from '#services/rooms/api.ts'
import type { WrittenDraft } from '#services/texts/api.ts'
import { openCallsHouse, type CallsHouse, type HouseOptions } from './calls-house.ts'

/** Lets everything happen that needs no time. */
export async function settled(house: CallsHouse): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise(setImmediate)
  await house.system.runUntilIdle()
}

export function must<Value>(value: Value | Refused | undefined): Value {
  if (value === undefined || isRefused(value)) throw new Error(isRefused(value) ? value.refusal.message : 'Nothing.')
  return value
}

export const codeOf = (value: unknown): string => (isRefused(value) ? value.refusal.code : 'none')

export interface Opening extends HouseOptions {
  readonly agent?: Partial<AgentDefinition>
  readonly draft?: Partial<WrittenDraft>
}

/** A house with a session that waits for its user, bob. */
export async function openedRoom({ agent = {}, draft = {}, ...own }: Opening = {}) {
  const house = await openCallsHouse(own)
  const id = await house.agent(agent)
  const opening = must(await house.services.rooms.open(house.ask, { agent: { id }, user: 'bob', data: null, ...draft }))
  const seat = must(house.services.rooms.read(opening.join.token))
  return { ...opening, house, agent: id, id: opening.view.session.id, seat }
}

/** Somebody who is in a room, and what they heard. */
export interface Guest extends Presence {
  readonly heard: readonly Heard[]
  /** `user: …`, `agent: …`, `supervisor: …`. */
  said(): readonly string[]
  kinds(): readonly string[]
}

export async function entered(house: CallsHouse, seat: Seat, rooms: Rooms = house.services.rooms): Promise<Guest> {
  const heard: Heard[] = []
  const presence = must(await rooms.enter(seat, (one) => heard.push(one)))
  await settled(house)
  const said = (): readonly string[] =>
    heard.flatMap((one) => (one.is === 'said' ? [`${one.speaker ?? one.who}: ${one.text}`] : []))
  return { ...presence, heard, said, kinds: () => heard.map(({ is }) => is) }
}
