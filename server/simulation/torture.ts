import { parseArgs } from 'node:util'
import { tortureCalls } from './torture/calls/rounds.ts'
import { torture } from './torture/rounds.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    calls: { type: 'boolean', default: false },
  },
})
const [rounds, seed] = [Number(values.rounds), Number(values.seed)]
const say = (line: string): void => console.log(line)
console.log(`torture${values.calls ? ' of calls' : ''}: ${rounds} rounds, seed ${seed}`)
const wrong = values.calls ? await ofCalls() : await ofConversations()
for (const one of wrong) console.error(one)
process.exitCode = wrong.length === 0 ? 0 : 1

async function ofConversations(): Promise<readonly string[]> {
  const report = await torture(rounds, seed, say)
  say(
    `${report.acknowledged} acknowledged writes over ${report.rounds} kills, ${report.events} events, ${report.wrong.length} wrong`,
  )
  return report.wrong
}

async function ofCalls(): Promise<readonly string[]> {
  const report = await tortureCalls(rounds, seed, say)
  say(
    `${report.calls} calls over ${report.kills} kills, at least ${report.runningLeast} in flight, ${report.wrong.length} wrong`,
  )
  return report.wrong
}
