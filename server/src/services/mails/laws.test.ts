// Laws of e-mail sessions over random lives: whatever comes, in whatever order, how often, and whatever becomes of what goes out.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openCallsHouse, type CallsHouse } from '#conformance/calls-house.ts'
import { dayMs, hourMs, minuteMs } from '#domain/vocabulary/instant.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Mailer, OutgoingMail } from '../calls/ports.ts'

const shop = 'shop@example.com'
const alice = 'alice@example.org'

type Deed =
  | {
      readonly is: 'reply'
      readonly n: number
      readonly automatic: boolean
      readonly to: number
      readonly twice: boolean
    }
  | { readonly is: 'pass'; readonly ms: number }
  | { readonly is: 'crash' | 'hang_up' }

const deeds = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        is: fc.constant('reply'),
        n: fc.nat(5),
        automatic: fc.boolean(),
        to: fc.nat(9),
        twice: fc.boolean(),
      }),
    },
    { weight: 3, arbitrary: fc.record({ is: fc.constant('pass'), ms: fc.constantFrom(1, minuteMs, hourMs, dayMs) }) },
    fc.record({ is: fc.constantFrom('crash', 'crash', 'hang_up') }),
  ),
  { maxLength: 14 },
)
const fates = fc.infiniteStream(fc.constantFrom('sent', 'sent', 'sent', 'temporary', 'permanent', 'lost'))

/** A mail server in which everything comes to what was drawn for it. */
function fateful(drawn: Iterator<string>): { readonly mailer: Mailer; readonly took: OutgoingMail[] } {
  const took: OutgoingMail[] = []
  const mailer: Mailer = {
    send: async (mail) => {
      const fate = String(drawn.next().value)
      if (fate === 'temporary' || fate === 'permanent')
        return { is: 'refused', temporary: fate === 'temporary', because: 'as it was drawn' }
      took.push(mail)
      if (fate === 'lost') throw new Error('lost')
      return { is: 'sent' }
    },
    close: async () => {},
  }
  return { mailer, took }
}

async function perform(house: CallsHouse, deed: Deed, id: Id, took: readonly OutgoingMail[]): Promise<CallsHouse> {
  switch (deed.is) {
    case 'reply': {
      const inReplyTo = took[deed.to % Math.max(1, took.length)]?.messageId
      const reply = {
        type: 'message.received',
        channel: 'EMAIL',
        from: alice,
        to: shop,
        text: `reply ${deed.n}`,
        messageId: `<${deed.n}@example.org>`,
        ...(inReplyTo !== undefined && { inReplyTo }),
        ...(deed.automatic && { autoSubmitted: 'auto-replied' }),
      } as const
      await house.services.traffic.ingest(house.ask, deed.twice ? [reply, reply] : [reply])
      return house
    }
    case 'pass':
      await house.pass(deed.ms)
      return house
    case 'hang_up':
      await house.services.sessions.hangUp(house.ask, id)
      return house
    case 'crash':
      await house.pass(1)
      return house.crash()
  }
}

test('no reply is recorded twice, no mail is taken twice, nobody writes to a machine, and every session ends', async () => {
  await fc.assert(
    fc.asyncProperty(deeds, fates, async (todo, drawn) => {
      const { mailer, took } = fateful(drawn[Symbol.iterator]())
      let house = await openCallsHouse({
        mailer,
        runtime: { turn: async ({ said }) => ({ say: `answer ${said.length}` }) },
      })
      const agent = { id: await house.agent({ mail: { address: shop, subject: 'Hello' } }) }
      const opened = await house.services.mails.open(house.ask, { agent, user: 'alice', to: alice, data: null })
      if (isRefused(opened)) throw new Error(opened.refusal.message)
      const { id } = opened.view.session
      await house.pass(1)
      for (const deed of todo) house = await perform(house, deed, id, took)
      await house.pass(12 * dayMs)

      const session = await house.session(id)
      expect(session.state).toBe('ended')
      const words = await house.services.sessions.transcript(session)
      const replies = words.filter(({ who }) => who === 'user').map(({ text }) => text)
      expect(new Set(replies).size).toBe(replies.length)
      const ids = took.map(({ messageId }) => messageId)
      expect(new Set(ids).size).toBe(ids.length)
      const events = await house.events(id)
      const wanted = events.filter((event) => event.type === 'mail.received' && event.turn !== undefined).length
      const composed = events.filter(({ type }) => type === 'mail.composed').length
      expect(composed).toBeLessThanOrEqual(1 + wanted)
      expect(took.every(({ to }) => to === alice)).toBe(true)
      await house.close()
    }),
    { numRuns: 60, seed: 20_261_121 },
  )
})
