import { describe, expect, it } from 'vitest'
import type { PlaceCall, Telephony } from './ports.ts'
import { knowingPhones } from './knowing-phones.ts'

const call = { account: 'alice', reference: 'r', to: '+12025550120' } as PlaceCall

/** A carrier that writes down what it is asked for, in a field of its own. */
class Carrier {
  readonly scheme = 'sip'
  readonly #asked: string[]

  constructor(asked: string[]) {
    this.#asked = asked
  }

  async place() {
    this.#asked.push('place')
    return { is: 'placed', callId: 'c' } as const
  }

  async speak(account: string, reference: string, text: string) {
    this.#asked.push(`speak ${account} ${reference} ${text}`)
    return { lastsMs: 60 }
  }

  async answer() {
    this.#asked.push('answer')
    return { done: true } as const
  }
}

function knowing(ensure: (account: string) => Promise<void>) {
  const asked: string[] = []
  return { asked, telephony: knowingPhones(new Carrier(asked) as unknown as Telephony, { ensure }) }
}

describe('a carrier that knows the phones', () => {
  it('is asked to dial when it has been told of them, and not before', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const accounts: string[] = []
    const { asked, telephony } = knowing((account) => {
      accounts.push(account)
      return promise
    })
    const placed = telephony.place(call)
    expect([accounts, asked]).toEqual([['alice'], []])
    resolve()
    expect(await placed).toEqual({ is: 'placed', callId: 'c' })
    expect(asked).toEqual(['place'])
  })

  it('dials nobody where they cannot be read', async () => {
    const { asked, telephony } = knowing(() => Promise.reject(new Error('The store is away.')))
    expect(await telephony.place(call)).toEqual({ is: 'refused', cause: 'carrier_error' })
    expect(asked).toEqual([])
  })

  it('is asked for all else as it is', async () => {
    const { asked, telephony } = knowing(async () => {})
    expect(telephony.scheme).toBe('sip')
    expect(await telephony.speak?.('alice', 'r', 'Hello')).toEqual({ lastsMs: 60 })
    expect(await telephony.answer('alice', 'r')).toEqual({ done: true })
    expect(asked).toEqual(['speak alice r Hello', 'answer'])
  })

  it('speaks only where the carrier does', () => {
    const mute = { scheme: 'plivo' } as unknown as Telephony
    expect(knowingPhones(mute, { ensure: async () => {} })).not.toHaveProperty('speak')
  })
})
