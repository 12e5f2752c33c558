/** Words from which something said is looked at for a voicemail greeting, unless the agent says otherwise. */
const wordsByDefault = 7

/** What recorded greetings say, and people who pick up do not. */
const greetings =
  /\b(?:voice ?mail(?:box)?|mailbox|leave (?:a|your|me a|us a) (?:message|name|number)|after the (?:tone|beep|signal)|at the (?:tone|beep)|record your message|(?:can(?:no|')t|unable to|not able to) (?:come to|take|answer) (?:the|your) (?:phone|call)|(?:is|am|are) (?:not available|unavailable)|person you (?:are trying to reach|have called)|press (?:one|1|pound|hash)|i'?ll (?:call|get) (?:you )?back)\b/i

/**
 * What one thing said by whoever answered tells of a voicemail: a long one in the words of greetings is a check that agrees, a
 * short one in no such words is a person. Undefined: it tells nothing.
 */
export function judge(text: string, minimalWords: number = wordsByDefault): 'check' | 'live' | undefined {
  const words = text.split(/\s+/).filter((word) => word !== '').length
  const greets = greetings.test(text)
  if (words >= minimalWords) return greets ? 'check' : undefined
  return greets || words === 0 ? undefined : 'live'
}
