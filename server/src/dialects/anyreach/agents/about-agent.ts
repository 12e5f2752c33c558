import { blankAgent } from '#domain/agent/blank.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'

/** What is known of an agent only here, kept in its definition. */
export interface AboutAgent {
  readonly description: string | null
  /** Whether conversations may be begun with it. */
  readonly active: boolean
  readonly is_demo: boolean
  readonly metadata: Readonly<Record<string, unknown>>
  /** What of a configuration our definition has no word for. */
  readonly config: Readonly<Record<string, unknown>>
  /** Of an agent made for one conversation: the mark of the configuration it was made from. */
  readonly mark?: string
}

const unsaid: AboutAgent = { description: null, active: true, is_demo: false, metadata: {}, config: {} }

/** The same for agents that were made in another dialect. */
export function aboutAgent({ vendor }: Pick<AgentDefinition, 'vendor'>): AboutAgent {
  return { ...unsaid, ...(vendor['anyreach'] as Partial<AboutAgent> | undefined) }
}

/** A definition's documents with ours among them. */
export function withAbout({ vendor }: Pick<AgentDefinition, 'vendor'>, about: AboutAgent): AgentDefinition['vendor'] {
  return { ...vendor, anyreach: about }
}

/** An agent of which nothing has been said yet. */
export function newAgent(name: string): AgentDefinition {
  return { ...blankAgent(name), makes: { recording: true, summary: true, extraction: false } }
}
