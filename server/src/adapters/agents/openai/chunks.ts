import { fieldsIn, isFields, type Fields } from '../json.ts'
import type { Saying } from '../progress.ts'
import {
  checked,
  contentOf,
  listIn,
  readCall,
  readUsage,
  say,
  type Completion,
  type Usage,
  type WantedCall,
} from './completion.ts'
import { ModelTrouble, refusal } from './trouble.ts'

/** What ends a stream of chunks, instead of JSON. */
const last = '[DONE]'

/** A chat completion that comes in chunks (`chat.completion.chunk`): its words are said as they come, its calls put together. */
export class Chunks {
  readonly #saying: Saying
  readonly #calls: WantedCall[] = []
  /** Where the call of each index of the protocol is. */
  readonly #places = new Map<unknown, number>()
  #content = ''
  #finish: unknown = null
  #usage: Usage | undefined

  constructor(saying: Saying) {
    this.#saying = saying
  }

  /** Takes an event; the completion once it is the last one. */
  take(data: string): Completion | undefined {
    if (data.trim() === last) return this.#whole()
    const chunk = fieldsIn(data)
    if (!chunk) throw new ModelTrouble('its endpoint sent an event that is no JSON object')
    if (isFields(chunk['error'])) throw refusal(200, chunk['error'])
    // With the last chunk come the tokens of all, and then it has no choice (`stream_options.include_usage`).
    this.#usage = readUsage(chunk['usage']) ?? this.#usage
    const choice = listIn(chunk, 'choices').find((one) => isFields(one) && (one['index'] ?? 0) === 0)
    if (!isFields(choice)) return undefined
    this.#finish = choice['finish_reason'] ?? this.#finish
    if (isFields(choice['delta'])) this.#add(choice['delta'])
    return undefined
  }

  /** What there is where the connection ended without the last event: all of it, where the model had finished. */
  ended(): Completion {
    if (this.#finish === null) throw new ModelTrouble('its endpoint stopped in the middle of an answer')
    return this.#whole()
  }

  #whole(): Completion {
    const usage = this.#usage
    return checked({ content: this.#content, calls: this.#calls, finish: this.#finish, ...(usage && { usage }) })
  }

  #add(delta: Fields): void {
    const content = contentOf(delta)
    this.#content += content
    say(this.#saying, content)
    for (const piece of listIn(delta, 'tool_calls')) this.#join(piece)
  }

  /** The first piece of a call has its id and name, the others more of its arguments. */
  #join(given: unknown): void {
    const piece = readCall(given)
    const index = isFields(given) ? given['index'] : undefined
    const place = this.#placeOf(index, piece.id)
    const begun = place === undefined ? undefined : this.#calls[place]
    if (place === undefined || !begun) {
      this.#places.set(index, this.#calls.length)
      this.#calls.push(piece)
      return
    }
    this.#calls[place] = {
      id: begun.id || piece.id,
      name: begun.name || piece.name,
      arguments: begun.arguments + piece.arguments,
      more: { ...begun.more, ...piece.more },
    }
  }

  /** Some endpoints leave the index out, or give all calls the same one: another id is another call. */
  #placeOf(index: unknown, id: string): number | undefined {
    const place = index === undefined ? this.#calls.length - 1 : this.#places.get(index)
    const begun = place === undefined ? undefined : this.#calls[place]
    return begun && (id === '' || begun.id === '' || begun.id === id) ? place : undefined
  }
}
