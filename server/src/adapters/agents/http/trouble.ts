/** Why a turn could not be had. The name says what is wrong, and quotes nothing of what was said. */
export class AgentTrouble extends Error {
  /** Nothing was done: it may be asked again. */
  readonly unreached: boolean

  constructor(name: string, { unreached = false }: { readonly unreached?: boolean } = {}) {
    super(name)
    this.name = name
    this.unreached = unreached
  }
}
