// The house rules as a test. Each rule is run on the repository, on samples it must refuse and on samples it must let pass.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { imports, rules, views, type SourceFile } from './tidy.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const notOurs = /(?:^|\/)(?:node_modules|\.git|dist|coverage)$|^data$|\.log$|\.tsbuildinfo$/
const isText =
  /\.(?:m?[jt]sx?|json|jsonl|md|ya?ml|html|css|sql|sh|txt|toml)$|(?:^|\/)(?:\.[\w.]+|[A-Za-z]+|Dockerfile)$/

function repository(folder = ''): SourceFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (notOurs.test(path)) return []
    if (entry.isDirectory()) return repository(path)
    return entry.isFile() ? [{ path, text: isText.test(path) ? readFileSync(join(root, path), 'utf8') : '' }] : []
  })
}

const files = repository()
const file = (path: string, text = ''): SourceFile => ({ path: `server/${path}`, text })
const long = (lines: number): string => 'export {}\n'.repeat(lines)
// Put together here, so that this file does not itself break the rule it tests.
const someFolder = ['', 'home', 'alice', 'notes'].join('/')
const someHost = ['https:/', 'registry.example.com', 'left-pad'].join('/')

type Samples = { refuses: SourceFile[]; allows: SourceFile[] }
const samples: Record<keyof typeof rules, Samples> = {
  layersPointOneWay: {
    refuses: [
      file('src/domain/a.ts', "import { b } from '#engine/b.ts'"),
      file('src/engine/a.ts', "export * from '../services/b.ts'"),
      file('src/services/a.ts', "import type { B } from '#dialects/native/b.ts'"),
      file('src/adapters/delivery/http/a.ts', "const b = await import('#app/b.ts')"),
      file('src/app/a.ts', "import '#cli/b.ts'"),
      file('src/app/a.ts', "import { b } from '#conformance/b.ts'"),
    ],
    allows: [
      file('src/engine/a.ts', "import { b } from '#domain/noun.ts'\nimport { c } from './c.ts'"),
      file('src/cli/a.ts', "import { b } from '#app/b.ts'"),
      file('src/domain/a.test.ts', "import { b } from '#engine/b.ts'"),
      file('src/domain/a.ts', "// import { b } from '#engine/b.ts'\nconst text = \"import '#engine/b.ts'\""),
    ],
  },
  otherLayersByName: {
    refuses: [file('src/engine/a.ts', "import { b } from '../domain/noun.ts'")],
    allows: [file('src/engine/deep/a.ts', "import { b } from '../b.ts'\nimport { c } from '#domain/noun.ts'")],
  },
  dialectsStayApart: {
    refuses: [
      file('src/dialects/native/a.ts', "import { b } from '../twilio/b.ts'"),
      file('src/dialects/native/a.ts', "import { b } from '#dialects/bolna/b.ts'"),
      file('src/dialects/native/a.ts', "import { b } from '#adapters/storage/memory/b.ts'"),
    ],
    allows: [file('src/dialects/native/deep/a.ts', "import { b } from '../b.ts'\nimport { c } from '#dialects/c.ts'")],
  },
  adaptersStayApart: {
    refuses: [
      file('src/adapters/storage/sqlite/a.ts', "import { b } from '../memory/b.ts'"),
      file('src/adapters/storage/sqlite/a.ts', "import { b } from '#adapters/system/real/b.ts'"),
      file('src/adapters/storage/sqlite/a.ts', "import { b } from '#dialects/native/b.ts'"),
    ],
    allows: [
      file(
        'src/adapters/storage/sqlite/reader/a.ts',
        "import { b } from '../writer/b.ts'\nimport { c } from '../../c.ts'",
      ),
    ],
  },
  onlyComposeNamesAdapters: {
    refuses: [
      file('src/app/serve.ts', "import { b } from '#adapters/storage/sqlite/b.ts'"),
      file('src/cli/main.ts', "import { b } from '#adapters/system/real/b.ts'"),
    ],
    allows: [
      file('src/app/compose.ts', "import { b } from '#adapters/storage/sqlite/b.ts'"),
      file('src/engine/a.test.ts', "import { b } from '#adapters/storage/memory/b.ts'"),
      file('benchmarks/run.ts', "import { b } from '../src/adapters/storage/memory/b.ts'"),
    ],
  },
  engineImportsNoNoun: {
    refuses: [file('src/engine/a.test.ts', "import { b } from '#domain/agent/state.ts'")],
    allows: [
      file('src/engine/a.ts', "import { b } from '#domain/vocabulary/instant.ts'\nimport { c } from '#domain/noun.ts'"),
    ],
  },
  engineNamesNoNoun: {
    refuses: [
      file('src/engine/a.ts', 'export const openConversations = 1'),
      file('src/engine/a.ts', "export const kind = 'session'"),
    ],
    allows: [file('src/engine/a.ts', '// for example a conversation\nexport const kind = 1')],
  },
  noClock: {
    refuses: [
      file('src/engine/a.ts', 'const now = Date.now()'),
      file('src/adapters/storage/sqlite/a.ts', 'const now = new Date()'),
      file('src/app/a.ts', 'const now = new Date'),
      file('src/domain/a.ts', 'const text = `${Temporal.Now.instant()}`'),
      file('simulation/run.ts', 'const now = Date.now()'),
    ],
    allows: [
      file('src/adapters/system/real/clock.ts', 'const now = Date.now()'),
      file('src/app/a.ts', "const then = new Date(instant) // never Date.now()\nconst text = 'Date.now()'"),
      file('src/app/a.ts', 'const pattern = /Date.now/'),
      file('src/engine/a.test.ts', 'const now = Date.now()'),
      file('benchmarks/run.ts', 'const now = Date.now()'),
      file('simulation/torture.ts', 'const now = Date.now()'),
    ],
  },
  noIds: {
    refuses: [file('src/services/a.ts', "import { randomUUID } from 'node:crypto'")],
    allows: [
      file('src/adapters/system/real/ids.ts', 'crypto.randomUUID()'),
      file('src/app/a.test.ts', 'crypto.randomUUID()'),
    ],
  },
  noTimers: {
    refuses: [
      file('src/engine/a.ts', 'setTimeout(next, 10)'),
      file('src/adapters/delivery/http/a.ts', 'globalThis.setInterval(next, 10)'),
      file('src/engine/a.test.ts', "import { setTimeout } from 'node:timers/promises'"),
    ],
    allows: [
      file('src/adapters/system/real/clock.ts', 'setTimeout(next, 10)'),
      file('src/adapters/delivery/http/a.ts', 'socket.setTimeout(10)'),
      file('simulation/torture.ts', 'setTimeout(next, 10)'),
    ],
  },
  noDice: {
    refuses: [
      file('src/engine/a.ts', 'const one = Math.random()'),
      file('conformance/a.ts', 'const one = Math.random()'),
      file('simulation/world.ts', 'const one = Math.random()'),
    ],
    allows: [file('src/adapters/system/real/random.ts', 'const one = Math.random()')],
  },
  noEnvironment: {
    refuses: [
      file('src/app/serve.ts', 'const { port } = process.env'),
      file('src/adapters/storage/postgres/a.ts', "import { env } from 'node:process'"),
      file('src/cli/main.ts', 'const home = process.env'),
      file('src/cli/account.ts', 'const words = process.argv'),
    ],
    allows: [
      file('src/app/config.ts', 'const words = [process.env, process.argv]'),
      file('src/cli/main.ts', 'const words = process.argv'),
      file('src/app/a.test.ts', 'const { env } = process.env'),
    ],
  },
  noModuleMocks: {
    refuses: [file('src/engine/a.test.ts', "vi.mock('./b.ts')")],
    allows: [file('src/engine/a.test.ts', 'vi.fn()')],
  },
  notTooLong: {
    refuses: [file('src/engine/a.ts', long(601))],
    allows: [file('src/engine/a.ts', long(600)), file('a.md', long(601))],
  },
  namesSayWhatIsInside: {
    refuses: [file('src/engine/utils.ts'), file('src/engine/core/a.ts'), file('src/engine/test-helpers.ts')],
    allows: [file('src/engine/libraries.ts'), file('src/domain/score.ts')],
  },
  foldersHaveSentences: {
    refuses: [
      file('src/engine/a.ts'),
      file('src/domain/agent/a.ts'),
      file('src/dialects/native/README.md', '# Native\n\nThe native dialect.'),
      file('src/dialects/native/a.ts'),
      file('src/dialects/README.md', 'The languages it speaks.'),
    ],
    allows: [
      file('src/engine/a.ts'),
      file('src/engine/README.md', 'Makes decisions durable.\n\nMore.'),
      file('src/engine/deep/a.ts'),
    ],
  },
  vendorWordsStayOutside: {
    refuses: [
      file('src/domain/a.ts', "const kind = 'twilio' // T14"),
      file('src/services/a.ts', '// as Bolna does it'),
      file('src/engine/README.md', 'What AnyReach calls a flow.'),
      file('src/domain/a.test.ts', "test('Telcoflow hangs up', run)"),
    ],
    allows: [
      file('src/domain/a.ts', '// T14: both timers run from the last communication,\n// as with Twilio'),
      file('src/domain/a.test.ts', "test('B6: Bolna hangs up', run)"),
      file('src/dialects/twilio/a.ts', "const kind = 'twilio'"),
    ],
  },
  noMachines: {
    refuses: [file('a.json', `"${someFolder}"`), file('package-lock.json', `"resolved": "${someHost}"`)],
    allows: [file('a.json', '"https://example.com/home/alice", "./home/alice"')],
  },
}

