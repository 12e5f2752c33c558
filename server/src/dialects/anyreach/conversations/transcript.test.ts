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

  it('has nothing that is older than its conversation', () => {
    const [first] = transcriptOf({ items, isAll: true }, 6_001).items ?? []
    expect(first?.created_at).toBe('1970-01-01T00:00:00.006001Z')
  })
})
