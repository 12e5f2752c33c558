import { safeColumns } from '../wire/conversations.ts'

/** What is kept: all of it, or of an object what is named. */
type Kept = true | { readonly [name: string]: Kept }

/** What a webhook is told that is not told what was said (D5). */
const kept: Kept = {
  id: true,
  type: true,
  created_at: true,
  organization_id: true,
  data: {
    conversation: Object.fromEntries(safeColumns.map((name) => [name, true])),
    status: true,
    message: { role: true, created_at: true },
  },
}

/** A body as it is for those who may not see what was said; the same where it is so already. */
export function withoutWords(body: string): string {
  return JSON.stringify(only(JSON.parse(body), kept))
}

function only(value: unknown, wanted: Kept): unknown {
  if (wanted === true) return value
  if (typeof value !== 'object' || value === null) return undefined
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      const wish = Object.hasOwn(wanted, name) ? wanted[name] : undefined
      return wish === undefined ? [] : [[name, only(inner, wish)]]
    }),
  )
}
