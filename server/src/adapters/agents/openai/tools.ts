/** What the model may do besides talking, in the protocol's words (`tools` of a request, JSON Schema). */

export const maxNote = 200

/** The only act that every session allows: others need a setting of the agent that says so. */
export const endCall = 'end_call'

export const tools: readonly object[] = [
  {
    type: 'function',
    function: {
      name: endCall,
      description: 'Ends the conversation for good. Say goodbye in the same answer: nothing can be said after it.',
      parameters: {
        type: 'object',
        properties: { note: { type: 'string', description: `Why, for the record; at most ${maxNote} characters.` } },
        additionalProperties: false,
      },
    },
  },
]
