/** A text with `{name}` (and `{customer.name}`) filled from the order's data. What is not there, or is no plain value, is left out. */
export function filled(text: string, data: Readonly<Record<string, unknown>> | null): string {
  return text.replace(/\{([\w-]+(?:\.[\w-]+)*)\}/g, (_whole, path: string) => {
    const value = path.split('.').reduce<unknown>(ownField, data)
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
  })
}

function ownField(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}

/** The same for every text in a JSON value. */
export function filledWithin(value: unknown, data: Readonly<Record<string, unknown>> | null): unknown {
  if (typeof value === 'string') return filled(value, data)
  if (Array.isArray(value)) return value.map((inner) => filledWithin(inner, data))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filledWithin(inner, data)]))
}
