import type { FastifyInstance } from 'fastify'
import type { Dialect } from '#dialects/dialect.ts'

/** `GET /errors/:code`: where the link in an error leads. JSON, or a page for a browser. */
export function registerErrorPage(http: FastifyInstance, dialects: readonly Dialect[]): void {
  const own = new Map(dialects.flatMap(({ errors = {} }) => Object.entries(errors)))
  http.get<{ Params: { code: string } }>('/errors/:code', async (request, reply) => {
    const { code } = request.params
    const known = own.get(code)
    const { title, advice } = known ?? {
      title: 'This code means nothing here',
      advice: 'GET /reference lists the errors of each call.',
    }
    reply.code(known ? 200 : 404)
    if (!/\btext\/html\b/.test(request.headers.accept ?? '')) return { ...(known && { code }), title, advice }
    return reply.type('text/html; charset=utf-8').send(page(known ? `${code}: ${title}` : title, advice))
  })
}

function page(title: string, advice: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><style>body{font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}</style><h1>${title}</h1><p>${advice.replace(/`([^`]+)`/g, '<code>$1</code>')}</p></html>`
}
