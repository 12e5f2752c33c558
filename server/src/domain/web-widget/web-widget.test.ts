import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { isOnDomain, isPageHost } from './domains.ts'
import { revisionKey, webWidget } from './web-widget.ts'

const agent = { id: '01ka7n36096q14dr9gpqy77zaa', version: null }
const content = { domains: ['example.com'], config: { v1: {} } }
const create = { type: 'create', agent, published: false, content } as const

describe('a web widget', () => {
  it('keeps its pages and what it looks like in a part of each revision, and its head small', () => {
    const most = {
      domains: Array.from({ length: 50 }, () => `${'a.'.repeat(125)}com`),
      config: { v1: { text: 'x'.repeat(60_000) } },
    }
    const { state, events } = given(webWidget).when({ ...create, content: most })
    expect(state).toMatchObject({ status: 'live', agent, published: false, revision: 1 })
    expect(JSON.stringify(state).length).toBeLessThan(512)
    expect(events.map((event) => [webWidget.part(event), webWidget.keys(event)])).toEqual([
      [{ creates: 'content' }, [revisionKey(1)]],
    ])
    const told = given(webWidget, ...events).when({ type: 'change', published: true })
    expect(told.state).toMatchObject({ published: true, revision: 1 })
    expect(webWidget.part(told.events[0]!)).toBeUndefined()
    expect(given(webWidget, ...events).when({ type: 'change', content }).state.revision).toBe(2)
    expect(given(webWidget, ...events).when({ type: 'change', published: false }).events).toEqual([])
  })

  it.each([
    ['hosts that are none', { domains: ['https://example.com'] }, 'domains'],
    ['too many hosts', { domains: Array<string>(51).fill('example.com') }, 'domains'],
    ['a configuration that is too much', { config: { v1: 'x'.repeat(64 * 1024) } }, 'config'],
  ])('refuses %s', (_, wrong, field) => {
    const command = { ...create, content: { ...content, ...wrong } }
    expect(given(webWidget).when(command).refusal).toMatchObject({ code: 'invalid', field })
    const { events } = given(webWidget).when(create)
    const change = { type: 'change', content: command.content } as const
    expect(given(webWidget, ...events).when(change).refusal).toMatchObject({ code: 'invalid', field })
  })

  it('is erased by its removal, and unknown afterwards', () => {
    const { events } = given(webWidget).when(create)
    const removed = given(webWidget, ...events).when({ type: 'remove' })
    expect(webWidget.erasing(removed.state)).toBe(true)
    expect(given(webWidget, ...events, ...removed.events).when({ type: 'remove' }).refusal?.code).toBe('not_found')
  })
})

describe('the hosts of a widget', () => {
  it.each([
    ['example.com', ['example.com'], true],
    ['Example.COM', ['example.com'], true],
    ['shop.example.com', ['example.com'], false],
    ['shop.example.com', ['*.example.com'], true],
    ['a.b.example.com', ['*.example.com'], true],
    ['example.com', ['*.example.com'], false],
    ['notexample.com', ['*.example.com'], false],
    ['example.com.evil.net', ['example.com', '*.example.com'], false],
    ['localhost', ['localhost'], true],
    ['example.com', [], false],
  ])('%s is on %j: %s', (host, domains, expected) => {
    expect(isOnDomain(host, domains)).toBe(expected)
  })

  it.each([
    ['example.com', true],
    ['*.example.com', true],
    ['localhost', true],
    ['127.0.0.1', true],
    ['*', false],
    ['*.com', false],
    ['Example.com', false],
    ['example.com:8080', false],
    ['https://example.com', false],
    ['-a.com', false],
    ['a..com', false],
    ['', false],
    [`${'a.'.repeat(140)}com`, false],
  ])('%s names some: %s', (text, expected) => {
    expect(isPageHost(text)).toBe(expected)
  })
})
