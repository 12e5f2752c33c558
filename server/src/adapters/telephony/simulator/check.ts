import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Rejection, Script, Step } from './script.ts'

/** Bounds of what users write. */
const maxSteps = 100
const maxText = 1_000
const maxMs = 3_600_000

const rejections: readonly string[] = [
  'busy',
  'no_answer',
  'rejected',
  'invalid_number',
  'unreachable',
  'congestion',
] satisfies readonly Rejection[]

type Fields = Readonly<Record<string, unknown>>
/** What is wrong with a field; undefined: nothing. */
type Check = (value: unknown) => string | undefined

const time: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= maxMs
    ? undefined
    : `must be whole milliseconds from 0 to ${maxMs}`

function code(least: number, most: number): Check {
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `must be a whole number from ${least} to ${most}`
}

function pattern(expression: RegExp, words: string): Check {
  return (value) => (typeof value === 'string' && expression.test(value) ? undefined : words)
}

function oneOf(words: readonly string[]): Check {
  return (value) => (words.includes(value as string) ? undefined : `must be one of ${words.join(', ')}`)
}

const text: Check = (value) =>
  typeof value === 'string' && value.trim() !== '' && value.length <= maxText
    ? undefined
    : `must be a text of 1 to ${maxText} characters`

interface Shape {
  readonly needs?: Readonly<Record<string, Check>>
  readonly may?: Readonly<Record<string, Check>>
  /** When it can come: before the call is answered, after it, or at any time. */
  readonly when: 'before' | 'after' | 'any'
  /** Nothing can come after it. */
  readonly ends?: true
}

const shapes: Readonly<Record<Step['do'], Shape>> = {
  ring: { when: 'before' },
  answer: { when: 'before' },
  say: { needs: { text }, may: { for: time }, when: 'after' },
  'wait-for-agent': { may: { atMost: time }, when: 'after' },
  beep: { when: 'after' },
  dtmf: { needs: { digits: pattern(/^[0-9*#A-D]{1,32}$/, 'must be 1 to 32 of 0-9, *, #, A-D') }, when: 'after' },
  'hang-up': { when: 'after', ends: true },
  reject: {
    may: { because: oneOf(rejections), sip: code(300, 699), q850: code(1, 127) },
    when: 'before',
    ends: true,
  },
  drop: { when: 'any', ends: true },
  silent: { when: 'any' },
  'wait-for-cancel': { when: 'before' },
  lose: { may: { reports: oneOf(['next', 'all']) }, when: 'any' },
  repeat: { when: 'any' },
  reorder: { when: 'any' },
  delay: { needs: { by: time }, when: 'any' },
}

/** Reads a script; `answered`: of a phone that calls us, whose part begins when we have answered. */
export function readScript(given: unknown, side: 'called' | 'calling' = 'called'): Script | Refused {
  if (!Array.isArray(given)) return wrong('script', 'must be a list of steps like {"after": 2000, "do": "ring"}')
  if (given.length > maxSteps) return wrong('script', `must have at most ${maxSteps} steps`)
  let isAnswered = side === 'calling'
  let isOver = false
  for (const [i, step] of (given as readonly unknown[]).entries()) {
    const field = `script.${i}`
    const problem = checkStep(field, step)
    if (problem) return problem
    const { when, ends } = shapes[(step as Step).do]
    if (isOver) return wrong(field, 'comes after the end of the call; take it out')
    if (when === 'after' && !isAnswered) return wrong(field, 'can only come after "answer"')
    if (when === 'before' && isAnswered) return wrong(field, 'can only come before the call is answered')
    isAnswered ||= (step as Step).do === 'answer'
    isOver = ends === true
  }
  return given as Script
}

function checkStep(field: string, step: unknown): Refused | undefined {
  if (typeof step !== 'object' || step === null)
    return wrong(field, 'must be an object like {"after": 2000, "do": "ring"}')
  const fields = step as Fields
  const shape = Object.hasOwn(shapes, String(fields['do'])) ? shapes[fields['do'] as Step['do']] : undefined
  if (!shape) return wrong(`${field}.do`, `must be one of ${Object.keys(shapes).join(', ')}`)
  const known: Readonly<Record<string, Check>> = { after: time, ...shape.needs, ...shape.may }
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'do') continue
    const check = Object.hasOwn(known, name) ? known[name] : undefined
    if (!check) return wrong(`${field}.${name}`, 'is not known for this step; take it out')
    const problem = check(value)
    if (problem !== undefined) return wrong(`${field}.${name}`, problem)
  }
  const missing = Object.keys(shape.needs ?? {}).find((name) => !Object.hasOwn(fields, name))
  if (missing !== undefined) return wrong(`${field}.${missing}`, 'is missing')
  const isOneReason = Object.hasOwn(fields, 'because') !== Object.hasOwn(fields, 'sip')
  if (fields['do'] === 'reject' && !isOneReason) return wrong(field, 'must have either "because" or "sip"')
  if (Object.hasOwn(fields, 'because') && Object.hasOwn(fields, 'q850'))
    return wrong(`${field}.q850`, 'goes with "sip" only; take it out')
  return undefined
}

function wrong(field: string, problem: string): Refused {
  return refuse('invalid', `${field} ${problem}.`, { field })
}