describe.each(Object.entries(rules))('%s', (name, { sentence, check }) => {
  const { refuses, allows } = samples[name as keyof typeof rules]

  test(sentence, () => {
    expect(check(files)).toEqual([])
  })

  test('it refuses each bad sample', () => {
    const refused = name === 'foldersHaveSentences' ? [refuses] : refuses.map((sample) => [sample])
    for (const group of refused) expect(check(group), JSON.stringify(group)).not.toEqual([])
  })

  test('it lets each good sample pass', () => {
    const allowed = name === 'foldersHaveSentences' ? [allows] : allows.map((sample) => [sample])
    for (const group of allowed) expect(check(group), JSON.stringify(group)).toEqual([])
  })
})

test('each folder without its sentence is named', () => {
  expect(rules.foldersHaveSentences.check(samples.foldersHaveSentences.refuses)).toEqual([
    'server/src/engine has no README.md',
    'server/src/domain has no README.md',
    'server/src/domain/agent has no README.md',
    'server/src/dialects/native/README.md starts with "# Native"',
  ])
})

test('the scan sees this repository', () => {
  const paths = files.map(({ path }) => path)
  expect(paths).toContain('server/tidy.test.ts')
  expect(paths).toContain('.ci/run')
  expect(paths.some((path) => path.includes('node_modules'))).toBe(false)
})

