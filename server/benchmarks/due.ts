import type { Figure } from './figures.ts'
import { call, messages, rig } from './rig.ts'

const due = 10_000

/** Ten thousand conversations due in the same millisecond of a test clock: closed, with their events. */
export async function dueTogether(): Promise<readonly Figure[]> {
  const rigged = await rig('test')
  try {
    for (let first = 0; first < due; first += 1_000) {
      await call(rigged, 'POST', '/api/v1/traffic', { events: messages(1_000, first, 1_000, `d${first}`) })
    }
    await call(rigged, 'POST', '/api/v1/clock/advance', { by: 'PT59M59S' })
    const started = performance.now()
    const { fired } = (await call(rigged, 'POST', '/api/v1/clock/advance', { by: 'PT1S' })) as { fired: unknown[] }
    const ms = performance.now() - started
    if (fired.length !== due) throw new Error(`${fired.length} were fired, not ${due}.`)
    return [
      {
        what: '10,000 due in one millisecond, all closed with their events',
        value: `${Math.round(ms)} ms`,
        aim: '≤ 300 ms',
      },
    ]
  } finally {
    await rigged.stop()
  }
}
