import type { TelephonyReport } from '../ports.ts'
import { takeIncoming, type IncomingNeed } from './incoming.ts'
import type { Reports } from './reports.ts'

/** Whom the carrier tells everything. What breaks over one report must not take the others along. */
export function carrierListener(need: IncomingNeed, reports: Reports): (report: TelephonyReport) => Promise<void> {
  async function take(report: TelephonyReport): Promise<void> {
    switch (report.kind) {
      case 'leg': {
        const { kind: _, account, reference, ...leg } = report
        return reports.leg(account, reference, leg)
      }
      case 'speech':
        return reports.speech(report)
      case 'incoming':
        return takeIncoming(need, report)
    }
  }
  return async (report) => {
    try {
      await take(report)
    } catch (error) {
      const { kind, account } = report
      const name = error instanceof Error ? error.name : typeof error
      need.log?.error({ account, kind, error: name }, "A carrier's report could not be taken.")
    }
  }
}
