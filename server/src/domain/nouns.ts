import { account } from './account/account.ts'
import { configuration } from './configuration/configuration.ts'
import { conversation } from './conversation/conversation.ts'
import { endpoint } from './endpoint/endpoint.ts'
import { operation } from './operation/operation.ts'
import { stream } from './stream/stream.ts'

/** Every noun there is. */
export const nouns: readonly [
  typeof conversation,
  typeof stream,
  typeof configuration,
  typeof account,
  typeof operation,
  typeof endpoint,
] = [conversation, stream, configuration, account, operation, endpoint]
