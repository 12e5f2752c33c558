import type { FastifyInstance } from 'fastify'

/** Which verbs a path takes. */
export interface Verbs {
  /** The verbs of the routes that a URL fits; empty: there is no such path. */
  of(url: string): readonly string[]
}

/** Notes the routes that are registered in a scope from now on, so that a wrong verb can be told from an unknown path (405, section 7). */
export function watchVerbs(scope: FastifyInstance): Verbs {
  const known: { readonly parts: readonly string[]; readonly verbs: readonly string[] }[] = []
  scope.addHook('onRoute', ({ url, method }) => {
    known.push({ parts: partsOf(url), verbs: [method].flat() })
  })
  return {
    of: (url) => {
      const asked = partsOf(url)
      const fitting = known.filter(({ parts }) => fits(parts, asked))
      return [...new Set(fitting.flatMap(({ verbs }) => verbs))].toSorted()
    },
  }
}

/** As the router takes them: one slash at the end is none. */
function partsOf(url: string): readonly string[] {
  return (url.split('?', 1)[0] ?? '').replace(/\/$/, '').split('/')
}

function fits(parts: readonly string[], asked: readonly string[]): boolean {
  return (
    parts.length === asked.length &&
    parts.every((part, i) => (part.startsWith(':') ? asked[i] !== '' : part === asked[i]))
  )
}
