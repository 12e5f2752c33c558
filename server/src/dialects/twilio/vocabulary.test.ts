import { describe, expect, it } from 'vitest'
import * as vocabulary from './vocabulary.ts'
import { ids } from './testing/samples.ts'

describe('ids (3.1)', () => {
  it('are ours with a prefix for each resource', () => {
    expect(vocabulary.wireId('configuration', ids.configuration)).toBe(`conv_configuration_${ids.configuration}`)
    expect(vocabulary.wireId('operation', ids.operation)).toMatch(/^proc_job_[0-7][0-9a-z]{25}$/)
    for (const resource of ['configuration', 'conversation', 'participant', 'communication', 'operation'] as const)
      expect(vocabulary.idOf(resource, vocabulary.wireId(resource, ids.mia))).toBe(ids.mia)
  })

  it.each([
    ['', 'empty'],
    [ids.conversation, 'without its prefix'],
    [`conv_participant_${ids.conversation}`, "with another resource's prefix"],
    [`conv_conversation_${ids.conversation}x`, 'too long'],
    [`conv_conversation_8${ids.conversation.slice(1)}`, 'beyond 128 bits'],
    [`conv_conversation_${ids.conversation.toUpperCase()}`, 'in capitals'],
    ['comms_conversation_01ke28jt97kb6cq643dzvmxxqk', 'of an older kind (D61)'],
  ])('"%s", %s, is unknown, not malformed', (text) => {
    expect(vocabulary.idOf('conversation', text)).toBeUndefined()
  })

  it('names the cause of a conflict in the words of its own resource', () => {
    expect(vocabulary.conflictingId({ noun: 'conversation', id: ids.conversation })).toBe(
      `conv_conversation_${ids.conversation}`,
    )
    expect(vocabulary.conflictingId({ noun: 'something new', id: ids.conversation })).toBe(ids.conversation)
  })
})

describe('words', () => {
  it.each([
    ['T1 status', vocabulary.statusOf, vocabulary.statusWord, vocabulary.statuses],
    ['grouping', vocabulary.groupingOf, vocabulary.groupingWord, vocabulary.groupings],
    ['participant type', vocabulary.participantTypeOf, vocabulary.participantTypeWord, vocabulary.participantTypes],
  ] as const)('%s: every word of theirs comes back as itself', (_, inward, outward, words) => {
    for (const word of words)
      expect((outward as Record<string, string>)[(inward as Record<string, string>)[word] ?? '']).toBe(word)
  })

  it('M14 nothing leaves that clients do not have in their enums', () => {
    const known = ['VOICE', 'SMS', 'RCS', 'WHATSAPP', 'CHAT', 'VIDEO']
    expect(new Set(Object.values(vocabulary.channelWord))).toEqual(new Set(known))
    expect(Object.values(vocabulary.deliveryWord)).not.toContain('COMPLETED')
    expect(new Set(Object.values(vocabulary.operationWord))).toEqual(new Set(['PENDING', 'COMPLETED', 'FAILED']))
  })
})
