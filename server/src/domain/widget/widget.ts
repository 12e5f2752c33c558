import type { Context, Decision, Key, Noun } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { WidgetCommand } from './commands.ts'
import { isPageHost } from './domains.ts'
import type { WidgetEvent } from './events.ts'
import type { Widget, WidgetConfig } from './state.ts'

type Ctx = Context<WidgetEvent>
type Decided = Decision<WidgetEvent> | Refused

const mostDomains = 50
/** Of a configuration, in characters of its JSON. */
const mostConfig = 64 * 1024

/** The once key under which a revision's configuration is found. */
export function revisionKey(revision: number): Key {
  return { use: 'once', kind: 'revision', key: String(revision) }
}

function decide(state: Widget | undefined, command: WidgetCommand, context: Ctx): Decided {
  if (command.type === 'create') return create(state, command, context)
  if (state?.status !== 'live') return refuse('not_found', 'There is no such widget.')
  if (command.type === 'remove') return { events: [{ type: 'widget.removed', at: context.now, by: context.by }] }
  const { config, agent = state.agent, domains = state.domains, published = state.published } = command
  const changed = { ...state, agent, domains, published }
  if (config === undefined && JSON.stringify(changed) === JSON.stringify(state)) return { events: [] }
  return written({ ...changed, updatedAt: context.now }, config)
}

function create(
  state: Widget | undefined,
  { agent, domains, published, config }: Extract<WidgetCommand, { type: 'create' }>,
  { self: id, account, now: at }: Ctx,
): Decided {
  if (state) return refuse('in_use', 'There is a widget with this id already: use another id.')
  const times = { createdAt: at, updatedAt: at }
  return written({ id, account, status: 'live', agent, domains, published, revision: 0, ...times }, config)
}

function written(widget: Widget, config: WidgetConfig | undefined): Decided {
  const { domains } = widget
  if (domains.length > mostDomains || !domains.every(isPageHost))
    return refuse('invalid', `Give at most ${mostDomains} hosts, as example.com or *.example.com.`, {
      field: 'domains',
    })
  const at = widget.updatedAt
  if (config === undefined) return { events: [{ type: 'widget.written', at, widget }] }
  if (JSON.stringify(config).length > mostConfig)
    return refuse('invalid', 'A configuration is at most 64 KiB as JSON.', { field: 'config' })
  return { events: [{ type: 'widget.written', at, widget: { ...widget, revision: widget.revision + 1 }, config }] }
}

function evolve(state: Widget | undefined, event: WidgetEvent): Widget {
  switch (event.type) {
    case 'widget.written':
      return event.widget
    case 'widget.removed':
      if (!state) throw new Error('A widget was removed that had never been made.')
      return { ...state, status: 'erasing', updatedAt: event.at }
  }
}

/** The widget noun. A removed one is erased at once. */
export const widget: Noun<Widget, WidgetCommand, WidgetEvent, 'widget'> = {
  name: 'widget',
  shape: 1,
  decide,
  evolve,
  deadline: () => undefined,
  claims: () => [],
  handles: () => [],
  keys: (event) => (hasConfig(event) ? [revisionKey(event.widget.revision)] : []),
  part: (event) => (hasConfig(event) ? { creates: 'config' } : undefined),
  facets: ({ status, createdAt }) => ({ live: status === 'live' ? true : undefined, createdAt }),
  lists: { all: { equal: 'live', sort: 'createdAt' } },
  reactions: () => [],
  effects: () => [],
  erasing: ({ status }) => status === 'erasing',
}

function hasConfig(event: WidgetEvent): event is Extract<WidgetEvent, { type: 'widget.written' }> {
  return event.type === 'widget.written' && event.config !== undefined
}
