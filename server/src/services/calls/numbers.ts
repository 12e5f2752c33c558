import { defaultNumberClaim, numberClaim } from '#domain/number/claims.ts'
import type { NumberCommand } from '#domain/number/commands.ts'
import { number as noun } from '#domain/number/number.ts'
import type { PhoneNumber } from '#domain/number/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Outcome, Unit } from '#engine/api.ts'
import { liveAgent } from './agents.ts'
import type { Numbers } from './api.ts'
import { read } from '../reading.ts'
import { Roster } from '../roster.ts'

export interface NumberHouse extends Numbers {
  /** Numbers that were written elsewhere, once that has committed. */
  note(account: string, written: readonly PhoneNumber[]): void
}

/** An account's own telephone numbers. Those of an account in use are kept in memory, since every order asks for them. */
export function createNumbers({ engine }: { readonly engine: Engine }): NumberHouse {
  const roster = new Roster(engine, noun, 'all', ({ status }) => status === 'live')
  const sorted = new WeakMap<readonly PhoneNumber[], readonly PhoneNumber[]>()

  /** The last of the states that a program leads to is its answer. */
  async function write(
    ask: Ask<PhoneNumber>,
    decide: (unit: Unit, run: Run) => PhoneNumber | Refused,
  ): Promise<Outcome<PhoneNumber>> {
    let written: PhoneNumber[] = []
    const outcome = await engine.execute(ask, (unit) => {
      written = []
      return decide(unit, (id, command) => {
        const done = unit.run(noun, id, command)
        if (isRefused(done)) return done
        written.push(done.state)
        return done.state
      })
    })
    // Orders that come after the answer must see the change.
    if (outcome.value) note(ask.account, written)
    return outcome
  }

  function note(account: string, states: readonly PhoneNumber[]): void {
    for (const state of states) roster.note(account, state)
  }

  return {
    add: (ask, draft) => write(ask, (unit, run) => add(unit, run, draft)),
    attach: (ask, id, agentId) =>
      write(ask, (unit, run) => {
        const agent = agentId === null ? undefined : liveAgent(unit, agentId, 'agentId')
        return isRefused(agent) ? agent : run(id, { type: 'attach', agentId })
      }),
    forget: (ask, id, agentId) => write(ask, (_, run) => run(id, { type: 'forget', agentId })),
    note,
    remove: (ask, id) => write(ask, (_, run) => run(id, { type: 'remove' })),
    get: (account, id) => read(engine, account, (unit) => unit.state(noun, id)),
    list: async (account) => {
      const members = await roster.of(account)
      const known = sorted.get(members) ?? members.toSorted(olderFirst)
      sorted.set(members, known)
      return known
    },
    find: (account, number) =>
      read(engine, account, (unit) => {
        const id = unit.holder(numberClaim(number))
        return id === undefined ? undefined : unit.state(noun, id)
      }),
  }
}

type Run = (id: Id, command: NumberCommand) => PhoneNumber | Refused
type Draft = Parameters<Numbers['add']>[1]

/** The first number of an account is its default one; a later one takes that over if it is asked to. */
function add(unit: Unit, run: Run, { number, route = 'default', hosted = false, agentId, ...draft }: Draft) {
  const agent = agentId === undefined ? undefined : liveAgent(unit, agentId, 'agentId')
  if (isRefused(agent)) return agent
  const holder = unit.holder(defaultNumberClaim)
  const isDefault = draft.isDefault ?? holder === undefined
  const relieved =
    isDefault && holder !== undefined ? run(holder, { type: 'make_default', isDefault: false }) : undefined
  if (isRefused(relieved)) return relieved
  return run(unit.id(), { type: 'add', number, route, hosted, isDefault, ...(agentId !== undefined && { agentId }) })
}

function olderFirst(a: PhoneNumber, b: PhoneNumber): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)
}
