import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { run } from './delivery.ts'
import { openSqlite } from '#adapters/storage/sqlite/open.ts'
const receiver = fork(new URL('./delivery.ts', import.meta.url).pathname, ['receiver'], { execArgv: [] })
const [port] = (await once(receiver, 'message')) as [number]
const c = process.cpuUsage(); const ms = await run(await openSqlite({folder: mkdtempSync('/tmp/sq-')}), () => `http://127.0.0.1:${port}/`, 10000, 100000); const d = process.cpuUsage(c); console.log(Math.round(100000 / ms * 1000), 'cpu us each', (d.user + d.system) / 100000) 
receiver.kill()
