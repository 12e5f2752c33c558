import type { Rejection, Script, Step } from './script.ts'

/** The first and the last of the simulator's numbers: those that the numbering plan keeps for examples, +1 202 555 0100 to 0199. */
const prefix = '+120255501'

const rings: Step = { after: 2_000, do: 'ring' }
const answers: Script = [rings, { after: 3_000, do: 'answer' }]

/** What somebody who takes part in the talk says. */
const talks: Script = [
  { do: 'wait-for-agent' },
  { do: 'say', text: 'Hello, yes, this is me.' },
  { do: 'wait-for-agent' },
  { do: 'say', text: 'That sounds good, please tell me more.' },
  { do: 'wait-for-agent' },
  { do: 'say', text: 'Yes, tomorrow at ten would suit me.' },
  { do: 'wait-for-agent' },
  { do: 'say', text: 'Thank you, goodbye.' },
  { after: 300, do: 'hang-up' },
]

/** A phone that nobody wrote a script for: it answers, talks, says goodbye and hangs up. */
export const ordinary: Script = [...answers, ...talks]

function refuses(because: Rejection, after: number): Step {
  return { after, do: 'reject', because }
}

const noAnswer: Script = [rings, refuses('no_answer', 25_000)]

const voicemail: Script = [
  rings,
  { after: 7_000, do: 'answer' },
  { after: 500, do: 'say', text: 'You have reached Alice. I am not available, please leave a message after the tone.' },
  { after: 500, do: 'beep' },
  { after: 60_000, do: 'hang-up' },
]

/**
 * The well-known numbers by their last two digits, as others have test cards. A list of more than one script: of one call
 * after the other.
 */
const wellKnown: Readonly<Record<string, readonly [Script, ...Script[]]>> = {
  '00': [ordinary],
  '01': [ordinary],
  '02': [[rings, refuses('busy', 4_000)]],
  '03': [noAnswer],
  '04': [[rings, refuses('rejected', 6_000)]],
  '05': [[refuses('invalid_number', 1_000)]],
  '06': [[refuses('congestion', 1_500)]],
  '07': [answers],
  '08': [voicemail],
  '09': [
    [
      ...answers,
      { do: 'wait-for-agent' },
      { do: 'say', text: 'Yes, hello, I was just about to say that I would rather', for: 1_500 },
      { do: 'hang-up' },
    ],
  ],
  '10': [[{ do: 'lose', reports: 'all' }]],
  '11': [[...ordinary.slice(0, -1), { do: 'lose' }, { after: 300, do: 'hang-up' }]],
  '12': [
    [
      { do: 'reorder' },
      rings,
      { do: 'repeat' },
      { after: 3_000, do: 'answer' },
      ...talks.slice(0, -1),
      { do: 'repeat' },
      { after: 300, do: 'hang-up' },
    ],
  ],
  '13': [[{ do: 'delay', by: 90_000 }, ...ordinary]],
  '14': [[rings]],
  '15': [[rings, { do: 'wait-for-cancel' }, { after: 150, do: 'answer' }, ...talks]],
  '16': [[rings, { do: 'silent' }, { after: 3_000, do: 'answer' }, ...talks.slice(0, -1)]],
  '17': [
    [
      ...answers,
      { do: 'wait-for-agent' },
      { do: 'say', text: 'Hello? I can hear you, but the line is bad.' },
      { after: 2_000, do: 'drop' },
    ],
  ],
  '18': [[refuses('busy', 2_000)], ordinary],
  '19': [noAnswer, ordinary],
}

/** The scripts of a number, one call after the other; undefined: it is not one of the well-known. */
export function wellKnownScripts(number: string): readonly [Script, ...Script[]] | undefined {
  return number.startsWith(prefix) ? wellKnown[number.slice(prefix.length)] : undefined
}

/** Whether users may write a script for it: +1 202 555 0120 to 0199. */
export function isFree(number: string): boolean {
  return number.startsWith(prefix) && /^[2-9]\d$/.test(number.slice(prefix.length))
}
