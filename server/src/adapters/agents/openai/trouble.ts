import { turnsAway } from '../asking.ts'

/** Why a model's turn could not be had. The name says what is wrong; it quotes nothing of what was sent or answered. */
export class ModelTrouble extends Error {
  /** Nothing was done: it may be asked again. */
  readonly unreached: boolean

  constructor(name: string, { unreached = false }: { readonly unreached?: boolean } = {}) {
    super(name)
    this.name = name
    this.unreached = unreached
  }
}

/** What an endpoint says is wrong (`error.code`), in our words: its own may quote the key, or what somebody said. */
const byCode: ReadonlyMap<unknown, string> = new Map([
  ['invalid_api_key', 'its endpoint refused the key; give the agent a valid one'],
  ['insufficient_quota', 'the quota of its key is used up'],
  ['rate_limit_exceeded', 'its endpoint is asked too often by this key'],
  ['model_not_found', 'its endpoint knows no such model'],
  ['context_length_exceeded', 'all that was said is more than its model can take'],
  ['unsupported_parameter', 'its model does not take one of temperature, maxTokens and tools'],
  ['unsupported_value', 'its model does not take this temperature or maxTokens'],
  ['content_filter', 'its endpoint filtered the request'],
])

const byStatus: ReadonlyMap<number, string> = new Map([
  [401, 'its endpoint refused the key, or wants one'],
  [403, 'its endpoint does not allow this with this key'],
  [404, 'its endpoint knows no such model, or is not at this baseUrl'],
  [429, 'its endpoint is asked too often, or the quota is used up'],
])

/** What an endpoint refused, by its code where that is a known one, else by the status. */
export function refusal(status: number, error: unknown): ModelTrouble {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  const sentence = byCode.get(code) ?? byStatus.get(status)
  return new ModelTrouble(`${sentence ?? 'its endpoint could not answer'} (status ${status})`, {
    unreached: turnsAway(status),
  })
}
