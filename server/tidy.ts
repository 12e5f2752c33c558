// The house rules, as pure functions over paths and texts. tidy.test.ts runs them on the repository and on bad samples.
import { posix } from 'node:path'

/** A file of the repository: its path from the root, with forward slashes, and what it says. */
export type SourceFile = { path: string; text: string }

export type Rule = { sentence: string; check: (files: readonly SourceFile[]) => string[] }

type Span = { line: number; text: string }

/** A program seen three ways, each with the line breaks of the original. */
export type Views = {
  /** Without comments. */
  code: string
  /** Without comments and without what strings and regular expressions say. */
  bare: string
  /** Comments only; adjoining `//` lines are one comment. */
  comments: Span[]
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ')
const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length

const token =
  /\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*|\/\*[^]*?\*\/|'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*"|`|[{}]|\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/gy
const templateChunk = /(?:\\[^]|\$(?!\{)|[^\\`$])*(?:`|\$\{|$)/y
const operandMayFollow = /(?:^|[-(,=:[!&|?{};+*%~^<>]|\b(?:return|typeof|case|in|of|do|else|yield|await|throw))\s*$/

/** Splits a program without parsing it: exact on comments, strings and templates, by what precedes it on a regular expression. */
export function views(text: string): Views {
  const comments: Span[] = []
  const braces: boolean[] = [] // one entry an open brace: whether it is the `${` of a template
  let code = ''
  let bare = ''
  let at = 0
  const keep = (piece: string, inBare: string): void => {
    code += piece
    bare += inBare
    at += piece.length
  }
  const template = (): void => {
    templateChunk.lastIndex = at
    const chunk = templateChunk.exec(text)?.[0] ?? ''
    keep(chunk, blank(chunk))
    if (chunk.endsWith('${')) braces.push(true)
  }
  while (at < text.length) {
    token.lastIndex = at
    const piece = token.exec(text)?.[0]
    const isRegex = piece?.startsWith('/') && !/^\/[/*]/.test(piece)
    if (piece === undefined || (isRegex && !operandMayFollow.test(bare.slice(-40)))) {
      keep(text.charAt(at), text.charAt(at))
    } else if (/^\/[/*]/.test(piece)) {
      comments.push({ line: lineAt(text, at), text: piece })
      code += blank(piece)
      bare += blank(piece)
      at += piece.length
    } else if (piece === '{' || piece === '}') {
      keep(piece, piece)
      if (piece === '{') braces.push(false)
      else if (braces.pop()) template()
    } else if (piece === '`') {
      keep(piece, piece)
      template()
    } else {
      keep(piece, piece.charAt(0) + blank(piece.slice(1, -1)) + piece.charAt(piece.length - 1))
    }
  }
  return { code, bare, comments }
}

const cache = new Map<string, Views>()
function viewsOf({ path, text }: SourceFile): Views {
  const key = `${path}\n${text}`
  const known = cache.get(key) ?? views(text)
  cache.set(key, known)
  return known
}

const isProgram = (path: string): boolean => /\.m?ts$/.test(path)
const isTest = (path: string): boolean => path.endsWith('.test.ts')
const within = (path: string, ...folders: string[]): boolean => folders.some((folder) => path.startsWith(`${folder}/`))
const layerOf = (path: string): string | undefined => /^server\/src\/([^/]+)\//.exec(path)?.[1]

/** A rule about one program at a time. */
function onPrograms(sentence: string, concerns: (path: string) => boolean, find: (file: SourceFile) => Span[]): Rule {
  const check = (files: readonly SourceFile[]): string[] =>
    files
      .filter(({ path }) => isProgram(path) && concerns(path))
      .flatMap((file) => find(file).map(({ line, text }) => `${file.path}:${line} ${text}`))
  return { sentence, check }
}

function matches(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].map((match) => ({ line: lineAt(text, match.index), text: match[0].trim() }))
}

type Import = Span & { target: string }

/** What a program imports from this repository; `target` is a path from the root. */
export function imports(file: SourceFile): Import[] {
  const { code, bare } = viewsOf(file)
  const found: Import[] = []
  for (const match of code.matchAll(/\b(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g)) {
    const specifier = match[2] ?? ''
    const target = /^#(?:conformance|simulation)\//.test(specifier)
      ? `server/${specifier.slice(1)}`
      : specifier.startsWith('#')
        ? `server/src/${specifier.slice(1)}`
        : specifier.startsWith('.')
          ? posix.join(posix.dirname(file.path), specifier)
          : undefined
    // The word itself must be code, not a part of a string that talks about imports.
    if (target !== undefined && /\w/.test(bare.charAt(match.index)))
      found.push({ line: lineAt(code, match.index), text: specifier, target })
  }
  return found
}

function onImports(
  sentence: string,
  concerns: (path: string) => boolean,
  isWrong: (path: string, target: string, specifier: string) => boolean,
): Rule {
  return onPrograms(sentence, concerns, (file) =>
    imports(file).filter(({ target, text }) => isWrong(file.path, target, text)),
  )
}

// What each layer may import besides itself.
const below: Record<string, readonly string[]> = {
  domain: [],
  engine: ['domain'],
  services: ['domain', 'engine'],
  dialects: ['domain', 'engine', 'services'],
  adapters: ['domain', 'engine', 'services'],
  app: ['domain', 'engine', 'services', 'dialects', 'adapters'],
  cli: ['domain', 'engine', 'services', 'dialects', 'adapters', 'app'],
}
const isSource = (path: string): boolean => layerOf(path) !== undefined && !isTest(path)

/** The folder of a file inside its layer, at most `depth` names deep: `storage/sqlite`. */
function folderIn(path: string, depth: number): string[] {
  return path.split('/').slice(3, -1).slice(0, depth)
}

/** Neither folder holds the other. */
function apart(one: string[], other: string[]): boolean {
  return one.slice(0, other.length).join('/') !== other.slice(0, one.length).join('/')
}

const layersPointOneWay = onImports('Layers are imported in one direction.', isSource, (path, target) => {
  const from = layerOf(path) ?? ''
  const to = layerOf(target)
  return to !== from && !(to !== undefined && below[from]?.includes(to))
})

const otherLayersByName = onImports(
  'Another layer is imported by its # name, not by a relative path.',
  isSource,
  (path, target, specifier) => specifier.startsWith('.') && layerOf(target) !== layerOf(path),
)

const dialectsStayApart = onImports(
  'A dialect imports no other dialect and no adapter.',
  (path) => within(path, 'server/src/dialects') && !isTest(path),
  (path, target) =>
    layerOf(target) === 'adapters' || (layerOf(target) === 'dialects' && apart(folderIn(path, 1), folderIn(target, 1))),
)

const adaptersStayApart = onImports(
  'An adapter imports no sibling folder and no dialect.',
  (path) => within(path, 'server/src/adapters') && !isTest(path),
  (path, target) =>
    layerOf(target) === 'dialects' || (layerOf(target) === 'adapters' && apart(folderIn(path, 2), folderIn(target, 2))),
)

const onlyComposeNamesAdapters = onImports(
  'Only app/compose*.ts names concrete adapters.',
  (path) => isSource(path) && layerOf(path) !== 'adapters' && !/^server\/src\/app\/compose(-\w+)?\.ts$/.test(path),
  (_path, target) => layerOf(target) === 'adapters',
)

const engineImportsNoNoun = onImports(
  'The engine imports no noun, only the vocabulary and the top of the domain.',
  (path) => layerOf(path) === 'engine',
  (_path, target) => layerOf(target) === 'domain' && !['', 'vocabulary'].includes(folderIn(target, 1).join('')),
)

const engineNamesNoNoun = onPrograms(
  'The engine names no noun; only its comments may, as an example.',
  (path) => layerOf(path) === 'engine',
  (file) => matches(viewsOf(file).code, /\w*(?:conversation|session|configuration)\w*/gi),
)

// Who may do what the rest must leave to adapters/system:
// tests and conformance suites read the clock and mint ids, but have no timers and no dice (wait for facts, print the seed);
// benchmarks and the torture run measure real processes in real time, so they may do all of it; the simulation nothing.
const measuresRealTime = (path: string): boolean =>
  within(path, 'server/benchmarks') || /^server\/simulation\/torture[-./]/.test(path)
const tests = (path: string): boolean => isTest(path) || within(path, 'server/conformance')
const leftToSystem = (path: string): boolean => !within(path, 'server/src/adapters/system') && !measuresRealTime(path)

const noClock = onPrograms(
  'Only adapters/system reads the clock (tests and conformance suites may).',
  (path) => leftToSystem(path) && !tests(path),
  (file) => matches(viewsOf(file).bare, /\bDate\.now\b|\bnew Date(?:\(\s*\)|(?!\w|\s*\())|\bTemporal\.Now\b/g),
)

const noIds = onPrograms(
  'Only adapters/system mints random ids (tests and conformance suites may).',
  (path) => leftToSystem(path) && !tests(path),
  (file) => matches(viewsOf(file).bare, /\brandomUUID\b/g),
)

const noTimers = onPrograms('Only adapters/system sets timers: tests wait for facts, too.', leftToSystem, (file) =>
  matches(viewsOf(file).bare, /(?<![.\w])(?:(?:globalThis|timers)\.)?(?:setTimeout|setInterval)\b/g),
)

const noDice = onPrograms('Only adapters/system throws dice: tests use a seed, too.', leftToSystem, (file) =>
  matches(viewsOf(file).bare, /\bMath\.random\b/g),
)

const noEnvironment = onPrograms(
  'Only app/config.ts reads the environment and the arguments (cli/main.ts may read arguments, tests both).',
  (path) => isSource(path) && path !== 'server/src/app/config.ts',
  (file) => {
    const { bare, code } = viewsOf(file)
    const imported = /\bimport\s*\{[^}]*\b(?:env|argv)\b[^}]*\}\s*from\s*['"](?:node:)?process['"]/g
    const read = [...matches(bare, /\bprocess\s*\.\s*(?:env|argv)\b/g), ...matches(code, imported)]
    return file.path === 'server/src/cli/main.ts' ? read.filter(({ text }) => /\benv\b/.test(text)) : read
  },
)

const noModuleMocks = onPrograms('Tests mock no modules, since files share them.', isTest, (file) =>
  matches(viewsOf(file).bare, /\bvi\s*\.\s*(?:mock|doMock)\b/g),
)

const notTooLong: Rule = {
  sentence: 'No program is longer than 600 lines.',
  check: (files) =>
    files
      .filter(({ path }) => /\.m?[jt]sx?$/.test(path))
      .map(({ path, text }) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
      .filter(({ lines }) => lines > 600)
      .map(({ path, lines }) => `${path} has ${lines} lines`),
}

const emptyNames = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'lib', 'misc', 'core'])
const namesSayWhatIsInside: Rule = {
  sentence: 'No file or folder is called utils, helpers, common, lib, misc or core.',
  check: (files) =>
    files
      .map(({ path }) => path)
      .filter((path) =>
        path
          .toLowerCase()
          .split(/[-/._]/)
          .some((word) => emptyNames.has(word)),
      ),
}

const foldersHaveSentences: Rule = {
  sentence: 'Each layer, noun and dialect has a README.md whose first line is a sentence.',
  check: (files) => {
    const texts = new Map(files.map(({ path, text }) => [path, text]))
    const folders = files
      .filter(({ path }) => isProgram(path))
      .flatMap(({ path }) =>
        [/^server\/src\/[^/]+(?=\/)/, /^server\/src\/(?:domain|dialects)\/[^/]+(?=\/)/].map(
          (pattern) => pattern.exec(path)?.[0],
        ),
      )
      .filter((folder) => folder !== undefined)
    return [...new Set(folders)].flatMap((folder) => {
      const text = texts.get(`${folder}/README.md`)
      if (text === undefined) return [`${folder} has no README.md`]
      const first = text.split('\n')[0] ?? ''
      return /^[A-Z`].*\.$/.test(first) ? [] : [`${folder}/README.md starts with "${first}"`]
    })
  },
}

const vendor = /twilio|bolna|anyreach|telcoflow/i
const law = /\b[A-Z]{1,2}\d{1,3}\b/
function vendorWords({ path, text }: SourceFile): Span[] {
  const lines = (of: string): Span[] => of.split('\n').map((line, index) => ({ line: index + 1, text: line.trim() }))
  const named = (spans: Span[]): Span[] => spans.filter((span) => vendor.test(span.text))
  const lawless = (spans: Span[]): Span[] => named(spans).filter((span) => !law.test(span.text))
  if (!isProgram(path)) return lawless(lines(text))
  const { code, comments } = viewsOf({ path, text })
  return [...(isTest(path) ? lawless(lines(code)) : named(lines(code))), ...lawless(comments)]
}
const vendorWordsStayOutside: Rule = {
  sentence: 'Domain, engine and services use no vendor word but beside the number of a law, in a comment or a test.',
  check: (files) =>
    files
      .filter(({ path }) => within(path, 'server/src/domain', 'server/src/engine', 'server/src/services'))
      .filter(({ path }) => isProgram(path) || path.endsWith('.md'))
      .flatMap((file) => vendorWords(file).map(({ line, text }) => `${file.path}:${line} ${text}`)),
}

const somebodysMachine =
  /(?<![\w.~-])\/(?:home|Users|root|work)\/[\w.-]+|\b[A-Z]:\\Users\\|https?:\/\/[^/\s"'`]*(?:registry|npmjs|pypi|pythonhosted|artifactory)[^\s"'`]*/g
const noMachines: Rule = {
  sentence: 'No file names a place on one machine or the host of a package registry.',
  check: (files) =>
    files.flatMap(({ path, text }) =>
      matches(text, somebodysMachine).map(({ line, text: place }) => `${path}:${line} ${place}`),
    ),
}

export const rules = {
  layersPointOneWay,
  otherLayersByName,
  dialectsStayApart,
  adaptersStayApart,
  onlyComposeNamesAdapters,
  engineImportsNoNoun,
  engineNamesNoNoun,
  noClock,
  noIds,
  noTimers,
  noDice,
  noEnvironment,
  noModuleMocks,
  notTooLong,
  namesSayWhatIsInside,
  foldersHaveSentences,
  vendorWordsStayOutside,
  noMachines,
} satisfies Record<string, Rule>
