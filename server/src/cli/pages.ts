import type { Client } from './client.ts'

/** Every item of a list, page after page. */
export async function all<Item>(client: Client, path: string, name: string): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Readonly<Record<string, unknown>> = await client.get(path, { limit: '1000', cursor })
    items.push(...(page[name] as Item[]))
    cursor = page['next'] as string | null
  }
  return items
}
