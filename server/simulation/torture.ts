import { parseArgs } from 'node:util'
import { torture } from './torture/rounds.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
})
const [rounds, seed] = [Number(values.rounds), Number(values.seed)]
console.log(`torture: ${rounds} rounds, seed ${seed}`)
const report = await torture(rounds, seed, (line) => console.log(line))
for (const one of report.wrong) console.error(one)
console.log(
  `${report.acknowledged} acknowledged writes over ${report.rounds} kills, ${report.events} events, ${report.wrong.length} wrong`,
)
process.exitCode = report.wrong.length === 0 ? 0 : 1
