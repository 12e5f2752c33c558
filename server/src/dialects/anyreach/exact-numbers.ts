type Place = readonly (string | number)[]

/** The fewest digits that a number cannot hold, or an exponent that may be too large. */
const doubtful = /\d{16}|\d[eE]\+?\d{3}/

/**
 * Where a JSON text has a number that would come back as another one: a whole one of too many digits, or one too large for any
 * double (RFC 8259 section 6, RFC 7493 section 2.2). Undefined: nowhere; most texts need no second look.
 */
export function inexactNumber(text: string): Place | undefined {
  if (!doubtful.test(text)) return undefined
  let place: Place | undefined
  const lost = {}
  // Parts come before what they are in.
  JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value === 'number') {
      if (place || isKept(context?.source ?? '', value)) return value
      place = []
      return lost
    }
    if (!place || typeof value !== 'object' || value === null) return value
    const [key] = Object.entries(value).find(([, part]) => part === lost) ?? []
    if (key === undefined) return value
    place = [Array.isArray(value) ? Number(key) : key, ...place]
    return lost
  })
  return place
}

function isKept(source: string, value: number): boolean {
  if (!Number.isFinite(value)) return false
  return !/^-?\d{16,}$/.test(source) || digitsOf(source) === digitsOf(value.toExponential())
}

/** The significant ones. */
function digitsOf(number: string): string {
  return number.replace(/e.*/, '').replaceAll(/[-.]/g, '').replace(/0+$/, '')
}
