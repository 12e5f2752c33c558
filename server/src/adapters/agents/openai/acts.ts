import { isToolName, ownActs } from '#domain/agent/tool-names.ts'
import type { ToolCall, Widget } from '#domain/session/events.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { TurnInput, TurnReply } from '#services/calls/ports.ts'
import type { AskingNeed } from '../asking.ts'
import { fieldsIn, type Fields } from '../json.ts'
import { tellTool } from '../progress.ts'
import { refused, runTool, useId } from '../tool-runner.ts'
import { maxWidgets, readWidget } from '../widgets.ts'
import type { WantedCall } from './completion.ts'
import type { Message } from './request.ts'
import { maxNote } from './tools.ts'

/** Of one answer, and of one turn; more are not done. */
const maxCalls = 16
const maxUses = 64

type Act = (call: WantedCall) => Promise<string> | string

/** What the model does in a turn beside talking: its own acts, and the agent's tools. */
export class Acts {
  readonly #need: AskingNeed
  readonly #input: TurnInput
  readonly #toolCalls: ToolCall[] = []
  readonly #widgets: Widget[] = []
  readonly #own: ReadonlyMap<string, Act>
  #end: { readonly note?: string } | undefined
  #handOver: { readonly note?: string } | undefined
  #toolsMs: Milliseconds | undefined
  #uses = 0

  constructor(need: AskingNeed, input: TurnInput) {
    this.#need = need
    this.#input = input
    const own = new Map<string, Act>([[ownActs.endCall, (call) => this.#ends(call)]])
    if (input.channel !== 'voice') own.set(ownActs.handOver, (call) => this.#handsOver(call))
    if (input.rich === true) own.set(ownActs.showWidget, (call) => this.#shows(call))
    this.#own = own
  }

  /** Whether nothing can be said any more. */
  get isOver(): boolean {
    return this.#end !== undefined || this.#handOver !== undefined
  }

  /** Does what is called for, all at once, and answers each call under its id. */
  async perform(calls: readonly (WantedCall & { readonly id: string })[]): Promise<Message[]> {
    const { system } = this.#need
    const since = system.now()
    const before = this.#toolCalls.length
    const said = await Promise.all(calls.map((call, index) => this.#answer(call, index)))
    const used = said.flatMap(({ used: call }) => (call ? [call] : []))
    this.#toolCalls.push(...used)
    if (this.#toolCalls.length > before) this.#toolsMs = (this.#toolsMs ?? 0) + Math.max(0, system.now() - since)
    return calls.map(({ id }, index) => ({ role: 'tool', tool_call_id: id, content: said[index]?.content ?? '' }))
  }

  /** Its part of the reply. A conversation that is handed over is not ended. */
  reply(): Pick<TurnReply, 'end' | 'handOver' | 'toolCalls' | 'widgets'> & { readonly toolsMs?: Milliseconds } {
    return {
      ...(this.#handOver ? { handOver: this.#handOver } : this.#end && { end: this.#end }),
      ...(this.#toolCalls.length > 0 && { toolCalls: this.#toolCalls }),
      ...(this.#widgets.length > 0 && { widgets: this.#widgets }),
      ...(this.#toolsMs !== undefined && { toolsMs: this.#toolsMs }),
    }
  }

  async #answer(call: WantedCall, index: number): Promise<{ readonly content: string; readonly used?: ToolCall }> {
    if (index >= maxCalls || this.#uses >= maxUses) return { content: 'Error: That is more than can be done at once.' }
    const own = this.#own.get(call.name)
    if (own) return { content: await own(call) }
    const used = await this.#use(call)
    tellTool(this.#input, used)
    return { content: told(used), used }
  }

  #use({ name, arguments: given }: WantedCall): Promise<ToolCall> | ToolCall {
    const id = useId(this.#input, ++this.#uses)
    const args = argumentsIn(given)
    const use = { id, name: isToolName(name) ? name : 'unknown', arguments: args ?? {} }
    if (!this.#input.definition.tools?.some((tool) => tool.name === name)) return refused(use, 'There is no such tool.')
    return args ? runTool(this.#need, this.#input, use) : refused(use, 'The arguments are no JSON object.')
  }

  #ends({ arguments: given }: WantedCall): string {
    this.#end ??= noteIn(given)
    return 'The conversation is over.'
  }

  #handsOver({ arguments: given }: WantedCall): string {
    this.#handOver ??= noteIn(given)
    return 'The conversation is handed over.'
  }

  #shows({ arguments: given }: WantedCall): string {
    const widget = readWidget(argumentsIn(given))
    if (!widget) return 'Error: Give type (letters, digits, - and _) and data (an object of at most 16 KB).'
    if (this.#widgets.length >= maxWidgets) return `Error: At most ${maxWidgets} are shown with one answer.`
    this.#widgets.push(widget)
    return 'It is shown with your answer.'
  }
}

/** Arguments that are left out are none. */
function argumentsIn(given: string): Fields | undefined {
  return given.trim() === '' ? {} : fieldsIn(given)
}

/** What it does is clear also where its note cannot be read. */
function noteIn(given: string): { readonly note?: string } {
  const note = fieldsIn(given)?.['note']
  return typeof note === 'string' && note !== '' ? { note: note.slice(0, maxNote).toWellFormed() } : {}
}

/** What came of a tool, for the model. */
function told({ output, isError }: ToolCall): string {
  const text = typeof output === 'string' ? output : JSON.stringify(output)
  return isError ? `Error: ${text}` : text
}
