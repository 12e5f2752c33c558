import type { Context, Decision } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { Create } from './commands.ts'
import type { SessionCreated, SessionEvent } from './events.ts'
import { referenceClaim } from './finding.ts'
import { checkImported, whatWasTold } from './imported.ts'
import { checkMail } from './mail/check.ts'
import { aheadMs, checkPolicy, defaultsOf, differing, limits } from './limits.ts'

/** A session is made in the state that follows from what it is (lifecycle section 2). */
export function decideCreate(command: Create, context: Context<SessionEvent>): Decision<SessionEvent> | Refused {
  const { now: at, self: id, account, by } = context
  const { type: _type, told = { items: [] }, ...ordered } = command
  const wrong =
    checkStart(command, at) ??
    checkSizes(command) ??
    checkMailing(command) ??
    checkImported(command, at) ??
    checkPolicy(command.policy, command.kind) ??
    checkReference(command, context)
  if (wrong) return wrong
  const policy = differing(command.policy, defaultsOf(command))
  const created = { type: 'session.created', at, ...ordered, id, account, policy, by } as const
  return { events: [created, ...whatWasTold(told, at)] }
}

/** The same order again: whoever asks is told of the session it made. */
function checkReference({ reference }: Create, context: Context<SessionEvent>): Refused | undefined {
  const holder = reference && context.taken(referenceClaim(reference))
  if (holder === undefined || holder === context.self) return undefined
  return refuse('in_use', 'There is a session of this reference already.', {
    field: 'reference',
    conflicting: { noun: 'session', id: holder },
  })
}

function checkMailing({ kind, imported, order: { mail } }: Create): Refused | undefined {
  if (kind !== 'email' || imported) return undefined
  return mail ? checkMail(mail) : refuse('invalid', 'Say where its mail goes.', { field: 'order.mail' })
}

type Start = SessionCreated['to']

function checkStart(command: Create, now: number): Refused | undefined {
  const { to, dueAt, batch, settings } = command
  const starts = startsOf(command)
  if (!starts.includes(to)) {
    return refuse('invalid', `A session of this kind and direction starts as ${starts.join(' or ')}.`, { field: 'to' })
  }
  if (to === 'prepared' && batch === undefined) {
    return refuse('invalid', 'Name the batch: only its rows are prepared.', { field: 'batch' })
  }
  if (to === 'scheduled' && dueAt === undefined && !settings?.openedByProgram) {
    return refuse('invalid', 'Give the time it is due: only a program may open one without.', { field: 'dueAt' })
  }
  if (dueAt !== undefined && to !== 'scheduled' && to !== 'prepared') {
    return refuse('invalid', 'Only what waits for its time has one.', { field: 'dueAt' })
  }
  if (dueAt !== undefined && dueAt > now + aheadMs) {
    return refuse('invalid', 'Give a time at most a year ahead.', { field: 'dueAt' })
  }
  return undefined
}

function startsOf({ kind, direction, imported }: Create): readonly Start[] {
  if (imported) return ['ended']
  switch (kind) {
    case 'telephone':
      return direction === 'inbound' ? ['ringing'] : ['queued', 'scheduled', 'prepared']
    case 'browser':
      return ['joining']
    case 'text':
      return ['live']
    case 'email':
      return ['dialing']
  }
}

function checkSizes({ user, own, route, callId, order, reference, imported }: Create): Refused | undefined {
  const wrong =
    checkLength(user, 'user', 'address') ?? (imported && own === '' ? undefined : checkLength(own, 'own', 'address'))
  if (wrong) return wrong
  if (route.length > limits.route) return tooLong('route', limits.route)
  if (callId !== undefined && callId.length > limits.callId) return tooLong('callId', limits.callId)
  if (reference !== undefined && (reference.key === '' || reference.key.length > limits.reference)) {
    return refuse('invalid', `Give a reference of 1 to ${limits.reference} characters.`, { field: 'reference' })
  }
  if ((reference?.digest ?? '').length > limits.digest) return tooLong('reference', limits.digest)
  if ((order.context ?? '').length > limits.context) return tooLong('order.context', limits.context)
  if (order.data !== null && JSON.stringify(order.data).length > limits.data) {
    return refuse('invalid', 'The data of an order is at most 25 KB as JSON.', { field: 'order.data' })
  }
  return undefined
}

function checkLength(text: string, field: string, limit: 'address'): Refused | undefined {
  if (text !== '' && text.length <= limits[limit]) return undefined
  return refuse('invalid', `Give an address of 1 to ${limits[limit]} characters.`, { field })
}

function tooLong(field: string, most: number): Refused {
  return refuse('invalid', `Use at most ${most} characters.`, { field })
}
