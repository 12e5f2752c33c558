import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, type CallsHouse } from '#conformance/calls-house.ts'
import type { Contact } from '#domain/campaign/state.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { mayBeCalled, standingOf } from './rows.ts'

let house: CallsHouse
afterEach(() => house.close())

/** A campaign that has ordered one call, and its contact. */
async function ordered(slots: number): Promise<Contact> {
  house = await openCallsHouse({ slots })
  const { campaigns } = house.services
  const settings = { hours: null, retry: null, atOnce: null }
  const draft = { name: 'x', agentId: await house.agent(), from: [], planId: null, settings }
  const made = await campaigns.create(house.ask, draft)
  if (isRefused(made)) throw new Error(made.refusal.message)
  await campaigns.upsert(house.ask, made.id, [{ number: '+12025550102', name: null, data: {} }])
  await campaigns.start(house.ask, made.id, { version: 1 })
  await house.pass(0)
  const [view] = (await campaigns.contacts(house.account, made.id, { skip: 0, limit: 1 }))?.items ?? []
  if (!view) throw new Error('There is no contact.')
  return view.contact
}

/** Whether they may be called in a run, and where they stand then. */
async function asked(contact: Contact, round: number) {
  const outcome = await house.engine.execute(house.ask, (unit) => {
    const may = mayBeCalled(unit, contact, round)
    const { is, session } = standingOf(unit, contact)
    return { may, is, state: session?.state }
  })
  return outcome.value
}

describe('a contact', () => {
  describe('whose call waits', () => {
    let contact: Contact
    beforeEach(async () => {
      contact = await ordered(0)
    })

    it('is not called again in the same run', async () => {
      expect(await asked(contact, 1)).toEqual({ may: false, is: 'waiting', state: 'queued' })
    })

    it('may be called in a later run, which stops what waits in the same unit', async () => {
      expect(await asked(contact, 2)).toEqual({ may: true, is: 'pending', state: undefined })
      expect(await asked(contact, 3)).toEqual({ may: true, is: 'pending', state: undefined })
    })

    it('is not called by what has no call yet, as long as its batch may make one', async () => {
      const unmade = { ...contact, order: contact.order && { ...contact.order, row: 2 } }
      expect(await asked(unmade, 2)).toEqual({ may: false, is: 'waiting', state: undefined })
      await house.services.batches.stop(house.ask, contact.order?.batch ?? '', { hangUp: false })
      expect(await asked(unmade, 2)).toEqual({ may: true, is: 'pending', state: undefined })
    })
  })

  it('who was dialled is never called again', async () => {
    const contact = await ordered(1)
    expect(await asked(contact, 2)).toMatchObject({ may: false, is: 'called' })
    await house.pass(minuteMs)
    expect(await asked(contact, 2)).toEqual({ may: false, is: 'called', state: 'ended' })
  })

  it('who was never ordered may be called', async () => {
    const contact = await ordered(0)
    expect(await asked({ ...contact, order: null }, 1)).toEqual({ may: true, is: 'pending', state: undefined })
  })
})
