import type { AgentDefinition } from '#domain/agent/state.ts'
import { actNames, ownActs } from '#domain/agent/tool-names.ts'
import type { TurnInput } from '#services/calls/ports.ts'

/** What the model may do besides talking, in the protocol's words (`tools` of a request, JSON Schema). */

export const maxNote = 200

const { endCall, handOver, showWidget } = ownActs

const note = { type: 'string', description: `Why, for the record; at most ${maxNote} characters.` }

const ending = functionOf(
  endCall,
  'Ends the conversation for good. Say goodbye in the same answer: nothing can be said after it.',
  { type: 'object', properties: { note }, additionalProperties: false },
)
const handing = functionOf(
  handOver,
  'Hands the conversation over to a person and ends it for you. Say so in the same answer: nothing can be said after it.',
  { type: 'object', properties: { note }, additionalProperties: false },
)
const showing = functionOf(showWidget, 'Shows the user something beside your answer, such as a list or a card.', {
  type: 'object',
  properties: {
    type: { type: 'string', description: 'What kind of thing it is, in letters, digits, - and _.' },
    data: { type: 'object', description: 'What is shown, as its kind has it.' },
  },
  required: ['type', 'data'],
})

/** What is offered for a turn: to hand over where it is written, to show something where it can be seen, and the agent's own. */
export function offeredTools({ definition, channel, rich }: TurnInput): readonly object[] {
  return [
    ending,
    ...(channel === 'voice' ? [] : [handing]),
    ...(rich === true ? [showing] : []),
    ...ownTools(definition).map(({ name, description, parameters }) => functionOf(name, description, parameters)),
  ]
}

function ownTools({ tools = [] }: AgentDefinition): NonNullable<AgentDefinition['tools']> {
  return tools.filter(({ name }) => !actNames.includes(name))
}

function functionOf(name: string, description: string, parameters: object): object {
  return { type: 'function', function: { name, description, parameters } }
}
