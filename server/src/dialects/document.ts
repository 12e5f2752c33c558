import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify'
import type { FastifyZodOpenApiOpts } from 'fastify-zod-openapi'

interface Head {
  readonly openapi: NonNullable<FastifyDynamicSwaggerOptions['openapi']>
  /** Schemas that no route mentions. */
  readonly components?: FastifyZodOpenApiOpts['components']
}

/**
 * Notes the routes that are registered in a scope from now on. Their OpenAPI document is made when it is first asked for,
 * on a server of its own that answers nothing: what makes it takes a while to load, and serving does not need it.
 */
export function documentOf(scope: FastifyInstance, head: Head): () => Promise<unknown> {
  const routes: RouteOptions[] = []
  scope.addHook('onRoute', ({ method, url, schema }) => {
    routes.push({ method, url, ...(schema && { schema }), handler: () => undefined })
  })
  let document: Promise<unknown> | undefined
  return () => (document ??= write(routes, head))
}

async function write(routes: readonly RouteOptions[], { openapi, components }: Head): Promise<unknown> {
  const { default: swagger } = await import('@fastify/swagger')
  const { fastifyZodOpenApiPlugin, fastifyZodOpenApiTransformers } = await import('fastify-zod-openapi')
  const page = Fastify({ exposeHeadRoutes: false })
  page.setValidatorCompiler(() => () => true)
  page.setSerializerCompiler(() => JSON.stringify)
  await page.register(fastifyZodOpenApiPlugin, { ...(components && { components }) })
  await page.register(swagger, { openapi, ...fastifyZodOpenApiTransformers })
  for (const route of routes) page.route(route)
  await page.ready()
  return page.swagger()
}
