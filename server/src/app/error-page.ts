import type { FastifyInstance } from 'fastify'

/** What each number means that answers link to, and what to do about it. */
const meanings: Readonly<Record<string, readonly [title: string, advice: string]>> = {
  20001: ['The request has a mistake', 'Read `message` and `params.field` of the answer: they name the field and what it takes.'],
  20003: ['Credentials are missing or wrong', 'Send HTTP Basic with the account SID and its auth token, or with a key SID and its secret. They are in data/dev.env and data/test.env.'],
  20004: ['The address exists, but not with this verb', 'The `Allow` header of the answer lists the verbs there are.'],
  20403: ['The key may not do this', 'Use a key of the account the resource belongs to.'],
  20404: ['There is no such resource', 'Check the id and the account: what belongs to another account is not found either.'],
  20409: ['The request conflicts with what is there', 'The header `X-Conflicting-Resource-Id` names the other resource. A closed conversation never changes: its next message starts a new one.'],
  20412: ['The resource has changed since you read it', 'Read it again, and repeat the change with the new ETag.'],
  20413: ['The body is too large', 'A body may have 36 MiB. Send less at once.'],
  20422: ['The body is not JSON', 'Send `Content-Type: application/json`.'],
  20429: ['Too many requests', 'Wait as long as `Retry-After` says. The limit is for each account, over all dialects; the operator sets it with --rate-limit.'],
  20500: ['The server failed', 'It is not your fault. Repeat the request; if it happens again, look for the request id in the log.'],
  20503: ['The server cannot answer now', 'Wait as long as `Retry-After` says and repeat the request; nothing was changed.'],
}

/** `GET /errors/:code`: where the link in an error leads. JSON, or a page for a browser. */
export function registerErrorPage(http: FastifyInstance): void {
  http.get<{ Params: { code: string } }>('/errors/:code', async (request, reply) => {
    const { code } = request.params
    const known = Object.hasOwn(meanings, code) ? meanings[code] : undefined
    const [title, advice] = known ?? ['This number means nothing here', 'GET /reference lists the errors of each call.']
    reply.code(known ? 200 : 404)
    if (!/\btext\/html\b/.test(request.headers.accept ?? '')) return { ...(known && { code: Number(code) }), title, advice }
    return reply.type('text/html; charset=utf-8').send(page(known ? `${code}: ${title}` : title, advice))
  })
}

function page(title: string, advice: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><style>body{font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}</style><h1>${title}</h1><p>${advice.replace(/`([^`]+)`/g, '<code>$1</code>')}</p></html>`
}
