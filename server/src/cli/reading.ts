import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { CommandError } from './client.ts'
import type { Tool } from './tool.ts'

/** A number as it was typed. */
export function numberIn(name: string, text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number)) throw new CommandError(`${name} takes a number, not "${text}".`)
  return number
}

/** What is in a file, as seen from where the user is. */
export function fileIn({ terminal }: Tool, file: string): string {
  try {
    return readFileSync(resolve(terminal.settings.folder, file), 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new CommandError(`${file} cannot be read${code}. Name a file that is there.`)
  }
}

/** The JSON in a file. */
export function jsonIn(tool: Tool, file: string): unknown {
  try {
    return JSON.parse(fileIn(tool, file))
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`${file} is no JSON: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

/** `name=Alice` as often as wanted, or one JSON document. */
export function dataIn(given: readonly string[]): Record<string, unknown> | undefined {
  const [first] = given
  if (first === undefined) return undefined
  if (given.length === 1 && first.trimStart().startsWith('{')) {
    try {
      return JSON.parse(first) as Record<string, unknown>
    } catch {
      throw new CommandError(`--with takes NAME=VALUE, or a JSON object, which this is not: ${first}`)
    }
  }
  return Object.fromEntries(given.map(pairOf))
}

function pairOf(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new CommandError(`--with takes NAME=VALUE, not "${text}".`)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** For options that may be given several times. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
