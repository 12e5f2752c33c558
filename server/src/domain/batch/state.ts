import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { Order } from '../session/events.ts'
import type { Policy, RetryPolicy } from '../session/state.ts'

/** Many sessions from one list, with one schedule. */
export interface Batch {
  readonly id: Id
  readonly account: string
  readonly status: BatchStatus
  readonly agent: { readonly id: Id; readonly version: number }
  readonly fileName: string
  /** Our numbers, used in rotation; empty: the account's default. */
  readonly from: readonly string[]
  readonly retry: RetryPolicy | null
  readonly webhook: string | null
  /** What each of its sessions is ordered with beside what its row says. */
  readonly orders?: { readonly vendor?: Order['vendor']; readonly policy?: Partial<Policy> }
  /** The campaign that made it, in which of its runs. `paced`: it is told of every row that ends. */
  readonly campaign?: { readonly id: Id; readonly round: number; readonly paced?: true }
  readonly keepsHours: boolean
  /** Rows of the list; of which valid, so a session each. */
  readonly rows: number
  readonly valid: number
  /** Of the valid ones: dealt with so far; released to the queue so far; final, or such that no session could be made of them. */
  readonly prepared: number
  readonly released: number
  readonly ended: number
  readonly dueAt: Instant | null
  /** Why its rows are stopped, and whether live calls are hung up too. */
  readonly stopping: {
    readonly hangUp: boolean
    readonly cause: 'batch_stopped' | 'batch_expired' | 'agent_deleted'
  } | null
  /** Changes of status so far. */
  readonly sequence: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** `erasing`: deleted; its sessions stay. */
export type BatchStatus =
  | 'created'
  | 'processed'
  | 'scheduled'
  | 'queued'
  | 'running'
  | 'completed'
  | 'stopped'
  | 'failed'
  | 'erasing'

/** Whether calls may still be made for it. */
export function isOpen(status: BatchStatus): boolean {
  switch (status) {
    case 'created':
    case 'processed':
    case 'scheduled':
    case 'queued':
    case 'running':
      return true
    case 'completed':
    case 'stopped':
    case 'failed':
    case 'erasing':
      return false
  }
}

/** Rows in a part of kind `rows`; only the last part of a batch has fewer. */
export const rowsPerPart = 500

/** One row of the list, counted from 1 without gaps: either a number to call with its data, or why it is no good. */
export interface BatchRow {
  readonly row: number
  readonly to?: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly rejected?: string
  /** Of a rejected row: the line as it came, at most 500 characters. */
  readonly line?: string
}

/** What is done row by row, in chunks: making the sessions, letting them into the queue, stopping them. */
export type BatchWork = 'prepare' | 'release' | 'stop'

/** The payload of the effects `batch.prepare`, `batch.release` and `batch.stop` (repeatable): rows up to `from` are done. */
export interface BatchChunk {
  readonly from: number
}

/** What a chunk of work did. `next`: the last row it looked at. `count`: the valid rows it dealt with; `missed`: of which no session could be made. */
export interface Advance {
  readonly work: BatchWork
  readonly next: number
  readonly count: number
  readonly missed: number
  readonly done: boolean
}

/** The payload of the effect `campaign.told` (repeatable): a row has ended, so that there may be room; or no more calls can be made. */
export type CampaignTold = { readonly campaign: Id; readonly round: number } & (
  | { readonly is: 'room' }
  | { readonly is: 'halted'; readonly because: string }
)
