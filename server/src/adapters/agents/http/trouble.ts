/** Why a turn could not be had. The name says what is wrong, and quotes nothing of what was said. */
export class AgentTrouble extends Error {
  constructor(name: string) {
    super(name)
    this.name = name
  }
}
