import type { AnyNoun } from '#domain/noun.ts'

/** The nouns an engine serves, by name. */
export type Registry = ReadonlyMap<string, AnyNoun>

/** Collects nouns by name; two of one name, or a list without its facet name, is a mistake of the program. */
export function registryOf(nouns: readonly AnyNoun[]): Registry {
  const registry = new Map<string, AnyNoun>()
  for (const noun of nouns) {
    if (registry.has(noun.name)) throw new Error(`Two nouns are named ${noun.name}.`)
    registry.set(noun.name, noun)
  }
  return registry
}

/** The noun of that name, which must be there: a store holds rows of a noun this server does not know. */
export function nounNamed(registry: Registry, name: string): AnyNoun {
  const noun = registry.get(name)
  if (noun === undefined)
    throw new Error(`The store holds a "${name}", which this server does not know. Was it written by a newer one?`)
  return noun
}
