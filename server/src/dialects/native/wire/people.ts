import { z } from 'zod'
import { roles } from '#domain/person/state.ts'
import { id, instant, instantIn, next } from '../wire.ts'

/** People on the wire. */

const name = z.string().trim().min(1).max(128)
const role = z
  .enum(roles)
  .meta({ id: 'Role', description: 'admin: everything but placing calls in bulk; viewer: reading' })

export const personDraft = z.strictObject({ name })
export const tokenDraft = z.strictObject({
  name: name.default('unnamed'),
  expiresAt: instantIn.optional().meta({ description: 'In real time; absent: never' }),
})
export const membershipDraft = z.strictObject({ role })
export const membershipParams = z.object({ id, account: id })
export const tokenParams = z.object({ id, token: z.string().max(100) })

const token = z
  .object({
    id: z.string(),
    name: z.string(),
    expiresAt: instant.nullable(),
    createdAt: instant,
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'PersonToken', description: 'A credential of a person; its secret is shown once, when it is made' })
export const newToken = z
  .object({ token, secret: z.string(), bearer: z.string().meta({ description: 'The token in one word, `pat_….…`' }) })
  .meta({ id: 'NewPersonToken' })
export const person = z
  .object({
    id,
    name: z.string(),
    tokens: z.array(token),
    memberships: z.array(z.object({ account: id, role, since: instant })),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Person', description: 'Somebody with tokens of their own, who may work for many accounts' })
export const people = z.object({ people: z.array(person), next })
