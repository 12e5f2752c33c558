import { CommandError, type Client } from './client.ts'
import { plain, told, when, type ShownEvent } from './show.ts'

interface Following {
  /** `session_…` */
  readonly session: string
  /** From where on: what `placeNow` said before the call was made. */
  readonly place: string
  readonly signal?: AbortSignal
  tell(line: string): void
}

/** Where the events are now, to follow from there whatever happens next. */
export async function placeNow(client: Client): Promise<string> {
  const { next } = await client.get<{ next: string }>('/events', { after: 'latest', limit: '1' })
  return next
}

/** Tells each thing that happens to a session, and what is said in it, until it has ended. */
export async function follow(client: Client, { session, place, signal, tell }: Following): Promise<void> {
  for await (const text of client.stream('/events', { 'last-event-id': place }, signal)) {
    if (!text.startsWith('data: ')) continue
    const event = JSON.parse(text.slice(6)) as CallEvent
    const line = lineOf(event, session)
    if (line !== undefined) tell(`${when(event.time)}  ${plain(line)}`)
    if (event.subject === session && event.data.to === 'ended') return
  }
  throw new CommandError('The server ended the stream; the call goes on. See it with "colloquy calls show".')
}

interface CallEvent extends ShownEvent {
  readonly data: ShownEvent['data'] & {
    readonly outcome?: string
    readonly attempt?: number
    readonly retryAt?: string
    readonly artefact?: string
    readonly state?: string
    readonly verdict?: string
    readonly end?: { readonly says: string }
    readonly communication?: { readonly channelId: string | null }
  }
}

/** What to tell of an event; undefined: nothing, or it is another's. */
function lineOf({ type, subject, data }: CallEvent, session: string): string | undefined {
  if (data.communication) {
    const isOurs = data.communication.channelId === session.replace(/^session_/, '')
    return isOurs && type === 'communication.created' ? `  ${saidOf(data)}` : undefined
  }
  if (subject !== session) return undefined
  switch (type) {
    case 'session.created':
      return `${data.to}  because: ${data.because}`
    case 'session.moved':
      return [
        `${data.from} > ${data.to}`,
        data.outcome === undefined ? '' : `${data.outcome}`,
        `because: ${data.because}`,
      ]
        .filter((word) => word !== '')
        .join('  ')
    case 'attempt.ended':
      return `attempt ${data.attempt} came to ${data.outcome}: ${data.end?.says}; the next is at ${when(data.retryAt)}`
    case 'artefact.settled':
      return `${data.artefact}: ${data.state}`
    case 'voicemail.judged':
      return `voicemail ${data.verdict}`
    case 'media.no_audio':
      return 'nothing is heard of the other party'
    case 'report.refused':
      return `came too late and changed nothing: ${data.what}, because: ${data.because}`
    default:
      return undefined
  }
}

/** Who says what, without the numbers: they are in the heading. */
function saidOf(data: ShownEvent['data']): string {
  return told({ ...data }).replace(/^VOICE /, '')
}
