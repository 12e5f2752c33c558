/**
 * Reads server-sent events as they come, by the rules of the HTML standard (9.2.6, interpreting an event stream): lines end with CR,
 * LF or both, a line that begins with a colon is a comment, and what no blank line follows is no event. Ids and waits are not used.
 */
export class EventStream {
  readonly #onEvent: (type: string, data: string) => void
  #line = ''
  #isAfterReturn = false
  #type = ''
  #data: string[] = []

  constructor(onEvent: (type: string, data: string) => void) {
    this.#onEvent = onEvent
  }

  add(text: string): void {
    if (text === '') return
    const piece = this.#isAfterReturn && text.startsWith('\n') ? text.slice(1) : text
    this.#isAfterReturn = text.endsWith('\r')
    const lines = piece.split(/\r\n|\n|\r/)
    const rest = lines.pop() ?? ''
    for (const line of lines) {
      this.#take(this.#line + line)
      this.#line = ''
    }
    this.#line += rest
  }

  #take(line: string): void {
    if (line === '') return this.#dispatch()
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.#type = value
    else if (field === 'data') this.#data.push(value)
  }

  #dispatch(): void {
    const [type, data] = [this.#type, this.#data]
    this.#type = ''
    this.#data = []
    if (data.length > 0) this.#onEvent(type === '' ? 'message' : type, data.join('\n'))
  }
}
