import type { Refusal } from '#domain/vocabulary/refusal.ts'
import type { Ask } from '#engine/api.ts'
import type { SessionView } from '#services/calls/api.ts'
import type { Api } from '../api.ts'
import { notFound, plain, problemOf, wrong, type Problem } from '../errors.ts'
import { FreeMoments } from './free-moments.ts'
import { conversationId } from '../ids.ts'
import { pastOf, type Where } from './past.ts'
import { madeAt, stamp } from '../time.ts'
import type { ImportedConversation } from '../wire/imports.ts'

/** What came of one conversation that was told of. */
export type ImportResult =
  | { readonly conversation_id: string; readonly created_at: string; readonly repeated: boolean }
  | { readonly error: Omit<Problem, 'headers'> }

/** So many are stored with one another. */
const storedAtOnce = 20

/** D12: conversations that took place elsewhere, each for itself: what is wrong with one keeps none of the others out. */
export async function importAll(
  api: Api,
  ask: Ask,
  conversations: readonly ImportedConversation[],
): Promise<readonly ImportResult[]> {
  const moments = new FreeMoments(api.context.services.sessions, ask.account)
  const results: ImportResult[] = []
  for (let i = 0; i < conversations.length; i += storedAtOnce) {
    const some = conversations.slice(i, i + storedAtOnce)
    const stored = some.map((told, n) => importOne(api, ask, moments, told, ['body', 'conversations', i + n]))
    results.push(...(await Promise.all(stored)))
  }
  return results
}

async function importOne(
  { context: { services, vault } }: Api,
  ask: Ask,
  moments: FreeMoments,
  told: ImportedConversation,
  at: Where,
): Promise<ImportResult> {
  const { account } = ask
  const past = pastOf(told, { at, now: services.clock.get(account).now, hash: (text) => vault.hash(text) })
  if ('status' in past) return failed(past)
  const earlier = past.reference && (await services.sessions.named(account, past.reference.key))
  if (earlier)
    return earlier.session.reference?.digest === past.reference?.digest ? shown(earlier, true) : failed(another)
  const moment = await moments.take(told.created_at)
  if (moment === undefined) return failed(crowded)
  const createdAt = Math.floor(moment / 1_000)
  const { was } = past
  // Whoever is moved by it is moved as a whole: it lasts as long as it did.
  const later = createdAt - was.createdAt
  const outcome = await services.sessions.import(ask as Ask<SessionView>, {
    ...past,
    was: {
      ...was,
      createdAt,
      ...(was.answeredAt !== undefined && { answeredAt: was.answeredAt + later }),
      endedAt: was.endedAt + later,
    },
    place: moment - createdAt * 1_000,
  })
  if (outcome.value === undefined) return failed(outcome.refusal ? notImported(outcome.refusal, at) : unkept)
  return shown(outcome.value, outcome.value.repeated === true)
}

const another = plain(409, 'This id names another conversation: use a new one.')
const crowded = plain(409, 'Very many conversations were created in this moment: give created_at more exactly.')
const unkept = plain(503, 'The conversation could not be kept; try again.')

function shown({ session }: SessionView, repeated: boolean): ImportResult {
  return { conversation_id: conversationId(session), created_at: stamp(madeAt(session)), repeated }
}

function failed({ status, detail, errors }: Problem): ImportResult {
  return { error: { status, detail, ...(errors && { errors }) } }
}

/** What the house's fields are called here. */
const fieldOf: Readonly<Record<string, keyof ImportedConversation>> = {
  createdAt: 'created_at',
  answeredAt: 'started_at',
  endedAt: 'ended_at',
  outcome: 'status',
  own: 'agent_number',
  user: 'user_id',
  'order.context': 'initial_context',
}

function notImported(refusal: Refusal, at: Where): Problem {
  const { code, field = '', message } = refusal
  if (code === 'in_use') return another
  if (code === 'not_found') return notFound('Agent')
  return code === 'invalid' ? wrong([...at, fieldOf[field] ?? field], message) : problemOf(refusal)
}
