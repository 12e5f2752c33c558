import { describe, expect, it } from 'vitest'
import { Listening, onIncoming, type TelephonyRig } from './rig.ts'

export function incomingCalls(rig: () => TelephonyRig): void {
  describe('incoming calls', () => {
    it('offers a call, which is answered under the name it was given', async () => {
      const answers: unknown[] = []
      const heard = new Listening(
        rig(),
        onIncoming(async (call) => {
          call.take('in.1')
          answers.push(await rig().telephony.answer(call.account, 'in.1'))
        }),
      )
      await rig().callIn()
      await rig().pass(10 * 60_000)
      expect(answers).toEqual([{ done: true }])
      expect(heard.told[0]).toMatchObject({ kind: 'incoming', account: rig().account, to: rig().own })
      expect(heard.course('in.1')).toEqual(['answered', 'ended'])
      expect(heard.end('in.1')).toMatchObject({ by: 'user' })
      expect(heard.speech('in.1').length).toBeGreaterThan(0)
    })

    it('may be answered later, and again without harm', async () => {
      const heard = new Listening(
        rig(),
        onIncoming(async (call) => call.take('in.1')),
      )
      await rig().callIn()
      await rig().pass(5_000)
      expect(heard.course('in.1')).toEqual([])
      const { telephony, account } = rig()
      expect(await telephony.answer(account, 'in.1')).toEqual({ done: true })
      expect(await telephony.answer(account, 'in.1')).toEqual({ done: true })
      await rig().pass(1_000)
      expect(heard.course('in.1')).toEqual(['answered'])
    })

    it('is told when the caller gives up, and cannot be answered any more', async () => {
      const heard = new Listening(
        rig(),
        onIncoming(async (call) => call.take('in.1')),
      )
      await rig().callIn()
      await rig().pass(120_000)
      expect(heard.course('in.1')).toEqual(['ended'])
      expect(heard.end('in.1')).toMatchObject({ by: 'user' })
      expect(await rig().telephony.answer(rig().account, 'in.1')).toEqual({ failed: expect.stringMatching(/./) })
    })

    it('can be declined', async () => {
      const heard = new Listening(
        rig(),
        onIncoming(async (call) => call.take('in.1')),
      )
      await rig().callIn()
      await rig().telephony.hangUp(rig().account, 'in.1', { reject: true })
      await rig().pass(120_000)
      expect(heard.course('in.1')).toEqual(['ended'])
      expect(heard.end('in.1')).toMatchObject({ by: 'us' })
    })

    it('is heard of no more when nobody takes it', async () => {
      const heard = new Listening(rig())
      await rig().callIn()
      await rig().pass(120_000)
      expect(heard.told.map(({ kind }) => kind)).toEqual(['incoming'])
    })
  })
}
