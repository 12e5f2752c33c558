import { describe, expect, it } from 'vitest'
import { transcriptOf } from './transcript.ts'

describe('a transcript (3.2)', () => {
  const items = [{ is: 'turn', who: 'user', text: 'Hi', at: 5 }] as const

  it('is empty where nothing was said', () => {
    expect(transcriptOf({ items: [], isAll: true }, 0)).toEqual({})
  })

  it('says where it is not all', () => {
    const item = { type: 'turn', role: 'user', text: 'Hi', created_at: '1970-01-01T00:00:00.005000Z' }
    expect(transcriptOf({ items, isAll: true }, 0)).toEqual({ items: [item] })
    expect(transcriptOf({ items, isAll: false }, 0)).toEqual({ items: [item], truncated: true })
  })

  it('is in order of time, also where the user spoke while the agent was thinking', () => {
    const call = { id: 'c', name: 'look', arguments: {}, output: null, isError: false, latencyMs: 1 }
    const turn = (text: string, at: number, who: 'user' | 'agent' = 'user') => ({ is: 'turn', who, text, at }) as const
    const tool = (name: string, at: number) => ({ is: 'tool', call: { ...call, name }, at }) as const
    const items = [
      turn('A', 17_785),
      tool('first', 19_774),
      turn('B', 18_564),
      tool('second', 21_303),
      turn('Reply 1', 19_774, 'agent'),
    ]
    const shown = transcriptOf({ items, isAll: true }, 0).items ?? []
    const told = shown.map((item) => (item.type === 'turn' ? item['text'] : item['name']))
    expect(told).toEqual(['A', 'B', 'first', 'Reply 1', 'second'])
  })

  it('has nothing that is older than its conversation', () => {
    const [first] = transcriptOf({ items, isAll: true }, 6_001).items ?? []
    expect(first?.created_at).toBe('1970-01-01T00:00:00.006001Z')
  })
})
