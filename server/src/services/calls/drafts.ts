import { agent as agentNoun } from '#domain/agent/agent.ts'
import { releaseOf } from '#domain/agent/release.ts'
import type { Agent } from '#domain/agent/state.ts'
import { draft as noun } from '#domain/draft/draft.ts'
import { draftClaim, draftHandle, revisionKey } from '#domain/draft/finding.ts'
import type { Draft, DraftDocument } from '#domain/draft/state.ts'
import { number as numberNoun } from '#domain/number/number.ts'
import type { PhoneNumber } from '#domain/number/state.ts'
import type { AgentPin } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Unit } from '#engine/api.ts'
import { read } from '../reading.ts'
import { AgentVersions } from './agent-versions.ts'
import { liveAgent } from './agents.ts'
import type { Drafts, DraftView, MakeDocument, Publishing } from './api.ts'
import type { NumberHouse } from './numbers.ts'

export interface DraftsNeed {
  readonly engine: Engine
  readonly numbers: Pick<NumberHouse, 'note'>
}

/** Versions of agents that are being written, and their publishing. */
export function createDrafts({ engine, numbers }: DraftsNeed): Drafts {
  const versions = new AgentVersions(engine)

  function make(unit: Unit, agentId: Id, document: MakeDocument): DraftView | Refused {
    const agent = liveAgent(unit, agentId)
    if (isRefused(agent)) return agent
    const present = versions.present(unit, agent)
    const made = document(present, agent.version)
    if (isRefused(made)) return made
    const newest = newestOf(unit, agentId)?.number ?? 0
    const number = nextNumber(unit, agentId, Math.max(newest, releaseOf(agent.version, present).number ?? 0) + 1)
    const done = unit.run(noun, unit.id(), { type: 'create', agentId, number, document: made })
    return isRefused(done) ? done : { draft: done.state, document: made }
  }

  return {
    create: (ask, agentId, document) => engine.execute(ask, (unit) => make(unit, agentId, document)),
    ensure: (ask, agentId, document) =>
      engine.execute(ask, (unit) => {
        const agent = liveAgent(unit, agentId)
        if (isRefused(agent)) return agent
        const newest = newestOf(unit, agentId)
        return newest?.status === 'draft' ? viewOf(unit, newest) : make(unit, agentId, document)
      }),
    write: (ask, id, change) =>
      engine.execute(ask, (unit) => {
        const present = unit.state(noun, id)
        const document = present ? change(documentOf(unit, present)) : unknownDraft()
        if (isRefused(document)) return document
        const done = unit.run(noun, id, { type: 'write', document })
        return isRefused(done) ? done : { draft: done.state, document }
      }),
    publish: async (ask, publishing) => {
      let written: readonly PhoneNumber[] = []
      const outcome = await engine.execute(ask, (unit) => {
        const pin = publish(unit, versions, publishing)
        if (isRefused(pin)) return pin
        const filled = fillSlots(unit, pin, publishing)
        if (isRefused(filled)) return filled
        written = filled
        return pin
      })
      // Calls that come after the answer must meet the change.
      if (outcome.value) numbers.note(ask.account, written)
      return outcome
    },
    get: (account, id) => read(engine, account, (unit) => found(unit, id)),
    find: (account, agentId, number) =>
      read(engine, account, (unit) => {
        const id = unit.holder(draftClaim(agentId, number))
        return id === undefined ? undefined : found(unit, id)
      }),
    list: async (account, agentId, { below, limit }) => {
      const page = await engine.list({
        account,
        noun,
        list: 'by_agent',
        equals: [agentId],
        descending: true,
        limit,
        ...(below !== undefined && { after: { sort: below, id: firstId } }),
      })
      const views = await Promise.all(page.items.map(({ id }) => read(engine, account, (unit) => found(unit, id))))
      return views.filter((view) => view !== undefined)
    },
  }
}

