// Runs every check of the repository in order and stops at the first that fails.
// With arguments, runs the tests only and passes the arguments to vitest: npm test -- server/src/engine
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const runner = fileURLToPath(new URL('./run.mjs', import.meta.url))
const chosen = process.argv.slice(2)
const tests = ['Tests', 'vitest', 'run', ...chosen]
const steps = chosen.length
  ? [tests]
  : [
      ['Types', 'tsc', '--build'],
      ['Lint', 'oxlint'],
      ['Format', 'oxfmt', '--check'],
      ['Unused files, exports and dependencies', 'knip', '--no-progress'],
      tests,
    ]

for (const [index, [title, ...command]] of steps.entries()) {
  console.log(`\n[${index + 1}/${steps.length}] ${title}: ${command.join(' ')}`)
  const { status } = spawnSync(process.execPath, [runner, ...command], { stdio: 'inherit' })
  if (status !== 0) {
    console.error(`\nFailed at step ${index + 1} of ${steps.length}: ${title}`)
    process.exit(status ?? 1)
  }
}
