import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { openSqlite } from '#adapters/storage/sqlite/open.ts'
import { realSystem } from '#adapters/system/real/real-system.ts'
import { createVault } from '#adapters/vault/vault.ts'
import { nouns } from '#domain/nouns.ts'
import { createEngine } from '#engine/engine.ts'
import { createServices } from '#services/services.ts'

const [kind = 'memory', perConv = '10', withR = 'no', rounds = '40', par = '4', life = 'new'] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'b-'))
const storage = kind === 'memory' ? openMemory() : await openSqlite({ folder })
const system = realSystem()
const engine = await createEngine({ storage, system, nouns })
const vault = createVault(new Uint8Array(32))
const services = createServices({ engine, vault, deliveries: {} as never, now: () => system.now() })
await engine.start()
const made = await services.accounts.create('x', { name: 'a', clock: 'wall' })
if (!('account' in made)) throw new Error()
const ask = { account: made.account.id, by: 'traffic' }
await services.configurations.create(ask, { displayName: 'x', description: '', grouping: 'addresses', memoryStoreId: 'm', channels: { SMS: { timeouts: { inactive: 10, closed: 60 }, capture: [{ from: '*', to: '+18005550111' }] } }, callbacks: [], intelligence: [], memoryExtraction: false, bridgeService: null })
let r = 0
const k = Number(perConv)
function batch(b: number) {
  const convs = 1000 / k
  return Array.from({ length: 1000 }, (_, i) => ({ type: 'message.received' as const, channel: 'SMS' as const, from: `+1415${String(1000000 + (life === 'new' ? b * convs : (b % 4) * convs) + (i % convs))}`, to: '+18005550111', text: 'Where is my parcel? It should have come today.', ...(withR === 'yes' && { resourceId: `SM${r++}` }) }))
}
const batches = Array.from({ length: Number(rounds) }, (_, b) => batch(b))
async function go(from: number, to: number) {
  const t = performance.now()
  let next = from
  await Promise.all(Array.from({ length: Number(par) }, async () => { while (next < to) { const o = await services.traffic.ingest(ask, batches[next++]!); if (o.value?.some((x) => x.status !== 'recorded')) throw new Error(JSON.stringify(o.value?.find((x) => x.status !== 'recorded'))) } }))
  return Math.round((to - from) * 1000 / ((performance.now() - t) / 1000))
}
const w = Math.floor(batches.length / 4)
await go(0, w)
console.log(process.argv.slice(2).join(' '), await go(w, batches.length), '/s')
await engine.stop(); await storage.close(); rmSync(folder, { recursive: true })
process.exit(0)
