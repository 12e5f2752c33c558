import type { ExecutionStatus } from '../vocabulary.ts'

/** Table 5.1, edge by edge, as the specification has it: what a status may follow. Written down here a second time, on purpose. */
const edges: Readonly<Record<ExecutionStatus | 'new', readonly ExecutionStatus[]>> = {
  new: ['queued', 'scheduled', 'prepared', 'ringing'],
  scheduled: ['queued', 'stopped'],
  prepared: ['queued', 'stopped'],
  queued: ['rescheduled', 'initiated', 'balance-low', 'stopped', 'error'],
  rescheduled: ['initiated', 'balance-low', 'stopped', 'error'],
  initiated: ['ringing', 'stopped', 'failed', 'canceled', 'error'],
  ringing: ['in-progress', 'no-answer', 'busy', 'failed', 'canceled'],
  'in-progress': ['call-disconnected'],
  'call-disconnected': ['completed', 'scheduled'],
  'no-answer': ['scheduled'],
  busy: ['scheduled'],
  failed: ['scheduled'],
  error: ['scheduled'],
  completed: [],
  canceled: [],
  stopped: [],
  'balance-low': [],
}

/** Whether a status may come after another; `new`: be the first one. */
export function allowed(from: string, to: string): boolean {
  return Object.hasOwn(edges, from) && edges[from as keyof typeof edges].some((next) => next === to)
}

/** Every edge of the table. */
export const everyEdge: readonly (readonly [string, ExecutionStatus])[] = Object.entries(edges).flatMap(([from, to]) =>
  to.map((next) => [from, next] as const),
)
