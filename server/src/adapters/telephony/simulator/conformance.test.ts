import { telephonyConformance } from '#conformance/telephony.ts'
import { openStage } from '#conformance/telephony/stage.ts'

telephonyConformance('the simulator on the wall clock', () => openStage({ kind: 'wall' }))
telephonyConformance('the simulator on a test clock', () => openStage({ kind: 'test' }))
