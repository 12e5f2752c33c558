import type { EffectRunner, Engine, Followed, Outcome } from '#engine/api.ts'
import { createEngine, type EngineLimits } from '#engine/engine.ts'
import type { Storage } from '#engine/ports.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { bell, door, type Door, type DoorCommand } from './door.ts'
import { HandSystem } from './hand.ts'

export const start = Date.UTC(2026, 0, 5, 9)

/** An engine over a storage, with toy nouns and a clock moved by hand. */
export interface Stage {
  readonly engine: Engine
  readonly system: HandSystem
  readonly storage: Storage
  build(label: string, more?: Partial<Extract<DoorCommand, { type: 'build' }>>): Promise<Id>
  order(id: Id, command: DoorCommand, account?: string): Promise<Outcome<Door>>
  see(id: Id, account?: string): Promise<Door | undefined>
  followed(after?: number): Followed[]
}

export interface StageOptions {
  readonly system?: HandSystem
  readonly effects?: Readonly<Record<string, EffectRunner>>
  readonly limits?: Partial<EngineLimits>
  readonly account?: string
}

export async function stageOver(storage: Storage, options: StageOptions = {}): Promise<Stage> {
  const system = options.system ?? new HandSystem(start)
  const engine = await createEngine({
    storage,
    system,
    nouns: [door, bell],
    effects: options.effects ?? {},
    limits: options.limits ?? {},
  })
  const home = options.account ?? 'alice'
  const order = (id: Id, command: DoorCommand, account = home): Promise<Outcome<Door>> =>
    engine.execute({ account, by: 'api' }, (unit) => {
      const done = unit.run(door, id, command)
      return isRefused(done) ? done : done.state
    })
  return {
    engine,
    system,
    storage,
    order,
    async build(label, more = {}) {
      let id = ''
      const outcome = await engine.execute({ account: home, by: 'api' }, (unit) => {
        id = unit.id(label)
        return unit.run(door, id, { type: 'build', label, ...more })
      })
      if (outcome.refusal !== undefined) throw new Error(outcome.refusal.message)
      return id
    },
    async see(id, account = home) {
      const outcome = await engine.execute({ account, by: 'api' }, (unit) => unit.state(door, id))
      return outcome.value
    },
    followed(after = 0) {
      const seen: Followed[] = []
      engine.feed.follow(after, (batch) => void seen.push(...batch))
      return seen
    },
  }
}
