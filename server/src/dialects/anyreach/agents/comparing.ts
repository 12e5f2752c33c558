/** What differs between two configurations, line by line: `- ` is only in the first, `+ ` only in the second. */
export function* differences(
  one: { readonly name: string; readonly config: unknown },
  other: { readonly name: string; readonly config: unknown },
): Generator<string> {
  yield `--- ${one.name}\n+++ ${other.name}\n`
  const before = new Map(leaves(one.config, ''))
  const after = new Map(leaves(other.config, ''))
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  const differing = paths.filter((path) => before.get(path) !== after.get(path))
  if (differing.length === 0) yield 'They say the same.\n'
  for (const path of differing) yield* change(path, before.get(path), after.get(path))
}

/** Each value that has nothing inside, by its path. */
function* leaves(value: unknown, path: string): Generator<readonly [string, string]> {
  if (typeof value === 'string') yield [path, value]
  else if (typeof value !== 'object' || value === null || Object.keys(value).length === 0)
    yield [path, JSON.stringify(value)]
  else
    for (const [key, inner] of Object.entries(value))
      yield* leaves(inner, Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`)
}

/** A text of several lines is compared line by line: what both begin and end with is left out. */
function* change(path: string, before: string | undefined, after: string | undefined): Generator<string> {
  yield `@@ ${path}\n`
  const gone = before?.split('\n') ?? []
  const come = after?.split('\n') ?? []
  const most = Math.min(gone.length, come.length)
  let same = 0
  while (same < most && gone[same] === come[same]) same++
  let last = 0
  while (last < most - same && gone.at(-1 - last) === come.at(-1 - last)) last++
  for (const line of gone.slice(same, gone.length - last)) yield `- ${line}\n`
  for (const line of come.slice(same, come.length - last)) yield `+ ${line}\n`
}
