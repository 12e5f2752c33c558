import { describe, expect, it } from 'vitest'
import { Listening, type TelephonyRig } from './rig.ts'

export function outgoingCalls(rig: () => TelephonyRig): void {
  describe('outgoing calls', () => {
    it('takes a call, rings, answers, and ends when the person hangs up', async () => {
      const heard = new Listening(rig())
      const reference = await heard.dial(rig().numbers.answers)
      await rig().pass(10 * 60_000)
      expect(heard.course(reference)).toEqual(['ringing', 'answered', 'ended'])
      expect(heard.end(reference)).toMatchObject({ by: 'user' })
    })

    it('tells of sound both ways while somebody talks', async () => {
      const heard = new Listening(rig())
      const reference = await heard.dial(rig().numbers.answers)
      await rig().pass(10 * 60_000)
      const media = heard.legs(reference).flatMap(({ what }) => (what.is === 'media' ? [what] : []))
      expect(media.length).toBeGreaterThan(0)
      expect(media[0]).toMatchObject({ receivedPackets: expect.toSatisfy((n) => n > 0) })
    })

    it('says why a busy number did not answer', async () => {
      const heard = new Listening(rig())
      const reference = await heard.dial(rig().numbers.busy)
      await rig().pass(60_000)
      expect(heard.course(reference)).not.toContain('answered')
      const end = heard.end(reference)
      expect(end?.verdict === 'busy' || end?.protocol?.sip === 486 || end?.protocol?.q850 === 17).toBe(true)
    })

    it('cancels a call that rings', async () => {
      const heard = new Listening(rig())
      const reference = await heard.dial(rig().numbers.rings)
      await rig().pass(10_000)
      await rig().telephony.hangUp(rig().account, reference, { reject: false })
      await rig().pass(10 * 60_000)
      expect(heard.course(reference)).toEqual(['ringing', 'ended'])
      expect(heard.end(reference)).toMatchObject({ by: 'us' })
    })

    it('stops ringing by itself when we never do', async () => {
      const heard = new Listening(rig())
      const reference = await heard.dial(rig().numbers.rings, { ringMs: 20_000 })
      await rig().pass(20_000)
      expect(heard.course(reference)).toEqual(['ringing'])
      await rig().pass(60_000)
      expect(heard.course(reference)).toEqual(['ringing', 'ended'])
      expect(heard.end(reference)).toMatchObject({ by: 'carrier' })
    })

    it('ends a call at its own limit', async () => {
      const heard = new Listening(rig())
      const reference = await heard.dial(rig().numbers.answers, { limitMs: 3_000 })
      await rig().pass(10 * 60_000)
      expect(heard.end(reference)).toMatchObject({ by: 'carrier' })
    })

    it('hangs a live call up, once however often it is asked', async () => {
      const heard = new Listening(rig())
      const reference = await heard.dial(rig().numbers.answers)
      await rig().pass(6_000)
      const { telephony, account } = rig()
      await telephony.hangUp(account, reference, { reject: false })
      await telephony.hangUp(account, reference, { reject: false })
      await rig().pass(60_000)
      await telephony.hangUp(account, reference, { reject: false })
      await rig().pass(60_000)
      expect(heard.course(reference)).toEqual(['ringing', 'answered', 'ended'])
      expect(heard.end(reference)).toMatchObject({ by: 'us' })
    })

    it('refuses a number that is none as a value, and tells nothing of it', async () => {
      const heard = new Listening(rig())
      const { telephony, account, own } = rig()
      const call = { account, reference: 'none', from: own, to: 'nobody', route: 'default', ringMs: 1, limitMs: 1 }
      expect(await telephony.place(call)).toMatchObject({ is: 'refused', cause: 'invalid_number' })
      await rig().pass(60_000)
      expect(heard.told).toEqual([])
    })

    it('carries calls side by side, whatever their references look like', async () => {
      const heard = new Listening(rig())
      const { answers, busy } = rig().numbers
      const references = ['s.1', 's.1.callee', 'anything at all']
      for (const [i, reference] of references.entries()) await heard.dial(i === 1 ? busy : answers, { reference })
      await rig().telephony.bridge(rig().account, ['s.1', 'anything at all'])
      await rig().pass(10 * 60_000)
      expect(references.map((reference) => heard.course(reference).at(-1))).toEqual(['ended', 'ended', 'ended'])
      expect(heard.course('s.1.callee')).not.toContain('answered')
      expect(new Set(references.map((reference) => heard.legs(reference)[0]?.callId)).size).toBe(3)
    })
  })

  describe('speaking', () => {
    it('says how long a text lasts, and the person answers after it', async () => {
      const heard = new Listening(rig())
      const reference = await heard.dial(rig().numbers.answers)
      await rig().pass(5_000)
      expect(heard.course(reference)).toEqual(['ringing', 'answered'])
      const { telephony, account } = rig()
      const said = await telephony.speak?.(account, reference, 'Hello, is this Bob? I am calling about your order.')
      if (said === undefined) return
      expect(said.lastsMs).toBeGreaterThan(500)
      await rig().pass(said.lastsMs - 1)
      expect(heard.speech(reference)).toEqual([])
      await rig().pass(5_000)
      expect(heard.speech(reference)).toMatchObject([{ text: expect.stringMatching(/./), account }])
    })
  })
}
