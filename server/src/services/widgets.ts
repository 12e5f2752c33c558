import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { WebWidgetCommand } from '#domain/web-widget/commands.ts'
import type { WebWidget, WidgetContent } from '#domain/web-widget/state.ts'
import { revisionKey, webWidget as noun } from '#domain/web-widget/web-widget.ts'
import type { Ask, Engine, Unit } from '#engine/api.ts'
import type { Listed, Position } from './api.ts'
import { liveAgent } from './calls/agents.ts'
import { read } from './reading.ts'
import { valueOf } from './valued.ts'

/** What one can ask for about web widgets: where an agent is reached on somebody's web pages. */
export interface Widgets {
  /** Refused with `not_found` (agent) or `invalid`, with the field. */
  create(ask: Ask, draft: WidgetDraft): Promise<WidgetView | Refused>
  /** `change` makes what changes from what is there, or refuses; it may run several times. */
  change(
    ask: Ask,
    id: Id,
    change: (present: WidgetView) => Partial<WidgetDraft> | Refused,
  ): Promise<WidgetView | Refused>
  remove(ask: Ask, id: Id): Promise<WebWidget | Refused>
  get(account: string, id: Id): Promise<WidgetView | undefined>
  /** Newest first. */
  list(account: string, page: { readonly after?: Position; readonly limit: number }): Promise<Listed<WidgetView>>
}

export interface WidgetDraft extends Pick<WebWidget, 'agent' | 'published'>, WidgetContent {}

export interface WidgetView extends WidgetContent {
  readonly widget: WebWidget
}

export function createWidgets({ engine }: { readonly engine: Engine }): Widgets {
  function execute<Value>(ask: Ask, program: (unit: Unit) => Value | Refused): Promise<Value | Refused> {
    return engine.execute<Value>(ask as Ask<Value>, program).then(valueOf)
  }

  return {
    create: (ask, { domains, config, ...draft }) =>
      execute(ask, (unit) => {
        const agent = liveAgent(unit, draft.agent.id, 'agentId')
        const content = { domains, config }
        return isRefused(agent) ? agent : run(unit, unit.id(), { type: 'create', ...draft, content }, content)
      }),
    change: (ask, id, change) =>
      execute(ask, (unit) => {
        const present = found(unit, id)
        if (!present) return unknownWidget()
        const wanted = change(present)
        if (isRefused(wanted)) return wanted
        // One that was named already may have gone since.
        const isNew = wanted.agent !== undefined && wanted.agent.id !== present.widget.agent.id
        const agent = isNew ? liveAgent(unit, wanted.agent?.id ?? '', 'agentId') : undefined
        if (isRefused(agent)) return agent
        const { domains = present.domains, config = present.config, ...head } = wanted
        const content = { domains, config }
        const isRevised = JSON.stringify(content) !== JSON.stringify(contentOf(present))
        return run(unit, id, { type: 'change', ...head, ...(isRevised && { content }) }, content)
      }),
    remove: (ask, id) =>
      execute(ask, (unit) => {
        const done = unit.run(noun, id, { type: 'remove' })
        return isRefused(done) ? done : done.state
      }),
    get: (account, id) => read(engine, account, (unit) => found(unit, id)),
    list: async (account, { after, limit }) => {
      const page = await engine.list({
        account,
        noun,
        list: 'all',
        equals: ['true'],
        descending: true,
        limit,
        ...(after && { after }),
      })
      const items = await Promise.all(page.items.map(({ id }) => read(engine, account, (unit) => found(unit, id))))
      return { items: items.filter((view) => view !== undefined), ...(page.next && { next: page.next }) }
    },
  }
}

function run(unit: Unit, id: Id, command: WebWidgetCommand, content: WidgetContent): WidgetView | Refused {
  const done = unit.run(noun, id, command)
  return isRefused(done) ? done : { widget: done.state, ...content }
}

function contentOf({ domains, config }: WidgetView): WidgetContent {
  return { domains, config }
}

/** Together with its pages and how it looks, which is a part. */
function found(unit: Unit, id: Id): WidgetView | undefined {
  const widget = unit.state(noun, id)
  if (!widget) return undefined
  const n = unit.keyed(id, revisionKey(widget.revision))
  const event = n === undefined ? undefined : unit.part(noun, id, n)?.created
  if (event?.type !== 'web_widget.written' || event.content === undefined)
    throw new Error(`Revision ${widget.revision} of widget ${id} is not in the store.`)
  return { widget, ...event.content }
}

function unknownWidget(): Refused {
  return refuse('not_found', 'There is no such widget.')
}
