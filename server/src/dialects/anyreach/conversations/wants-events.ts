/**
 * X3: whether an `Accept` asks for events: it names them, and wants nothing less than JSON (RFC 9110 section 12.5.1). A wildcard
 * names nothing, so that no client gets a stream it does not know of.
 */
export function wantsEvents(accept = ''): boolean {
  const ranges = accept.replaceAll(/"[^"]*"/g, '').split(',')
  const events = weightOf('text/event-stream', ranges)
  return events > 0 && events >= weightOf('application/json', ranges)
}

/** From 0 to 1; 0 as well: it is not named, or its weight is none. */
function weightOf(type: string, ranges: readonly string[]): number {
  const weights = ranges.map((range) => {
    const [name, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    if (name !== type) return 0
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1'
    return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : 0
  })
  return Math.max(...weights)
}
