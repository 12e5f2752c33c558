import type { Reference } from '#domain/session/state.ts'
import { isE164 } from '#domain/vocabulary/e164.ts'
import { isRefused, type Refusal, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask } from '#engine/api.ts'
import type { Services } from '#services/api.ts'
import type { SessionView } from '#services/calls/api.ts'
import type { Admission } from '#services/rooms/api.ts'
import type { WrittenDraft } from '#services/texts/api.ts'
import type { Api } from '../api.ts'
import { chooseAgent, type ChosenAgent } from '../agents/choosing.ts'
import { notFound, plain, problemOf, wrong, type Problem } from '../errors.ts'
import { keyReference, uuidReference } from '../ids.ts'
import { dataOf, keptAs, type Kept } from './kept.ts'
import { startingMessage } from './transcript.ts'
import { kindOf } from '../vocabulary.ts'
import type { CreateConversation } from '../wire/requests.ts'

/** What is asked for, whoever asks: `widget`, where it is begun from one. */
export interface Wanted {
  readonly body: CreateConversation
  /** The `Idempotency-Key`. */
  readonly key?: string | undefined
  readonly widget?: string
}

export interface CreatedConversation {
  readonly view: SessionView
  readonly startingMessage: string | null
  /** WebRTC: what lets the user in. */
  readonly join?: Admission
  /** It was there already (D2). */
  readonly repeated: boolean
}

/** Creates a conversation by the rules of its channel (4.1), or says what is wrong. */
export async function createConversation(api: Api, ask: Ask, wanted: Wanted): Promise<CreatedConversation | Problem> {
  const { body } = wanted
  const reference = referenceOf(wanted)
  if (reference && 'status' in reference) return reference
  const problem = checkChannel(body)
  if (problem) return problem
  if (reference && (await api.context.services.sessions.isUsedUp(ask.account, reference.key))) return deleted
  const first = await createOnce(api, ask, wanted, reference)
  // Somebody else with the same order was faster: it is answered with theirs.
  const again = isRefused(first) && first.refusal.code === 'in_use' && body.agent_config
  const created = again ? await createOnce(api, ask, wanted, reference) : first
  return isRefused(created) ? notCreated(created.refusal, body) : created
}

async function createOnce(
  api: Api,
  ask: Ask,
  { body, widget }: Wanted,
  reference: Reference | undefined,
): Promise<CreatedConversation | Refused | Problem> {
  const chosen = await chooseAgent(api, ask.account, {
    channel: body.channel,
    agent_id: body.agent_id ?? undefined,
    version: body.version ?? undefined,
    agent_version_id: body.agent_version_id ?? undefined,
    agent_config: body.agent_config ?? undefined,
    agent_number: body.channel === 'telephone' ? (body.agent_number ?? undefined) : undefined,
    reference: reference?.key,
  })
  if ('status' in chosen) return chosen
  return open(api.context.services, ask, body, draftOf(body, chosen, reference, widget))
}

/** D2: a name is used for ever, so that no retry places a second call. */
const deleted = plain(
  409,
  'This order was carried out; its conversation has been deleted. Use a new UUID or key for a new one.',
)
const anotherConversation = plain(409, 'This UUID names another conversation: use a new one.')

function draftOf(
  { user_id, initial_context: context, custom_metadata }: CreateConversation,
  { pin, definition }: ChosenAgent,
  reference: Reference | undefined,
  widget: string | undefined,
): WrittenDraft {
  const metadata = custom_metadata ?? {}
  const kept: Kept = {
    custom_metadata: metadata,
    ...(widget !== undefined && { web_widget_id: widget }),
  }
  return {
    agent: pin ?? { definition },
    user: user_id,
    ...(reference && { reference }),
    ...(context && { context }),
    data: dataOf(metadata),
    vendor: keptAs(kept),
  }
}

