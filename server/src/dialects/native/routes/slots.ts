import type { Session } from '#domain/session/state.ts'
import type { Position } from '#services/api.ts'
import { showSlots, showWaiting } from '../outward/sessions.ts'
import { ok, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire/sessions.ts'

const tags = ['Calls']
/** As many holders are looked up; of more only the ledger's own words are shown. */
const holdersMost = 500
const perPage = 500
const waitingMost = 10_000

/** Who may dial now, and who waits for it. */
export function slotRoutes(app: Scope, { context, principal }: Native): void {
  const { sessions } = context.services

  app.get(
    '/slots',
    {
      schema: {
        tags,
        summary: 'Calls at once: the limit, who holds which slot and why, how many wait',
        response: ok(wire.slots),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const ledger = await sessions.slots(account)
      const holders = await Promise.all(
        ledger.held.slice(0, holdersMost).map(({ session }) => sessions.get(account, session)),
      )
      return showSlots(
        ledger,
        holders.map((view) => view?.session),
      )
    },
  )

  app.get(
    '/slots/queue',
    {
      schema: {
        tags,
        summary: 'Who waits for a slot or for calling hours, the next first',
        querystring: wire.slotQueueQuery,
        response: ok(wire.slotQueue),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const { limit } = request.query
      const waiting = (await allWaiting(account)).toSorted(nextFirst)
      const shown = waiting.slice(0, limit)
      const positions = await Promise.all(shown.map((session) => sessions.queuePosition(session)))
      return {
        waiting: shown.map((session, i) => showWaiting(session, positions[i])),
        more: waiting.length > shown.length,
      }
    },
  )

  async function allWaiting(account: string): Promise<readonly Session[]> {
    const found: Session[] = []
    for (let after: Position | undefined; ;) {
      const { items, next } = await sessions.list(account, {
        test: ({ state }) => state === 'queued' || state === 'deferred',
        ...(after && { after }),
        limit: perPage,
      })
      found.push(...items.map(({ session }) => session))
      if (!next || found.length >= waitingMost) return found
      after = next
    }
  }
}

/** Those in the line before those that wait for their hours; in the line, who came first. */
function nextFirst(one: Session, other: Session): number {
  const inLine = Number(other.wantsSlot === true) - Number(one.wantsSlot === true)
  const earlier = (one.queuedAt ?? one.createdAt) - (other.queuedAt ?? other.createdAt)
  return inLine || earlier || (one.id < other.id ? -1 : 1)
}
