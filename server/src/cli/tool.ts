import type { Command } from 'commander'
import type { ClientSettings } from '#app/config.ts'
import type { Client } from './client.ts'

/** What the tool writes to and knows; a test brings its own. */
export interface Terminal {
  readonly settings: ClientSettings
  out(text: string): void
  error(text: string): void
  /** Runs the server with the given options. */
  serve(given: readonly string[]): Promise<void>
  /** What is typed, line by line, from when it is asked for. */
  input?(): AsyncIterable<string>
  readonly signal?: AbortSignal
}

/** What each command is given. */
export interface Tool {
  readonly terminal: Terminal
  client(who: 'account' | 'admin', command: Command): Client
  /** Shows an answer: as JSON with --json, otherwise as words. */
  show(command: Command, answer: unknown, words: () => string): void
  isJson(command: Command): boolean
}

/** An example at the end of a help text. */
export function example(...lines: readonly string[]): string {
  return `\n${lines.length > 1 ? 'Examples' : 'Example'}:\n${lines.map((line) => `  ${line}`).join('\n')}`
}
