import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Position } from '#services/api.ts'
import { fail, missing } from '../errors.ts'
import { idOf, instantIn } from '../inward.ts'
import { showNewToken, showPerson } from '../outward/people.ts'
import { created, ok, type Native, type Scope } from '../scope.ts'
import { showId } from '../vocabulary.ts'
import * as plain from '../wire.ts'
import * as wire from '../wire/people.ts'

const by = 'admin'
const tags = ['People (admin key)']
const security = [{ admin: [] }]

/** People, for the operator. */
export function peopleRoutes(app: Scope, { context, cursors }: Native): void {
  const { people } = context.services
  const shared = { tags, security }

  app.post(
    '/people',
    { schema: { ...shared, summary: 'Make a person', body: wire.personDraft, response: created(wire.person) } },
    async ({ body }, reply) => {
      const made = await people.create(by, body.name)
      return isRefused(made) ? fail(made.refusal) : reply.code(201).send(showPerson(made))
    },
  )

  app.get(
    '/people',
    { schema: { ...shared, summary: 'List the people', querystring: plain.pageQuery, response: ok(wire.people) } },
    async ({ query: { cursor, limit } }) => {
      const after = cursor === undefined ? undefined : cursors.read<Position>('people', '', {}, cursor).position
      const { items, next } = await people.list(after, limit)
      return { people: items.map(showPerson), next: next ? cursors.write('people', '', {}, next) : null }
    },
  )

  app.get(
    '/people/:id',
    { schema: { ...shared, summary: 'Read a person', params: plain.idParams, response: ok(wire.person) } },
    async ({ params }) => {
      const person = await people.get(idOf('person', params.id))
      return person ? showPerson(person) : missing('person', params.id)
    },
  )

  app.delete(
    '/people/:id',
    {
      schema: {
        ...shared,
        summary: 'Remove a person, with all tokens and memberships, at once and for good',
        params: plain.idParams,
        response: ok(plain.deleted),
      },
    },
    async ({ params }) => {
      const id = idOf('person', params.id)
      const removed = await people.remove(id, by)
      return isRefused(removed) ? fail(removed.refusal) : { id: showId('person', id), deleted: true as const }
    },
  )
}

/** Their tokens. Answers that hold a secret are never stored: repeating makes a new one. */
export function personTokenRoutes(app: Scope, { context }: Native): void {
  const { people } = context.services

  app.post(
    '/people/:id/tokens',
    {
      schema: {
        tags,
        security,
        summary: 'Make a token for a person',
        params: plain.idParams,
        body: wire.tokenDraft,
        response: created(wire.newToken),
      },
    },
    async ({ params, body: { name, expiresAt } }, reply) => {
      const until = expiresAt === undefined ? undefined : instantIn('expiresAt', expiresAt)
      const made = await people.createToken(idOf('person', params.id), by, name, until)
      return isRefused(made) ? fail(made.refusal) : reply.code(201).send(showNewToken(made.token, made.secret))
    },
  )

  app.delete(
    '/people/:id/tokens/:token',
    {
      schema: {
        tags,
        security,
        summary: 'Revoke a token of a person',
        params: wire.tokenParams,
        response: ok(wire.person),
      },
    },
    async ({ params }) => {
      const changed = await people.revokeToken(idOf('person', params.id), by, params.token)
      return isRefused(changed) ? fail(changed.refusal) : showPerson(changed)
    },
  )
}

/** What they are in which account. */
export function membershipRoutes(app: Scope, { context }: Native): void {
  const { people } = context.services

  app.put(
    '/people/:id/memberships/:account',
    {
      schema: {
        tags,
        security,
        summary: 'Make a person a member of an account, or change what they are there',
        params: wire.membershipParams,
        body: wire.membershipDraft,
        response: ok(wire.person),
      },
    },
    async ({ params, body }) => {
      const changed = await people.join(idOf('person', params.id), by, idOf('account', params.account), body.role)
      return isRefused(changed) ? fail(changed.refusal) : showPerson(changed)
    },
  )

  app.delete(
    '/people/:id/memberships/:account',
    {
      schema: {
        tags,
        security,
        summary: 'End a membership',
        params: wire.membershipParams,
        response: ok(wire.person),
      },
    },
    async ({ params }) => {
      const changed = await people.leave(idOf('person', params.id), by, idOf('account', params.account))
      return isRefused(changed) ? fail(changed.refusal) : showPerson(changed)
    },
  )
}
