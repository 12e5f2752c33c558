import { Option, type Command } from 'commander'
import { all } from '../pages.ts'
import { plain, table, when } from '../show.ts'
import { example, type Tool } from '../tool.ts'

/** A call as the server shows it, as far as it is told here. */
export interface ShownCall {
  readonly id: string
  readonly state: string
  readonly outcome: string | null
  readonly end: {
    readonly cause: string
    readonly by: string
    readonly at: string
    readonly says: string
    readonly note: string | null
    readonly protocol: Readonly<Record<string, unknown>> | null
  } | null
  readonly direction: string
  readonly from: string
  readonly to: string
  readonly agent: { readonly id: string; readonly name: string }
  readonly entered: { readonly at: string; readonly by: string; readonly because: string }
  readonly nextTransition: { readonly to: string; readonly at: string; readonly because: string } | null
  readonly waitingFor: string | null
  readonly queuePosition?: number | null
  readonly attempt: { readonly number: number; readonly answeredAt: string | null; readonly endedAt: string | null }
  readonly pastAttempts: readonly {
    readonly number: number
    readonly outcome: string
    readonly cause: string
    readonly at: string
  }[]
  readonly artefacts: Readonly<Record<string, string>>
  readonly conversationIds: readonly string[]
  readonly cost: number
  readonly createdAt: string
}

interface Entry {
  readonly type: string
  readonly at: string
  readonly from?: string | null
  readonly to?: string
  readonly by?: string
  readonly because?: string
  readonly refused: boolean
  readonly data: Readonly<Record<string, unknown>>
}

interface Filters {
  readonly state?: string
  readonly outcome?: string
  readonly agent?: string
  readonly batch?: string
  readonly direction?: string
  readonly user?: string
  readonly limit: string
}

export function callsCommands(program: Command, tool: Tool): void {
  const calls = program
    .command('calls')
    .description('list calls and see why they are as they are')
    .addHelpText('after', example('colloquy calls list --state live'))

  calls
    .command('list', { isDefault: true })
    .description('list the newest calls; those of a batch by row')
    .option('--state <state>', 'only those; several with commas')
    .option('--outcome <outcome>', 'only those that came to this; several with commas')
    .option('--agent <id>', 'only those of this agent')
    .option('--batch <id>', 'only those of this batch')
    .addOption(new Option('--direction <direction>', 'only those').choices(['outbound', 'inbound']))
    .option('--user <number>', 'only with this other party')
    .option('--limit <number>', 'how many', '50')
    .addHelpText('after', example('colloquy calls list --state live', 'colloquy calls list --outcome no_answer,busy'))
    .action(async ({ agent, batch, ...given }: Filters, command: Command) => {
      const answer = await tool
        .client('account', command)
        .get<{ sessions: ShownCall[] }>('/sessions', { ...given, agentId: agent, batchId: batch })
      tool.show(command, answer, () => callTable(answer.sessions))
    })

  calls
    .command('show <id>')
    .description('show a call with everything that happened in it and what was said')
    .addHelpText('after', example('colloquy calls show session_01ke28jt97kb6cq643dzvmxxqk'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const client = tool.client('account', command)
      const path = `/sessions/${encodeURIComponent(id)}`
      const session = await client.get<ShownCall>(path)
      const timeline = await all<Entry>(client, `${path}/timeline`, 'timeline')
      const { transcript } = await client.get<{ transcript: { who: string; text: string }[] }>(`${path}/transcript`)
      tool.show(command, { session, timeline, transcript }, () =>
        [
          ...callHeading(session),
          '',
          ...timeline.map(entryLine),
          ...(transcript.length > 0
            ? ['', ...transcript.map(({ who, text }) => `${who.padEnd(5)}  ${plain(text)}`)]
            : []),
        ].join('\n'),
      )
    })
}

