import { account } from './account/account.ts'
import { agent } from './agent/agent.ts'
import { batch } from './batch/batch.ts'
import { campaign } from './campaign/campaign.ts'
import { configuration } from './configuration/configuration.ts'
import { conversation } from './conversation/conversation.ts'
import { dispatcher } from './dispatcher/dispatcher.ts'
import { draft } from './draft/draft.ts'
import { endpoint } from './endpoint/endpoint.ts'
import { number } from './number/number.ts'
import { operation } from './operation/operation.ts'
import { person } from './person/person.ts'
import { phone } from './phone/phone.ts'
import { plan } from './plan/plan.ts'
import { reference } from './reference/reference.ts'
import { retention } from './retention/retention.ts'
import { session } from './session/session.ts'
import { stream } from './stream/stream.ts'
import { wallet } from './wallet/wallet.ts'
import { webWidget } from './web-widget/web-widget.ts'

/** Every noun there is. */
export const nouns: readonly [
  typeof conversation,
  typeof stream,
  typeof configuration,
  typeof account,
  typeof operation,
  typeof endpoint,
  typeof session,
  typeof agent,
  typeof number,
  typeof batch,
  typeof dispatcher,
  typeof wallet,
  typeof phone,
  typeof draft,
  typeof person,
  typeof campaign,
  typeof plan,
  typeof webWidget,
  typeof retention,
  typeof reference,
] = [
  conversation,
  stream,
  configuration,
  account,
  operation,
  endpoint,
  session,
  agent,
  number,
  batch,
  dispatcher,
  wallet,
  phone,
  draft,
  person,
  campaign,
  plan,
  webWidget,
  retention,
  reference,
]
