import { pino } from 'pino'
import type { Logger } from '#services/ports.ts'
import type { LogLevel } from './options.ts'

/** Writes one JSON line for each message on standard error. */
export function createLogger(level: LogLevel): Logger {
  const log = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: false }),
  )
  return {
    info: (facts, message) => log.info(facts, message),
    warn: (facts, message) => log.warn(facts, message),
    error: (facts, message) => log.error(facts, message),
  }
}
