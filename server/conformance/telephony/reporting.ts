import { describe, expect, it } from 'vitest'
import { Listening, type TelephonyRig } from './rig.ts'

export function reporting(rig: () => TelephonyRig): void {
  describe('reports', () => {
    it('are numbered upwards, name the call, and are of the time when it happened', async () => {
      const heard = new Listening(rig())
      const reference = await heard.dial(rig().numbers.answers)
      await rig().pass(10 * 60_000)
      const legs = heard.legs(reference)
      const numbers = legs.map(({ sequence }) => sequence)
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
      expect(new Set(numbers).size).toBe(numbers.length)
      expect(new Set(legs.map(({ callId }) => callId)).size).toBe(1)
      const times = legs.map(({ providerAt }) => providerAt)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(legs.every(({ account }) => account === rig().account)).toBe(true)
    })

    it('of one leg come one after the other, however long one takes to be taken in', async () => {
      let taking = 0
      let most = 0
      const heard: string[] = []
      rig().telephony.listen(async (report) => {
        if (report.kind !== 'leg') return
        most = Math.max(most, ++taking)
        for (let turns = 0; turns < 20; turns++) await Promise.resolve()
        heard.push(report.what.is)
        taking--
      })
      const { account, own: from, numbers } = rig()
      const call = { account, reference: 'one', from, to: numbers.answers, route: 'default' }
      await rig().telephony.place({ ...call, ringMs: 60_000, limitMs: 600_000 })
      await rig().pass(10 * 60_000)
      expect(heard.at(-1)).toBe('ended')
      expect(most).toBe(1)
    })

    it('that nobody can take stop nothing', async () => {
      const { telephony, account, own: from, numbers } = rig()
      const heard: string[] = []
      telephony.listen(async (report) => {
        if (report.kind !== 'leg') return
        heard.push(report.what.is)
        throw new Error('no')
      })
      const call = { account, reference: 'one', from, to: numbers.answers, route: 'default' }
      await telephony.place({ ...call, ringMs: 60_000, limitMs: 600_000 })
      await rig().pass(10 * 60_000)
      expect(heard.at(-1)).toBe('ended')
    })

    it('are not made any more when it is closed', async () => {
      const heard = new Listening(rig())
      await heard.dial(rig().numbers.answers)
      await rig().pass(3_000)
      await rig().telephony.close()
      const before = heard.told.length
      await rig().pass(10 * 60_000)
      expect(heard.told.length).toBe(before)
    })
  })

  describe('questions', () => {
    it('know a leg and all that decided so far', async () => {
      const heard = new Listening(rig())
      const { telephony, account, numbers } = rig()
      const reference = await heard.dial(numbers.answers)
      const placed = await telephony.query(account, reference)
      expect(placed).toMatchObject({ callId: expect.stringMatching(/./) })
      await rig().pass(6_000)
      const live = await telephony.query(account, reference)
      const told = heard.legs(reference).filter(({ what }) => what.is === 'ringing' || what.is === 'answered')
      expect(told).toHaveLength(2)
      expect(live === 'unknown' ? [] : live.reports).toEqual(
        told.map(({ sequence, what, callId, providerAt }) => ({ sequence, what, callId, providerAt })),
      )
    })

    it('do not know what was never dialled, nor by another account', async () => {
      const heard = new Listening(rig())
      const { telephony, account, numbers } = rig()
      expect(await telephony.query(account, 'never')).toBe('unknown')
      const reference = await heard.dial(numbers.answers)
      expect(await telephony.query('somebody else', reference)).toBe('unknown')
    })

    it('about legs it does not know are no fault', async () => {
      const heard = new Listening(rig())
      const { telephony, account } = rig()
      await telephony.hangUp(account, 'never', { reject: false })
      await telephony.hangUp(account, 'never', { reject: true })
      await telephony.bridge(account, ['never', 'ever'])
      await telephony.reinvite(account, 'never')
      await telephony.sendDtmf(account, 'never', '1')
      expect(await telephony.answer(account, 'never')).toEqual({ failed: expect.stringMatching(/./) })
      expect(heard.told).toEqual([])
    })
  })
}
