import type { ToolCall } from '#domain/session/events.ts'
import { isLonger } from '#domain/vocabulary/characters.ts'
import type { TurnInput, TurnReply } from '#services/calls/ports.ts'

type Tell = TurnInput['onProgress']

/** Says each word as it would come, with the space behind it. */
export function tellWords(tell: Tell, text: string): void {
  if (tell) for (const delta of text.split(/(?<=\s)(?=\S)/)) if (delta !== '') tell({ is: 'text', delta })
}

/** Tells of a tool that was used. */
export function tellTool({ onTool, onProgress }: Pick<TurnInput, 'onTool' | 'onProgress'>, call: ToolCall): void {
  onTool?.(call)
  onProgress?.({ is: 'tool', call })
}

/** Tells of an answer that came whole. */
export function tellWhole(tell: Tell, { toolCalls = [], say = '' }: TurnReply): void {
  for (const call of toolCalls) tell?.({ is: 'tool', call })
  if (say !== '') tell?.({ is: 'text', delta: say })
}

/**
 * What is said, piece by piece: without the space around it, and in whole characters, so that what was told is what is kept, to
 * the letter.
 */
export class Saying {
  readonly #tell: Tell
  #text = ''
  #held = ''

  constructor(tell: Tell) {
    this.#tell = tell
  }

  get text(): string {
    return this.#text
  }

  /** Whether there are more characters than `most`, with what cannot be told yet. */
  isLonger(most: number): boolean {
    return isLonger(this.#text + this.#held, most)
  }

  add(piece: string): void {
    const all = this.#text === '' ? (this.#held + piece).trimStart() : this.#held + piece
    const isCut = /[\uD800-\uDBFF]$/.test(all)
    const ready = (isCut ? all.slice(0, -1) : all).trimEnd()
    this.#held = all.slice(ready.length)
    if (ready === '') return
    const delta = ready.toWellFormed()
    this.#text += delta
    this.#tell?.({ is: 'text', delta })
  }

  /** What comes now is another part of it. */
  pause(): void {
    this.#held = this.#text === '' ? '' : ' '
  }
}
