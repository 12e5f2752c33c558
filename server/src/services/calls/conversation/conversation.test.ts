import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, phones, shop, talker, type CallsHouse } from '#conformance/calls-house.ts'
import { homeOfId } from '#domain/vocabulary/id.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'

let house: CallsHouse
beforeEach(async () => {
  house = await openCallsHouse()
})
afterEach(() => house.close())

const question = 'Are you still there?'

/** A call that has been live for some seconds; 30 s later the user says something. */
async function live(): Promise<string> {
  house.simulator.phones(house.account).set(phones.own, [
    { after: 2_000, do: 'ring' },
    { after: 3_000, do: 'answer' },
    { after: 40_000, do: 'say', text: question },
    { after: 600_000, do: 'hang-up' },
  ])
  const { session } = await house.call({ agentId: await house.agent(), to: phones.own })
  await house.pass(15_000)
  expect(await house.session(session.id)).toMatchObject({ state: 'live' })
  return session.id
}

async function close(id: string): Promise<void> {
  const outcome = await house.services.conversations.change(house.ask, id, { status: 'closed' })
  expect(outcome.value?.conversation.status).toBe('closed')
}

describe('a session and its conversation', () => {
  it('a session is made in the home of its conversation, which exists from the answer on', async () => {
    const { session } = await house.call({ agentId: await house.agent(), to: phones.own })
    await house.pass(2_500)
    expect(await house.conversations()).toEqual([]) // it rings
    await house.pass(3_000)
    const [conversation, ...others] = await house.conversations()
    expect(others).toEqual([])
    expect(homeOfId(conversation!.id)).toBe(homeOfId(session.id))
    const { words, streamId } = await house.session(session.id)
    expect(words).toMatchObject([{ conversationId: conversation!.id }])
    expect(homeOfId(streamId!)).toBe(homeOfId(session.id))
    expect(conversation).toMatchObject({ voice: { open: [{ callSid: session.id }] } })
  })

  it('an open conversation of the two is the one: what was written before and what is said now are together', async () => {
    const id = await live()
    await house.services.sessions.hangUp(house.ask, id)
    const open = await house.services.configurations.list(house.account, { limit: 1 })
    const made = await house.services.conversations.create(house.ask, {
      configurationId: open.items[0]!.id,
      participants: [
        { type: 'customer', addresses: [{ channel: 'SMS', address: phones.own }] },
        { type: 'agent', addresses: [{ channel: 'SMS', address: shop }] },
      ],
    })
    if (!made.value || !('created' in made.value)) throw new Error('There is one already.')
    const second = await live()
    expect((await house.session(second)).words).toMatchObject([{ conversationId: made.value.created.conversation.id }])
  })

  it('T4, T9 closed by request while the call is live: the call goes on, and its next words start the next one', async () => {
    const id = await live()
    const [first] = await house.conversations()
    await close(first!.id)
    expect(await house.session(id)).toMatchObject({ state: 'live' })
    await house.pass(minuteMs)
    const [, second, ...others] = await house.conversations()
    expect(others).toEqual([])
    expect(second).toMatchObject({ status: 'active', previous: first!.id, voice: { open: [{ callSid: id }] } })
    expect(homeOfId(second!.id)).toBe(homeOfId(id))
    const session = await house.session(id)
    expect(session.words.map(({ conversationId }) => conversationId)).toEqual([first!.id, second!.id])
    const said = await house.services.sessions.transcript(session)
    expect(said.map(({ text }) => text)).toEqual([talker.welcome, question, 'We open at nine.'])
  })

  it('its configuration was deleted meanwhile: the account gets another default one, and nothing is lost', async () => {
    const id = await live()
    const [first] = await house.conversations()
    await close(first!.id)
    const [configuration] = (await house.services.configurations.list(house.account, { limit: 1 })).items
    await house.services.configurations.remove(house.ask, configuration!.id)
    await house.pass(minuteMs)
    const [, second] = await house.conversations()
    expect(second?.configuration.id).not.toBe(configuration!.id)
    expect((await house.services.sessions.transcript(await house.session(id))).map(({ text }) => text)).toContain(
      question,
    )
  })

  it('its agent names a configuration: it is found and made by that, and by the default one once it is deleted', async () => {
    const [base] = (await house.services.configurations.list(house.account, { limit: 1 })).items
    const made = await house.services.configurations.create(house.ask, {
      ...base!.document,
      displayName: 'Calls',
      channels: { ...base!.document.channels, VOICE: { timeouts: { inactive: 10, closed: 30 }, capture: [] } },
    })
    const configurationId = made.value!.about.id
    const agentId = await house.agent({ configurationId })
    const { session } = await house.call({ agentId, to: phones.ordinary })
    expect(session).toMatchObject({ configurationId })
    await house.pass(5 * minuteMs)
    const [first, ...others] = await house.conversations()
    expect(others).toEqual([])
    expect(first).toMatchObject({ status: 'active', configuration: { id: configurationId } })
    expect(homeOfId(first!.id)).toBe(homeOfId(session.id))

    await close(first!.id)
    expect((await house.services.configurations.remove(house.ask, configurationId)).refusal).toBeUndefined()
    await house.call({ agentId, to: phones.ordinary })
    await house.pass(5 * minuteMs)
    const [, second] = await house.conversations()
    expect(second).toMatchObject({ status: 'closed', configuration: { id: base!.id } })
  })

  it('a configuration that is not there cannot be named, one that was deleted since may stay', async () => {
    const { agents, configurations } = house.services
    const unknown = { ...talker, configurationId: '01ka7n36096q14dr9gpqy77zxy' }
    const refusal = { code: 'not_found', field: 'configurationId' }
    expect((await agents.create(house.ask, unknown)).refusal).toMatchObject(refusal)
    const [base] = (await configurations.list(house.account, { limit: 1 })).items
    const made = await configurations.create(house.ask, base!.document)
    const id = await house.agent({ configurationId: made.value!.about.id })
    await configurations.remove(house.ask, made.value!.about.id)
    const written = await agents.write(house.ask, id, (present) => ({ ...present, name: 'bob' }))
    expect(written.value?.definition).toMatchObject({ name: 'bob', configurationId: made.value!.about.id })
    expect((await agents.write(house.ask, id, () => unknown)).refusal).toMatchObject(refusal)
  })

  it('D37 it is not deleted under a live call; afterwards the session stays, without its words', async () => {
    const id = await live()
    const [conversation] = await house.conversations()
    const refused = await house.services.conversations.remove(house.ask, conversation!.id)
    expect(refused.refusal?.code).toBe('busy_with_stream')
    await house.services.sessions.hangUp(house.ask, id)
    await house.pass(minuteMs)
    expect((await house.services.conversations.remove(house.ask, conversation!.id)).value).toBeDefined()
    await house.pass(minuteMs)
    const session = await house.session(id)
    expect(session).toMatchObject({ state: 'ended', outcome: 'completed' })
    expect(await house.services.sessions.transcript(session)).toEqual([])
  })

  it('rule 1: a call ends though its conversation was closed by request and then deleted', async () => {
    const id = await live()
    const [conversation] = await house.conversations()
    const { conversations } = house.services
    await conversations.change(house.ask, conversation!.id, { status: 'closed' })
    expect((await conversations.remove(house.ask, conversation!.id)).value).toBeDefined()
    // Another process knows nothing of what is being erased; the carrier, which is new as well, nothing of the call.
    house = await house.restart()
    await house.pass(minuteMs)
    expect(await house.session(id)).toMatchObject({ state: 'ended', end: { cause: 'lost_lease' } })
    expect((await house.services.sessions.list(house.account, { limit: 10 })).items).toHaveLength(1)
  })

  it('a session that ends does not close its conversation: its clocks decide', async () => {
    const [configuration] = (await house.services.configurations.list(house.account, { limit: 1 })).items
    await house.services.configurations.write(house.ask, configuration!.id, ({ document }) => ({
      ...document,
      channels: { ...document.channels, VOICE: { timeouts: { inactive: 10, closed: 30 }, capture: [] } },
    }))
    const id = await live()
    await house.services.sessions.hangUp(house.ask, id)
    await house.pass(minuteMs)
    expect(await house.conversations()).toMatchObject([{ status: 'active' }])
    await house.pass(10 * minuteMs)
    expect(await house.conversations()).toMatchObject([{ status: 'inactive' }])
    await house.pass(20 * minuteMs)
    expect(await house.conversations()).toMatchObject([{ status: 'closed' }])
  })
})
