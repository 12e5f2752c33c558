/** One line of the table. */
export interface Figure {
  readonly what: string
  readonly value: string
  /** What it has to reach, in words; empty: for information. */
  readonly aim: string
}

export function perSecond(count: number, ms: number): string {
  return `${Math.round((count / ms) * 1000).toLocaleString('en')}/s`
}

export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, value, aim }) => `| ${what} | ${value} | ${aim} |`)
  return ['| what | measured | aim |', '| - | - | - |', ...rows].join('\n')
}

export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
