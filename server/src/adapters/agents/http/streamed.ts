import type { ToolCall } from '#domain/session/events.ts'
import type { System } from '#engine/ports.ts'
import type { TurnInput, TurnReply } from '#services/calls/ports.ts'
import { Saying, tellTool } from '../progress.ts'
import { useId } from '../tool-runner.ts'
import { maxSay, objectIn, readReply } from './answer.ts'
import { readToolCall } from './shown.ts'
import { AgentTrouble } from './trouble.ts'

/** An answer that comes in events: `{"delta": text}`, `{"toolCall": {…}}`, and last `{"done": true, …}` with the rest of it. */
export class StreamedAnswer {
  readonly #input: TurnInput
  readonly #saying: Saying
  readonly #calls = new Map<string, ToolCall>()
  #firstWordMs: number | undefined

  constructor(input: TurnInput, system: Pick<System, 'now'>) {
    const since = system.now()
    this.#input = input
    this.#saying = new Saying((progress) => {
      this.#firstWordMs ??= Math.max(0, system.now() - since)
      input.onProgress?.(progress)
    })
  }

  /** Takes an event; the reply once it is the last one. Of events it does not know nothing is made. */
  take(data: string): TurnReply | undefined {
    const event = objectIn(data, 'its program sent an event that is no JSON object')
    if (event['done'] === true) return this.#finish(readReply(event, this.#input))
    if (event['delta'] !== undefined) this.#say(event['delta'])
    if (event['toolCall'] !== undefined)
      this.#use(readToolCall(event['toolCall'], useId(this.#input, this.#calls.size + 1)))
    return undefined
  }

  #say(delta: unknown): void {
    if (typeof delta !== 'string') throw new AgentTrouble('its program sent a "delta" that is no text')
    this.#saying.add(delta)
    if (this.#saying.isLonger(maxSay)) throw new AgentTrouble(`its program says more than ${maxSay} characters at once`)
  }

  #use(call: ToolCall): void {
    if (this.#calls.has(call.id)) return
    this.#calls.set(call.id, call)
    tellTool(this.#input, call)
  }

  /** What it says at the end is all it says: what it has said so far, and perhaps more. */
  #finish({ say = '', toolCalls = [], ...reply }: TurnReply): TurnReply {
    for (const call of toolCalls) this.#use(call)
    const whole = say.trim()
    const begun = this.#saying.text
    if (whole !== '' && !whole.startsWith(begun))
      throw new AgentTrouble('its program ended with a "say" that is not what it had said')
    this.#saying.add(whole.slice(begun.length))
    const calls = [...this.#calls.values()]
    const { text } = this.#saying
    return {
      ...(text !== '' && { say: text }),
      ...reply,
      ...(calls.length > 0 && { toolCalls: calls }),
      ...(this.#firstWordMs !== undefined && { took: { firstWordMs: this.#firstWordMs } }),
    }
  }
}