/** Ending calls, and handing them on. */
export function steeringCommands(program: Command, tool: Tool): void {
  const act = async (id: string, what: string, body: object | undefined, command: Command): Promise<void> => {
    const call = await tool
      .client('account', command)
      .post<ShownCall>(`/sessions/${encodeURIComponent(id)}/${what}`, body)
    tool.show(command, call, () => callHeading(call).join('\n'))
  }

  program
    .command('hang-up <id>')
    .description('end a call, whatever it is doing')
    .option('--note <text>', 'why, for people')
    .addHelpText('after', example('colloquy hang-up session_01ke28jt97kb6cq643dzvmxxqk'))
    .action((id: string, { note }: { note?: string }, command: Command) =>
      act(id, 'hang-up', note === undefined ? undefined : { note }, command),
    )

  program
    .command('stop <id>')
    .description('stop a call that nobody has answered yet')
    .addHelpText('after', example('colloquy stop session_01ke28jt97kb6cq643dzvmxxqk'))
    .action((id: string, _options: unknown, command: Command) => act(id, 'stop', undefined, command))

  program
    .command('transfer <id> <to>')
    .description('hand a live call to a person')
    .addHelpText('after', example('colloquy transfer session_01ke28jt97kb6cq643dzvmxxqk +12025550107'))
    .action((id: string, to: string, _options: unknown, command: Command) => act(id, 'transfer', { to }, command))
}

/** Calls in columns. */
function callTable(calls: readonly ShownCall[]): string {
  return table(
    ['ID', 'STATE', 'OUTCOME', 'SINCE', 'FROM', 'TO', 'AGENT', 'NEXT'],
    calls.map(({ id, state, outcome, createdAt, from, to, agent, nextTransition }) => [
      id,
      state,
      outcome ?? '',
      when(createdAt),
      from,
      to,
      agent.name,
      nextTransition ? `${nextTransition.to} ${when(nextTransition.at)}` : '',
    ]),
  )
}

/** How a call stands, in a few lines. */
export function callHeading(call: ShownCall): string[] {
  const { id, direction, from, to, agent, state, entered, end, nextTransition, outcome, cost } = call
  const lines = [
    `${id}  ${direction}, ${from} to ${to}, agent "${plain(agent.name)}"`,
    `is ${state}, because: ${entered.because}`,
    ...call.pastAttempts.map(
      ({ number, outcome: came, cause, at }) => `attempt ${number}: ${came} (${cause}) at ${when(at)}`,
    ),
  ]
  if (outcome !== null)
    lines.push(`came to ${outcome}${end ? `: ${end.says} (${end.cause}, by ${end.by})` : ''}${spoken(call)}`)
  if (end?.protocol) lines.push(`the carrier said: ${plain(JSON.stringify(end.protocol))}`)
  if (end?.note) lines.push(`note: ${plain(end.note)}`)
  if (cost > 0) lines.push(`cost ${cost} cents`)
  for (const conversation of call.conversationIds) lines.push(`its words are in ${conversation}`)
  return [...lines, ...aheadOf(call, nextTransition)]
}

function spoken({ attempt: { answeredAt, endedAt } }: ShownCall): string {
  if (answeredAt === null || endedAt === null) return ''
  return `, after ${Math.round((Date.parse(endedAt) - Date.parse(answeredAt)) / 1000)} s`
}

function aheadOf({ state, waitingFor, queuePosition }: ShownCall, next: ShownCall['nextTransition']): string[] {
  if (state === 'ended') return ['will never change']
  const place = typeof queuePosition === 'number' ? `, number ${queuePosition} in the line` : ''
  return [
    ...(waitingFor === null ? [] : [`waits for: ${waitingFor}${place}`]),
    next ? `will be ${next.to} at ${when(next.at)}, because: ${next.because}` : 'no time will change it',
  ]
}

function entryLine({ type, at, from, to, by, because, refused, data }: Entry): string {
  const move = to === undefined ? '' : from === null || from === undefined ? to : `${from} > ${to}`
  const said = ['what', 'who', 'attempt', 'outcome', 'artefact', 'state', 'verdict', 'callId', 'slot']
    .flatMap((name) => (['string', 'number'].includes(typeof data[name]) ? [`${name} ${String(data[name])}`] : []))
    .join(', ')
  const parts = [
    when(at),
    type.padEnd(18),
    move,
    plain(said),
    because === undefined ? '' : `because: ${plain(because)}`,
    by === undefined ? '' : `(${by})`,
    refused ? 'TOO LATE' : '',
  ]
  return parts
    .filter((part) => part !== '')
    .join('  ')
    .trimEnd()
}
