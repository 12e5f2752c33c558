import { afterEach, beforeEach, describe } from 'vitest'
import { incomingCalls } from './telephony/incoming.ts'
import { outgoingCalls } from './telephony/outgoing.ts'
import { reporting } from './telephony/reporting.ts'
import type { TelephonyRig } from './telephony/rig.ts'

/** What every carrier must do, whatever lies behind it. `open` makes a new one; the suite closes it. */
export function telephonyConformance(name: string, open: () => Promise<TelephonyRig>): void {
  describe(`${name} as a telephone carrier`, () => {
    let rig: TelephonyRig
    beforeEach(async () => {
      rig = await open()
    })
    afterEach(() => rig.telephony.close())

    for (const topic of [outgoingCalls, incomingCalls, reporting]) topic(() => rig)
  })
}
