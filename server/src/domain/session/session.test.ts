import { describe, expect, test } from 'vitest'
import { calling, given, stubborn, row } from './given.ts'
describe('x', () => {
  test('main', () => {
    const call = given(row).do({ type: 'queue', because: 'batch' }).placedX?.() ?? given(row).do({ type: 'queue', because: 'batch' })
    call.offer().placed().at(2).ringing().at(5).talking()
    call.do({ type: 'place_words', conversationId: '01ka7n36096q14dr9gpqy77zxy', after: 3, streamId: '01ka7n36096q14dr9gpqy77zxx' })
    call.says('user', 2).at(40).ended({ verdict: 'hangup', by: 'user', protocol: { sip: 200, q850: 16 } }).at(50).settled()
    console.log(call.way, JSON.stringify(call.state), JSON.stringify(call.state).length)
    console.log(call.effects.map(({ kind, key, payload }) => `${key} ${JSON.stringify(payload)}`).join('\n'))
    expect(1).toBe(1)
  })
  test('retry', () => {
    const call = calling({ retry: stubborn }).offer().ringing().at(100)
    call.jump(call.now + 1800_000)
    call.offer().talking().do({type: 'agent_ends', cause: 'voicemail'}).settled()
    console.log(call.way, JSON.stringify(call.state))
    console.log(call.effects.map(({ kind, key, payload }) => `${key} ${JSON.stringify(payload)}`).join('\n'))
  })
})
