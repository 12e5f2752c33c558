import { isId, type Id } from '#domain/vocabulary/id.ts'
import type { WebWidget } from '#domain/web-widget/state.ts'
import type { WidgetView } from '#services/widgets.ts'
import { readAgentId, showAgentId, versionIdOf } from '../agents/agent-ids.ts'
import { foundAgent } from '../agents/agents.ts'
import type { Api } from '../api.ts'
import { notFound, wrong, type Problem } from '../errors.ts'
import { organizationId } from '../credentials/keys.ts'
import { madeAt, stamp, touchedAt } from '../time.ts'
import { pinOf, versionNamed } from '../agents/versions.ts'

/** What a widget is called: it names its organization too, which nobody tells who reads it without a token. */
export function widgetId({ id, account }: Pick<WebWidget, 'id' | 'account'>): string {
  return `widget_${id}${account}`
}

/** Undefined: no widget is called that. */
export function readWidgetId(text: string): { readonly id: Id; readonly account: Id } | undefined {
  const [, id = '', account = ''] = /^widget_(.{26})(.{26})$/.exec(text) ?? []
  return isId(id) && isId(account) ? { id, account } : undefined
}

/** A widget of this account that is called so; undefined: there is none. */
export async function foundWidget(
  { context: { services } }: Api,
  account: string,
  text: string,
): Promise<WidgetView | undefined> {
  const named = readWidgetId(text)
  return named?.account === account ? services.widgets.get(account, named.id) : undefined
}

export async function shownWidget(api: Api, { widget, domains, config }: WidgetView) {
  const { account, agent, published } = widget
  return {
    id: widgetId(widget),
    organization_id: organizationId(account),
    agent_id: showAgentId(agent.id),
    agent_version_id: await versionIdFor(api, widget),
    domains,
    published,
    config,
    created_at: stamp(madeAt(widget)),
    updated_at: stamp(touchedAt(widget)),
  }
}

/** The version it names; null: none, or it is gone. */
export async function versionIdFor(
  { context: { services } }: Api,
  { account, agent: { id, version } }: Pick<WebWidget, 'account' | 'agent'>,
): Promise<string | null> {
  if (version === null) return null
  const definition = await services.agents.version(account, id, version)
  return definition ? versionIdOf({ id, version }, definition) : null
}

interface Wish {
  readonly agent_id?: string | null | undefined
  readonly agent_version_id?: string | null | undefined
}

/** Who a widget names: by a version, which is published, or by whichever is published last. Undefined: it names nobody. */
export async function widgetAgent(
  api: Api,
  account: string,
  wish: Wish,
): Promise<WebWidget['agent'] | Problem | undefined> {
  const { agent_id: id, agent_version_id: versionId } = wish
  const agent = id ? (await foundAgent(api, account, readAgentId(id)))?.agent.id : undefined
  if (id && agent === undefined) return notFound('Agent')
  if (!versionId) return agent === undefined ? undefined : { id: agent, version: null }
  const version = await versionNamed(api, account, versionId)
  if (!version) return notFound('Agent version')
  const pin = pinOf(version)
  const loc = ['body', 'agent_version_id']
  if (!pin) return wrong(loc, 'This version is not published: publish it first, or name one that is.')
  return agent === undefined || agent === pin.id ? pin : wrong(loc, 'This version is of another agent.')
}
