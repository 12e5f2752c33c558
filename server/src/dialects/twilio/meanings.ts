/** What the numbers in answers mean that carry one (section 7), and what to do about it. */
export const meanings: Readonly<Record<string, { readonly title: string; readonly advice: string }>> = {
  20001: {
    title: 'The request has a mistake',
    advice: 'Read `message` and `params.field` of the answer: they name the field and what it takes.',
  },
  20003: {
    title: 'Credentials are missing or wrong',
    advice:
      'Send HTTP Basic with the account SID and its auth token, or with a key SID and its secret. They are in data/dev.env and data/test.env.',
  },
  20004: {
    title: 'The address exists, but not with this verb',
    advice: 'The `Allow` header of the answer lists the verbs there are.',
  },
  20403: { title: 'The key may not do this', advice: 'Use a key of the account the resource belongs to.' },
  20404: {
    title: 'There is no such resource',
    advice: 'Check the id and the account: what belongs to another account is not found either.',
  },
  20409: {
    title: 'The request conflicts with what is there',
    advice:
      'The header `X-Conflicting-Resource-Id` names the other resource. A closed conversation never changes: its next message starts a new one.',
  },
  20412: {
    title: 'The resource has changed since you read it',
    advice: 'Read it again, and repeat the change with the new ETag.',
  },
  20413: { title: 'The body is too large', advice: 'A body may have 36 MiB. Send less at once.' },
  20422: { title: 'The body is not JSON', advice: 'Send `Content-Type: application/json`.' },
  20429: {
    title: 'Too many requests',
    advice:
      'Wait as long as `Retry-After` says. The limit is for each account, over all dialects; the operator sets it with --rate-limit.',
  },
  20500: {
    title: 'The server failed',
    advice: 'It is not your fault. Repeat the request; if it happens again, look for the request id in the log.',
  },
  20503: {
    title: 'The server cannot answer now',
    advice: 'Wait as long as `Retry-After` says and repeat the request; nothing was changed.',
  },
}
