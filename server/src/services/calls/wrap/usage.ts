import type { ModelUse, SessionEvent } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Engine } from '#engine/api.ts'
import { read } from '../../reading.ts'
import { newestParts } from '../conversation/newest.ts'

/** Tokens in and out, by model. */
export type Models = Readonly<Record<string, { readonly input: number; readonly output: number }>>

/** What the models of the present attempt took. */
export async function modelsOf(engine: Engine, { account, id, attempt }: Session): Promise<Models> {
  const upTo = await read(engine, account, (unit) => (unit.state(noun, id) ? unit.version(id) : 0))
  const uses: ModelUse[] = []
  const wanted = { account, aggregate: id, kind: 'usage', after: 0, upTo }
  for await (const { created } of newestParts<SessionEvent>(engine, wanted)) {
    if (created.type !== 'model.used') continue
    if (created.attempt !== attempt.number) break
    uses.push(created)
  }
  return summed(uses)
}

function summed(uses: readonly ModelUse[]): Models {
  const models = new Map<string, { readonly input: number; readonly output: number }>()
  for (const { model, promptTokens, completionTokens } of uses) {
    const { input, output } = models.get(model) ?? { input: 0, output: 0 }
    models.set(model, { input: input + promptTokens, output: output + completionTokens })
  }
  return Object.fromEntries(models)
}