describe('views', () => {
  test('templates keep the code they hold and lose their text', () => {
    const { bare, code } = views('const a = `x ${ call(`y ${deep} z`) } w` + last')
    expect(bare.replace(/\s+/g, ' ')).toBe('const a = ` call(` deep} ) } + last')
    expect(code).toContain('`x ${ call(`y ${deep} z`) } w`')
  })

  test('a regular expression is not a comment, a division is not a regular expression', () => {
    expect(views("const a = /['\"//]/.test(b) ; const c = 'x'").comments).toEqual([])
    expect(views("const a = b / c // 'd' / e").comments).toEqual([{ line: 1, text: "// 'd' / e" }])
    expect(views("const a = (b) / c; const d = '/'; e()").bare).toContain('; e()')
  })

  test('comments say where they start, and adjoining lines are one', () => {
    expect(views("a()\n// b\n  // c\nd('// no')\n/* e\n f */").comments).toEqual([
      { line: 2, text: '// b\n  // c' },
      { line: 5, text: '/* e\n f */' },
    ])
  })

  test('imports are found in each of their forms', () => {
    const text =
      "import a from './a.ts'\nexport type { B } from '#domain/b.ts'\nimport 'fastify'\nimport('#simulation/c.ts')"
    expect(imports(file('src/engine/x.ts', text)).map(({ line, target }) => [line, target])).toEqual([
      [1, 'server/src/engine/a.ts'],
      [2, 'server/src/domain/b.ts'],
      [4, 'server/simulation/c.ts'],
    ])
  })
})
