import { gzip } from 'node:zlib'
import { promisify } from 'node:util'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Dialect } from '#dialects/dialect.ts'

interface Asset {
  readonly type: string
  readonly plain: string
  readonly zipped: Buffer
}

/**
 * The reference page and the documents behind it, `/reference/NAME.json` for each dialect that has one. Everything is
 * served from here; the page asks nobody else. Its script is large, so it is loaded when first asked for.
 */
export function registerReference(http: FastifyInstance, dialects: readonly Dialect[]): void {
  const documented = dialects.filter((dialect) => 'document' in dialect)
  const assets = new Map<string, Promise<Asset>>()
  const asset = (path: string): Promise<Asset> => assets.getOrInsertComputed(path, () => load(path, documented))

  for (const path of ['/reference', '/reference/js/scalar.js'])
    http.get(path, async (request, reply) => {
      const { type, plain, zipped } = await asset(path === '/reference' ? '/reference/' : path)
      const zip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
      if (zip) reply.header('content-encoding', 'gzip')
      reply.header('vary', 'accept-encoding').header('cache-control', 'public, max-age=3600')
      return reply.type(type).send(zip ? zipped : plain)
    })
  for (const dialect of documented) http.get(`/reference/${dialect.name}.json`, async () => dialect.document?.())
}

async function load(path: string, documented: readonly Dialect[]): Promise<Asset> {
  const { default: scalar } = await import('@scalar/fastify-api-reference')
  const page = Fastify()
  await page.register(scalar, {
    routePrefix: '/reference',
    configuration: {
      pageTitle: 'Colloquy reference',
      withDefaultFonts: false,
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      sources: documented.map(({ name }) => ({ title: name, slug: name, url: `/reference/${name}.json` })),
    },
  })
  const { body, headers } = await page.inject(path)
  await page.close()
  const plain = path.endsWith('/') ? body.replace(/(["'])js\/scalar\.js\1/, '$1/reference/js/scalar.js$1') : body
  return { type: String(headers['content-type']), plain, zipped: await promisify(gzip)(plain) }
}
