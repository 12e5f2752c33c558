import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { flags } from './options.ts'
import { startTrial } from './trial.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => join('docs', path)),
].filter((path) => path.endsWith('.md'))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

describe('the documents', () => {
  test.each(pages)('%s links only to what is there', (page) => {
    const targets = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target)
    expect(targets.filter((target) => !existsSync(resolve(root, dirname(page), target)))).toEqual([])
  })

  test('every page is reached from the README', () => {
    const reached = new Set(['README.md'])
    for (const page of reached)
      for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
        const path = join(dirname(page), target)
        if (pages.includes(path)) reached.add(path)
      }
    expect(
      pages.filter(
        (page) => !reached.has(page) && page !== 'CHANGELOG.md' && page !== 'docs/internals/dependencies.md',
      ),
    ).toEqual([])
  })

  test('name every option, every number and every dependency there is, and no other', async () => {
    const running = read('docs/operating/running.md')
    const documented = [...running.matchAll(/^\| `--([a-z-]+)/gm)].map(([, name = '']) => name)
    expect(documented.toSorted()).toEqual(Object.keys(flags).toSorted())

    const trial = await startTrial()
    const { body } = await trial.app.fastify.inject('/metrics')
    await trial.stop()
    const numbers = [...body.matchAll(/^# HELP (\S+)/gm)].map(([, name = '']) => name)
    expect([...running.matchAll(/`((?:colloquy|process)_\w+)`/g)].map(([, name = '']) => name).toSorted()).toEqual(
      numbers.toSorted(),
    )

    const { dependencies } = JSON.parse(read('server/package.json'))
    const listed = [...read('docs/internals/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map(
      ([, name = '']) => name,
    )
    expect(listed.toSorted()).toEqual(Object.keys(dependencies).toSorted())
  })
})
