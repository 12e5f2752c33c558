import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { batch } from './batch.ts'
import { webhooks } from './delivery.ts'
import { dueTogether } from './due.ts'
import { table, type Figure } from './figures.ts'
import { heads } from './heads.ts'
import { large } from './large.ts'
import { single } from './single.ts'

const runs: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  single,
  batch,
  due: dueTogether,
  webhooks,
  heads,
  large,
}
const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const wanted = values.only?.split(',') ?? Object.keys(runs).filter((name) => name !== 'large' || values.large)
const figures: Figure[] = []
for (const name of wanted) {
  const run = runs[name]
  if (run === undefined) throw new Error(`There is no run ${name}; there are ${Object.keys(runs).join(', ')}.`)
  console.error(`running ${name} …`)
  const found = await run()
  console.error(table(found))
  figures.push(...found)
}
console.log(table(figures))
if (values.write) {
  const file = fileURLToPath(new URL('../../docs/internals/performance.md', import.meta.url))
  const [before, after] = readFileSync(file, 'utf8').split(/<!-- table -->[\s\S]*<!-- end -->/)
  writeFileSync(file, `${before}<!-- table -->\n${table(figures)}\n<!-- end -->${after ?? ''}`)
}
