import type { Figure } from './figures.ts'
import { call, memoryOf, rig, until } from './rig.ts'
import { quietAgent } from './telephones.ts'

/** A list of 50,000 rows: until it is accepted, and until each row has its session. */
export async function batch50k(scale: number): Promise<readonly Figure[]> {
  const count = Math.round(50_000 * scale)
  const rigged = await rig('dev')
  try {
    const agent = await quietAgent(rigged)
    const list = ['to,first_name,order', ...Array.from({ length: count }, (_, i) => row(i)), ''].join('\n')
    const { nowBytes } = memoryOf(rigged)
    const started = performance.now()
    const response = await fetch(`${rigged.server.url}/api/v1/batches?agentId=${agent}`, {
      method: 'POST',
      headers: { authorization: rigged.bearer, 'content-type': 'text/csv' },
      body: list,
    })
    if (response.status !== 201) throw new Error(`The list was answered ${response.status}: ${await response.text()}`)
    const accepted = performance.now() - started
    const { id } = (await response.json()) as { id: string }
    const prepared = async (): Promise<boolean> => {
      const shown = await call(rigged, 'GET', `/api/v1/batches/${id}`)
      return shown['status'] === 'processed' && shown['prepared'] === count
    }
    // Asking costs the server a count over all rows.
    await until(prepared, 500)
    const ms = performance.now() - started
    const { mostBytes } = memoryOf(rigged)
    return [
      {
        what: `batch of ${count.toLocaleString('en')} rows accepted`,
        value: `${(accepted / 1000).toFixed(1)} s`,
        aim: '',
      },
      { what: '… and prepared, a session each', value: `${(ms / 1000).toFixed(1)} s`, aim: '≤ 8 s' },
      {
        what: '… memory of the server before, and the most meanwhile',
        value: `${Math.round(nowBytes / 2 ** 20)} / ${Math.round(mostBytes / 2 ** 20)} MB`,
        aim: '≤ 300 MB',
      },
    ]
  } finally {
    await rigged.stop()
  }
}

function row(i: number): string {
  return `+1303${String(5_550_000 + i).padStart(7, '0')},Alice,${880_000 + i}`
}
