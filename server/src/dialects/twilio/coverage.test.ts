import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { coverage, coverageTable } from './coverage.ts'
import { authorization, openHouse } from './testing/house.ts'

const readme = new URL('./README.md', import.meta.url)

describe('coverage', () => {
  it('is what the README says', async () => {
    const text = readFileSync(readme, 'utf8')
    const head = text.slice(0, text.indexOf('| verb | path |') < 0 ? text.length : text.indexOf('| verb | path |'))
    await expect(`${head.trimEnd()}\n\n${coverageTable(coverage)}\n`).toMatchFileSnapshot('README.md')
  })

  it('says why wherever it is not full', () => {
    expect(coverage.filter(({ how, why }) => how !== 'full' && !why)).toEqual([])
  })

  it.each(coverage.filter(({ how }) => how === 'absent').map(({ path, why }) => [path, why]))(
    '%s is absent: 404 with a reason, not a faked answer',
    async (path, why) => {
      const { app } = await openHouse()
      const url = path.replace('*', 'x').replace(/:\w+/g, 'x')
      for (const method of ['GET', 'POST', 'DELETE'] as const) {
        const answer = await app.inject({
          method,
          url,
          headers: { authorization, 'content-type': 'text/plain' },
          payload: '{',
        })
        expect(answer.statusCode).toBe(404)
        expect(answer.json()).toMatchObject({ code: 20404, message: expect.stringContaining(why ?? '') })
      }
      await app.close()
    },
  )

  it('T31 analysis for each turn belongs to Intelligence and its triggers, which are not faked', async () => {
    const { app } = await openHouse()
    const payload = { intelligenceConfigurationId: 'x', ruleId: 'x', conversationId: 'x' }
    const answer = await app.inject({ method: 'POST', url: '/v3/RuleExecutions', headers: { authorization }, payload })
    expect(answer.json()).toMatchObject({ status: 404, message: expect.stringContaining('Intelligence') })
    await app.close()
  })

  it('every other verb of a known path is 405 with Allow (20004)', async () => {
    const { app } = await openHouse()
    const known = coverage.filter(({ how }) => how !== 'absent')
    for (const path of new Set(known.map((route) => route.path))) {
      const offered = known.filter((route) => route.path === path).map(({ method }) => method)
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
        if (offered.includes(method)) continue
        const answer = await app.inject({ method, url: path.replace(/:\w+/g, 'x'), headers: { authorization } })
        expect([method, path, answer.statusCode]).toEqual([method, path, 405])
        expect(answer.json()).toMatchObject({ code: 20004, status: 405 })
        const allowed = String(answer.headers['allow']).split(', ')
        expect(new Set(allowed)).toEqual(new Set(offered.includes('GET') ? [...offered, 'HEAD'] : offered))
      }
    }
    await app.close()
  })
})
