/** What a process is told from outside; a test brings a plain EventEmitter. */
interface Process {
  on(signal: string, listener: () => void): unknown
  exit(code: number): void
}

/**
 * The first SIGTERM or SIGINT stops the server in order; a second one ends the process at once, with the exit code shells
 * give a process that was told to end.
 */
export function stopOnSignals(stop: () => Promise<void>, say: (line: string) => void, on: Process = process): void {
  let stopping = false
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)
    on.on(signal, () => {
      if (stopping) return on.exit(code)
      stopping = true
      say('stopping: finishing what is in flight; a second signal ends at once')
      stop().then(
        () => on.exit(0),
        (error: unknown) => {
          say(`stopping failed: ${error instanceof Error ? error.message : String(error)}`)
          on.exit(1)
        },
      )
    })
}
