import type { Phones } from './phones.ts'
import type { Telephony } from './ports.ts'

/** The carrier, which knows an account's phones before it calls one of them. */
export function knowingPhones(carrier: Telephony, { ensure }: Pick<Phones<unknown>, 'ensure'>): Telephony {
  const { speak } = carrier
  return {
    scheme: carrier.scheme,
    place: async (call) => {
      try {
        await ensure(call.account)
      } catch {
        // Nothing was dialled, and it is better not to than to have a phone do what it was not written for.
        return { is: 'refused', cause: 'carrier_error' }
      }
      return carrier.place(call)
    },
    query: (account, reference) => carrier.query(account, reference),
    answer: (account, reference) => carrier.answer(account, reference),
    hangUp: (account, reference, how) => carrier.hangUp(account, reference, how),
    bridge: (account, references) => carrier.bridge(account, references),
    reinvite: (account, reference) => carrier.reinvite(account, reference),
    sendDtmf: (account, reference, digits) => carrier.sendDtmf(account, reference, digits),
    ...(speak && { speak: speak.bind(carrier) }),
    listen: (listener) => carrier.listen(listener),
    close: () => carrier.close(),
  }
}