/** The draft as its agent's present version, unless it is one already; or a published version that is there. */
function publish(unit: Unit, versions: AgentVersions, { what, define }: Publishing): AgentPin | Refused {
  if (!('draft' in what)) {
    const agent = liveAgent(unit, what.id)
    return isRefused(agent) ? agent : what
  }
  const draft = unit.state(noun, what.draft)
  if (!draft) return unknownDraft()
  const agent = liveAgent(unit, draft.agentId)
  if (isRefused(agent)) return agent
  if (draft.version !== null) return { id: agent.id, version: draft.version }
  return write(unit, { agent, draft }, define(documentOf(unit, draft), versions.present(unit, agent)))
}

function write(
  unit: Unit,
  { agent, draft }: { readonly agent: Agent; readonly draft: Draft },
  defined: ReturnType<Publishing['define']>,
): AgentPin | Refused {
  if (isRefused(defined)) return defined
  const version = agent.version + 1
  const definition = { ...defined, release: { at: version, number: draft.number, draft: draft.id } }
  const written = unit.run(agentNoun, agent.id, { type: 'write', definition })
  if (isRefused(written)) return written
  const published = unit.run(noun, draft.id, { type: 'publish', version: written.state.version })
  return isRefused(published) ? published : { id: agent.id, version: written.state.version }
}

/** Numbers get the version and lose its agent, in this order: what is in both lists has nobody afterwards. */
function fillSlots(
  unit: Unit,
  pin: AgentPin,
  { slots, assign, unassign }: Pick<Publishing, 'slots' | 'assign' | 'unassign'>,
): readonly PhoneNumber[] | Refused {
  const given = assign.map((id) => unit.run(numberNoun, id, { type: 'pin', slots, agent: pin }))
  const taken = unassign.map((id) => unit.run(numberNoun, id, { type: 'unpin', slots, agentId: pin.id }))
  const done = [...given, ...taken]
  const refused = done.find(isRefused)
  return refused ?? done.flatMap((one) => (isRefused(one) ? [] : [one.state]))
}

/** No id comes before it. */
const firstId: Id = '0'.repeat(26)

/** Ids rise with time, so the newest is the one of the highest number, or nearly: several may be of one millisecond. */
function newestOf(unit: Unit, agentId: Id): Draft | undefined {
  const newest = unit.holders(draftHandle(agentId), 8).map((id) => unit.state(noun, id))
  const drafts = newest.filter((one) => one !== undefined)
  return drafts.toSorted((one, other) => other.number - one.number)[0]
}

function nextNumber(unit: Unit, agentId: Id, from: number): number {
  return unit.holder(draftClaim(agentId, from)) === undefined ? from : nextNumber(unit, agentId, from + 1)
}

function found(unit: Unit, id: Id): DraftView | undefined {
  const draft = unit.state(noun, id)
  return draft && viewOf(unit, draft)
}

function viewOf(unit: Unit, draft: Draft): DraftView {
  return { draft, document: documentOf(unit, draft) }
}

function documentOf(unit: Unit, { id, revision }: Draft): DraftDocument {
  const n = unit.keyed(id, revisionKey(revision))
  const event = n === undefined ? undefined : unit.part(noun, id, n)?.created
  if (event?.type !== 'draft.written') throw new Error(`Revision ${revision} of draft ${id} is not in the store.`)
  return event.document
}

function unknownDraft(): Refused {
  return refuse('not_found', 'There is no such version.', { field: 'version' })
}

const erasedAtOnce = 50

/** Erases all that was written for an agent. */
export function eraseDraftsOf(engine: Engine): (ask: Ask, agent: Id) => Promise<Refused | undefined> {
  return async ({ account, by }, agent) => {
    for (;;) {
      const { items } = await engine.list({ account, noun, list: 'by_agent', equals: [agent], limit: erasedAtOnce })
      if (items.length === 0) return undefined
      const outcome = await engine.execute<boolean>({ account, by }, (unit) => {
        for (const { id } of items) {
          const done = unit.state(noun, id) && unit.run(noun, id, { type: 'erase' })
          if (isRefused(done)) return done
        }
        return true
      })
      if (outcome.refusal) return { refusal: outcome.refusal }
    }
  }
}
