import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Services } from '#services/api.ts'
import { accountEnv, renewEnv, writeEnv } from './env-files.ts'
import { snippets } from './snippets.ts'

const firstAccounts = [
  { name: 'dev', clock: 'wall', about: 'its clock is the wall clock' },
  { name: 'test', clock: 'test', about: 'its clock stands still until you advance it' },
] as const

/** What their calls come from: the simulator's own number (docs/operating/simulator.md). */
const firstNumber = { number: '+12025550100', isDefault: true, hosted: true } as const

/**
 * On the first start makes the accounts `dev` and `test`, which may send webhooks to loopback, and writes their
 * credentials into the data folder; answers with what to tell the user. Later it only notes where the server listens,
 * and credentials under names that are new.
 */
export async function welcome(
  { accounts, numbers }: Services,
  data: string,
  url: string,
  adminKey: string,
): Promise<string> {
  writeEnv(data, 'admin', { COLLOQUY_URL: url, COLLOQUY_ADMIN_KEY: adminKey })
  const { items } = await accounts.list(undefined, 1)
  if (items.length > 0) {
    renewEnv(
      data,
      firstAccounts.map(({ name }) => name),
      url,
    )
    return ''
  }
  const told: string[] = ['This is the first start: two accounts were made.']
  for (const { name, clock, about } of firstAccounts) {
    const made = await accounts.create('first start', { name, clock, limits: { internalTargets: true } })
    if (isRefused(made)) throw new Error(made.refusal.message)
    await numbers.add({ account: made.account.id, by: 'first start' }, firstNumber)
    const file = writeEnv(data, name, accountEnv(url, made))
    told.push('', `Account ${name}: ${about}. Its credentials, kept in ${file}:`, '', snippets(url, made))
  }
  told.push('', `The admin key, which makes accounts and backups, is in ${data}/admin.env.`, '')
  return told.join('\n')
}
