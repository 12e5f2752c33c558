import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { batch } from './batch.ts'
import { batch50k } from './batch-of-calls.ts'
import { calls } from './calls.ts'
import { webhooks } from './delivery.ts'
import { dispatch } from './dispatch.ts'
import { dueTogether } from './due.ts'
import { table, type Figure } from './figures.ts'
import { heads } from './heads.ts'
import { large } from './large.ts'
import { live } from './live.ts'
import { single } from './single.ts'
import { texts } from './texts.ts'

const runs: Readonly<Record<string, (scale: number) => Promise<readonly Figure[]>>> = {
  single,
  batch,
  due: dueTogether,
  webhooks,
  heads,
  calls,
  batch50k,
  dispatch,
  live,
  texts,
  large,
}
const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    only: { type: 'string' },
    scale: { type: 'string', default: '1' },
  },
})
const wanted = values.only?.split(',') ?? Object.keys(runs).filter((name) => name !== 'large' || values.large)
const figures: Figure[] = []
for (const name of wanted) {
  const run = runs[name]
  if (run === undefined) throw new Error(`There is no run ${name}; there are ${Object.keys(runs).join(', ')}.`)
  console.error(`running ${name} …`)
  const found = await run(Number(values.scale))
  console.error(table(found))
  figures.push(...found)
}
console.log(table(figures))
if (values.write) {
  const file = fileURLToPath(new URL('../../docs/internals/performance.md', import.meta.url))
  const [before, after] = readFileSync(file, 'utf8').split(/<!-- table -->[\s\S]*<!-- end -->/)
  writeFileSync(file, `${before}<!-- table -->\n${table(figures)}\n<!-- end -->${after ?? ''}`)
}
