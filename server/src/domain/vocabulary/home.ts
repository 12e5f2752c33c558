/**
 * The home of a route: which of 256 partitions everything with that route lives in. FNV-1a, 32 bits, over the UTF-16
 * units of the text, low byte first; frozen for ever, since ids already given out carry its result.
 */
export function homeOf(account: string, route: string): number {
  const text = `${account}\n${route}`
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193)
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193)
  }
  return (hash ^ (hash >>> 8) ^ (hash >>> 16) ^ (hash >>> 24)) & 0xff
}
