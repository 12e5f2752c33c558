import type { AgentSpeech } from '#domain/agent/state.ts'
import type { TurnInput } from '#services/calls/ports.ts'
import { filled } from '../variables.ts'
import { tools } from './tools.ts'

export type ModelSpeech = Extract<AgentSpeech, { by: 'openai' }>

interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** Where to post: the base URL's path with `/chat/completions` behind it; its query stays. */
export function urlOf({ baseUrl }: ModelSpeech): string {
  const url = new URL(baseUrl)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/chat/completions`
  return url.href
}

/** One whole answer is asked for, not a stream. What is not set is not sent, so that the endpoint's defaults hold. */
export function bodyOf(speech: ModelSpeech, input: TurnInput): string {
  const { model, temperature, maxTokens } = speech
  return JSON.stringify({
    model,
    messages: messagesOf(speech, input),
    tools,
    stream: false,
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { [limitName(speech)]: maxTokens }),
  })
}

/** OpenAI's newer models refuse the older name, which is the only one that many other servers know. */
function limitName({ baseUrl }: ModelSpeech): string {
  const isOpenAi = /(?:^|\.)openai\.(?:com|azure\.com)$/.test(new URL(baseUrl).hostname)
  return isOpenAi ? 'max_completion_tokens' : 'max_tokens'
}

function messagesOf({ prompt }: ModelSpeech, { data, said, on, news }: TurnInput): Message[] {
  const messages: Message[] = []
  const asked = filled(prompt, data)
  if (asked !== '') messages.push({ role: 'system', content: asked })
  for (const { who, text } of said) messages.push({ role: who === 'user' ? 'user' : 'assistant', content: text })
  if (on !== 'start' && on !== 'user') messages.push({ role: 'system', content: told(on, news?.reason) })
  return messages
}

/** What came to nothing, by its own name: what is added to the port later is told, too. */
function told(on: string, reason: string | undefined): string {
  return `This just happened: ${on}${reason === undefined ? '' : `, because: ${reason}`}. Go on with the user.`
}
