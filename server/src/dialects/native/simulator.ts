import type { Refused } from '#domain/vocabulary/refusal.ts'

/** Virtual phones that call us and are called: what a server has that dials nobody real. */
export interface CallSimulator {
  /** Somebody calls one of our numbers. `reference` absent: nobody took the call. */
  dial(
    account: string,
    call: { readonly from: string; readonly to: string; readonly script?: unknown },
  ): Promise<{ readonly callId: string; readonly reference?: string } | Refused>
  phones(account: string): VirtualPhones
}

/** The scripts of an account's numbers +1 202 555 0120 to 0199, by E.164; plain JSON. */
export interface VirtualPhones {
  all(): Readonly<Record<string, PhoneScript>> | Promise<Readonly<Record<string, PhoneScript>>>
  get(number: string): PhoneScript | undefined | Promise<PhoneScript | undefined>
  /** Refused: another number, or not a script. Calls that go on keep the script they began with. */
  set(number: string, script: unknown): PhoneScript | Refused | Promise<PhoneScript | Refused>
  delete(number: string): boolean | Promise<boolean>
}

/** Step after step, each with what it does. */
export type PhoneScript = readonly { readonly do: string }[]