/** D17: by telephone and mail the agent begins, in text and WebRTC the user does. */
async function open(
  services: Services,
  ask: Ask,
  body: CreateConversation,
  draft: WrittenDraft,
): Promise<CreatedConversation | Refused> {
  switch (body.channel) {
    case 'telephone':
      return placed(services, ask, body, draft)
    case 'text': {
      const opened = await services.texts.open(ask, draft)
      if (isRefused(opened)) return opened
      const { view, greeting, repeated } = opened
      return { view, startingMessage: await said(services, view, greeting, repeated), repeated }
    }
    case 'webrtc': {
      const opened = await services.rooms.open(ask, draft)
      if (isRefused(opened)) return opened
      const { view, greeting, repeated, join } = opened
      return { view, startingMessage: greeting, repeated, join }
    }
    case 'email': {
      const { to_address: to, from_address: from, subject } = body
      const more = { ...(from && { from }), ...(subject && { subject }) }
      const opened = await services.mails.open(ask, { ...draft, to: to ?? '', ...more })
      return isRefused(opened) ? opened : { ...opened, startingMessage: null }
    }
  }
}

/** A repeated create is answered with the words that were said first. */
async function said(
  { texts }: Services,
  view: SessionView,
  greeting: string | null,
  repeated: boolean,
): Promise<string | null> {
  return repeated && greeting === null ? startingMessage(await texts.items(view)) : greeting
}

async function placed(
  { sessions }: Services,
  ask: Ask,
  { agent_number: from }: CreateConversation,
  { agent, user, ...draft }: WrittenDraft,
): Promise<CreatedConversation | Refused> {
  // No call takes an inline configuration (4.1): whoever gave one has been told.
  if (!('id' in agent)) return { refusal: unkept }
  const outcome = await sessions.place(ask, {
    ...draft,
    agentId: agent.id,
    ...(agent.version !== undefined && { version: agent.version }),
    to: user,
    ...(from && { from }),
    keepsHours: true,
  })
  if (outcome.value === undefined) return { refusal: outcome.refusal ?? unkept }
  return { view: outcome.value, startingMessage: null, repeated: outcome.value.repeated === true }
}

const unkept: Refusal = { code: 'unavailable', message: 'The conversation could not be made; try again.' }

/** D2: a UUID in the body becomes the conversation's id; a key in the header only names the order, and no order has two names. */
function referenceOf({ body, key }: Wanted): Reference | Problem | undefined {
  const [named, second] = [body.conversation_id, body.id].flatMap((uuid) => (uuid ? [uuidReference(uuid)] : []))
  if (second && named?.key !== second.key)
    return wrong(['body', 'id'], 'Give the same UUID as in conversation_id, or leave one of the two out.')
  if (key === undefined || named?.key === uuidReference(key).key) return named
  return named ? twoNames : keyReference(key)
}

const twoNames = wrong(
  ['header', 'idempotency-key'],
  'The body has another name for this order. Give one of them: Idempotency-Key, or conversation_id (or id) in the body.',
)

/** What each channel needs beside an agent. */
function checkChannel({ channel, user_id, to_address }: CreateConversation): Problem | undefined {
  if (channel === 'telephone' && !isE164(user_id))
    return wrong(['body', 'user_id'], 'Give the number to call in E.164 form, like +14155551234.')
  if (channel === 'email' && !to_address)
    return wrong(['body', 'to_address'], 'Give the address that the first mail goes to.', 'missing')
  return undefined
}

/** What the house's fields are called here. */
const fieldOf: Readonly<Record<string, keyof CreateConversation>> = {
  agentId: 'agent_id',
  version: 'version',
  from: 'from_address',
  user: 'user_id',
  data: 'custom_metadata',
  context: 'initial_context',
  'order.data': 'custom_metadata',
  'order.context': 'initial_context',
  subject: 'subject',
}

function notCreated(refusal: Refusal, { channel }: CreateConversation): Problem {
  const { code, field = '', message } = refusal
  if (code === 'in_use') return anotherConversation
  if (code === 'closed') return deleted
  if (code === 'not_found' && field === 'agentId') return notFound('Agent')
  if (code === 'not_found' && field === 'version') return notFound('Agent version')
  if (code !== 'invalid' && code !== 'not_found') return problemOf(refusal)
  return wrong(['body', nameOf(field, channel)], message)
}

function nameOf(field: string, channel: CreateConversation['channel']): string {
  if (kindOf[channel] === 'telephone') return field === 'from' ? 'agent_number' : (fieldOf[field] ?? 'user_id')
  if (field === 'to' || field === '') return channel === 'email' ? 'to_address' : 'user_id'
  return fieldOf[field] ?? field
}
