import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { startOfficial, whole, type Official, type Person } from '#conformance/twilio-client.ts'

/** The law's Python samples with the vendor's own package, changed only in host and ids. */

const { python, missing } = inject('pythonClient')
const run = promisify(execFile)

/** What every sample begins with, and the one line that points the client at a server. */
const head = `
import os, sys
from twilio.rest import Client
from twilio.rest.conversations.v2 import ConfigurationList, ConversationList

client = Client(os.environ["TWILIO_API_KEY"], os.environ["TWILIO_API_SECRET"], os.environ["TWILIO_ACCOUNT_SID"])
client.conversations.base_url = os.environ["COLLOQUY_URL"]
v2 = client.conversations.v2
`

describe.skipIf(missing !== undefined)('the Python client', () => {
  let official: Official
  let alice: Person
  beforeAll(async () => {
    official = await startOfficial()
  })
  afterAll(() => official.stop())
  beforeEach(async () => {
    alice = await official.person()
  })

  async function script(code: string, ...args: string[]): Promise<string> {
    const env = {
      PATH: process.env['PATH'] ?? '',
      TWILIO_API_KEY: alice.keySid,
      TWILIO_API_SECRET: alice.keySecret,
      TWILIO_ACCOUNT_SID: alice.sid,
      COLLOQUY_URL: official.url,
    }
    const { stdout } = await run(python ?? '', ['-c', head + code, ...args], { env })
    return stdout.trim()
  }

  async function configure(more: object = {}): Promise<string> {
    const { related } = await alice.client.conversations.v2.configurations.create({
      displayName: 'Care line',
      description: 'Support',
      conversationGroupingType: 'GROUP_BY_PROFILE',
      memoryStoreId: 'mem_store_01ka7n36096q14dr9gpqy77zxy',
      ...more,
    } as never)
    return (related as unknown as { configurationId: string }).configurationId
  }
  const conversationsV1Bridge = { serviceId: `IS${'0'.repeat(32)}` }
  const open = async (more: object = {}) =>
    whole(alice.client.conversations.v2.conversations.create({ configurationId: await configure(), ...more } as never))

  it('T34 T38 M15 configures timeouts and reads status_url', async () => {
    const id = await configure({ conversationsV1Bridge })
    const printed = await script(
      `
configuration = v2.configurations(sys.argv[1]).update(
    update_configuration_request=ConfigurationList.UpdateConfigurationRequest(
        {
            "description": "Conversation configuration description",
            "conversationGroupingType": "GROUP_BY_PROFILE",
            "memoryStoreId": "memory_store_xxxxxxxxxxxxxxxxxx",
            "channelSettings": {
                "SMS": ConfigurationList.UpdateConfigurationRequestChannelSettingsValue(
                    {
                        "statusTimeouts": ConfigurationList.UpdateConfigurationRequestChannelSettingsValueStatusTimeouts(
                            {"inactive": 10, "closed": 30}
                        )
                    }
                ),
                "VOICE": ConfigurationList.UpdateConfigurationRequestChannelSettingsValue(
                    {
                        "statusTimeouts": ConfigurationList.UpdateConfigurationRequestChannelSettingsValueStatusTimeouts(
                            {"inactive": 5, "closed": 15}
                        )
                    }
                ),
            },
        }
    )
)
print(configuration.status_url)`,
      id,
    )
    expect(printed).toMatch(`${official.url}/v2/ControlPlane/Operations/proc_job_`)
    const fetched = await whole(alice.client.conversations.v2.configurations(id).fetch())
    expect(fetched).toMatchObject({ displayName: 'Care line', conversationsV1Bridge: null })
    expect(fetched.channelSettings).toMatchObject({
      SMS: { statusTimeouts: { inactive: 10, closed: 30 } },
      VOICE: { statusTimeouts: { inactive: 5, closed: 15 } },
    })
  })

  it('T36 T38 D68 closes a conversation and reads id; the nulls it sends wipe nothing', async () => {
    const { id } = await open({ name: 'Order 4471', metadata: { 'crm.case': 'C-4471' } })
    const printed = await script(
      `
conversation_by_id = v2.conversations(sys.argv[1]).update(
    update_conversation_by_id_request=ConversationList.UpdateConversationByIdRequest(
        {"status": "CLOSED"}
    )
)
print(conversation_by_id.id)`,
      id,
    )
    expect(printed).toBe(id)
    expect(await whole(alice.client.conversations.v2.conversations(id).fetch())).toMatchObject({
      status: 'CLOSED',
      name: 'Order 4471',
      metadata: { 'crm.case': 'C-4471' },
    })
  })

  it('T22 D11 timeouts that it sends as an object of nulls are none', async () => {
    const id = await configure({ conversationsV1Bridge })
    await script(
      `
value = ConfigurationList.PatchConfigurationRequestChannelSettingsValue({"statusTimeouts": {"inactive": None, "closed": None}})
v2.configurations(sys.argv[1]).patch(
    patch_configuration_request=ConfigurationList.PatchConfigurationRequest({"channelSettings": {"VOICE": value}})
)`,
      id,
    )
    const fetched = await whole(alice.client.conversations.v2.configurations(id).fetch())
    expect(fetched).toMatchObject({ displayName: 'Care line', conversationsV1Bridge })
    expect(fetched.channelSettings).toMatchObject({ VOICE: { statusTimeouts: null } })
  })

  it('M3 lists over many pages, and by status', async () => {
    const participants = [
      { type: 'CUSTOMER', addresses: [{ channel: 'SMS', address: '+14155550133' }] },
      { type: 'AGENT', addresses: [{ channel: 'SMS', address: '+18005550111' }] },
    ]
    const { id } = await open({ participants })
    const { id: closed } = await open()
    await alice.client.conversations.v2.conversations(closed).update({ status: 'CLOSED' })
    const printed = await script(`
print(",".join(sorted(one.id for one in v2.conversations.list(page_size=1))))
print(",".join(one.id for one in v2.conversations.list(status=["ACTIVE"])))
print(",".join(one.id for one in v2.configurations.list(limit=1)))`)
    const [everything, active, configurations] = printed.split('\n')
    expect(everything).toBe([id, closed].toSorted().join(','))
    expect(active).toBe(id)
    expect(configurations).toMatch(/^conv_configuration_\w+$/)
  })

  it('M9 tells errors by status, code and message', async () => {
    const printed = await script(`
from twilio.base.exceptions import TwilioRestException
try:
    v2.conversations("conv_conversation_x").fetch()
except TwilioRestException as error:
    print(error.status, error.code, error.msg)`)
    expect(printed).toMatch(/^404 20404 .*conv_conversation_x/)
  })
})
