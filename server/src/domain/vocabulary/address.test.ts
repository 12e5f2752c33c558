import { describe, expect, test } from 'vitest'
import { canonicalAddress, isTelephone } from './address.ts'
import type { Channel } from './channel.ts'

const cases: readonly (readonly [Channel, string, string])[] = [
  ['SMS', '+14155550101', '+14155550101'],
  ['SMS', '+1 (415) 555-0101', '+14155550101'],
  ['SMS', '+1.415.555.0101', '+14155550101'],
  ['VOICE', 'tel:+14155550101', '+14155550101'],
  ['WHATSAPP', 'whatsapp:+14155550101', '+14155550101'],
  ['WHATSAPP', 'WhatsApp:+14155550101', '+14155550101'],
  ['WHATSAPP', '+14155550101', '+14155550101'],
  ['RCS', 'rcs:brand_acme_agent', 'brand_acme_agent'],
  ['RCS', 'rcs:+14155550101', '+14155550101'],
  ['VOICE', 'sip:Alice@Example.COM', 'sip:Alice@example.com'],
  ['VOICE', 'SIP:Alice@Example.COM:5060;transport=UDP', 'sip:Alice@example.com:5060;transport=UDP'],
  ['VOICE', 'sips:Example.com?Subject=Hi', 'sips:example.com?Subject=Hi'],
  ['VOICE', 'agent-7', 'agent-7'],
  ['VOICE', 'client:Agent-7', 'client:Agent-7'],
  ['CHAT', 'Alice', 'Alice'],
  ['CHAT', 'whatsapp:alice', 'whatsapp:alice'],
  ['VIDEO', 'rcs:room', 'rcs:room'],
  ['SMS', '12345', '12345'],
]

describe('canonical addresses', () => {
  test.each(cases)('%s %s is %s', (channel, address, canonical) => {
    expect(canonicalAddress(channel, address)).toBe(canonical)
  })

  test('a canonical address is its own', () => {
    for (const [channel, , canonical] of cases) expect(canonicalAddress(channel, canonical)).toBe(canonical)
  })
})

test.each([
  ['+14155550101', true],
  ['+1 (415) 555-0101', true],
  ['+112', true],
  ['+12', false],
  ['+1234567890123456', false],
  ['4155550101', false],
  ['+1415abc', false],
  ['', false],
  ['+', false],
])('isTelephone(%j) is %s', (address, is) => {
  expect(isTelephone(address)).toBe(is)
})
