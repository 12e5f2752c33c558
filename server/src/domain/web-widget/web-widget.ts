import { bare, type Context, type Decision, type Key, type Noun } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { WebWidgetCommand } from './commands.ts'
import { isPageHost } from './domains.ts'
import type { WebWidgetEvent } from './events.ts'
import type { WebWidget, WidgetContent } from './state.ts'

type Ctx = Context<WebWidgetEvent>
type Decided = Decision<WebWidgetEvent> | Refused

const mostDomains = 50
/** Of a configuration, in characters of its JSON. */
const mostConfig = 64 * 1024

/** The once key under which a revision's content is found. */
export function revisionKey(revision: number): Key {
  return { use: 'once', kind: 'revision', key: String(revision) }
}

function decide(state: WebWidget | undefined, command: WebWidgetCommand, context: Ctx): Decided {
  if (command.type === 'create') return create(state, command, context)
  if (state?.status !== 'live') return refuse('not_found', 'There is no such widget.')
  if (command.type === 'remove') return { events: [{ type: 'web_widget.removed', at: context.now, by: context.by }] }
  const { content, agent = state.agent, published = state.published } = command
  const changed = { ...state, agent, published }
  if (!content && JSON.stringify(changed) === JSON.stringify(state)) return { events: [] }
  return written({ ...changed, updatedAt: context.now }, content)
}

function create(
  state: WebWidget | undefined,
  { agent, published, content }: Extract<WebWidgetCommand, { type: 'create' }>,
  { self: id, account, now: at }: Ctx,
): Decided {
  if (state) return refuse('in_use', 'There is a widget with this id already: use another id.')
  const times = { createdAt: at, updatedAt: at }
  return written({ id, account, status: 'live', agent, published, revision: 0, ...times }, content)
}

function written(widget: WebWidget, content: WidgetContent | undefined): Decided {
  const at = widget.updatedAt
  if (!content) return { events: [{ type: 'web_widget.written', at, widget }] }
  const wrong = check(content)
  if (wrong) return wrong
  const revised = { ...widget, revision: widget.revision + 1 }
  return { events: [{ type: 'web_widget.written', at, widget: revised, content }] }
}

function check({ domains, config }: WidgetContent): Refused | undefined {
  if (domains.length > mostDomains || !domains.every(isPageHost))
    return refuse('invalid', `Give at most ${mostDomains} hosts, as example.com or *.example.com.`, {
      field: 'domains',
    })
  if (JSON.stringify(config).length > mostConfig)
    return refuse('invalid', 'A configuration is at most 64 KiB as JSON.', { field: 'config' })
  return undefined
}

function evolve(state: WebWidget | undefined, event: WebWidgetEvent): WebWidget {
  switch (event.type) {
    case 'web_widget.written':
      return event.widget
    case 'web_widget.removed':
      if (!state) throw new Error('A widget was removed that had never been made.')
      return { ...state, status: 'erasing', updatedAt: event.at }
  }
}

/** The web widget noun. A removed one is erased at once. */
export const webWidget: Noun<WebWidget, WebWidgetCommand, WebWidgetEvent, 'web_widget'> = {
  ...bare,
  name: 'web_widget',
  shape: 1,
  decide,
  evolve,
  keys: (event) => (hasContent(event) ? [revisionKey(event.widget.revision)] : []),
  part: (event) => (hasContent(event) ? { creates: 'content' } : undefined),
  facets: ({ status, createdAt }) => ({ live: status === 'live' ? true : undefined, createdAt }),
  lists: { all: { equal: 'live', sort: 'createdAt' } },
  erasing: ({ status }) => status === 'erasing',
}

function hasContent(event: WebWidgetEvent): event is Extract<WebWidgetEvent, { type: 'web_widget.written' }> {
  return event.type === 'web_widget.written' && event.content !== undefined
}
