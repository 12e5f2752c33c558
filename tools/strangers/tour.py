"""The tour of AnyReach's API through a package that openapi-python-client made from its description."""

import os

from made import AuthenticatedClient
from made.api.agents import create_agent, create_agent_version, publish_agent_version
from made.api.conversations import create_conversation, end_conversation, get_conversation
from made.api.conversations import list_conversations, send_conversation_message
from made.models import CreateAgentRequest, CreateAgentVersionRequest, CreateConversation
from made.models import PublishAgentVersionRequest, SendMessage, Status

url, token = os.environ["ANYREACH_BASE_URL"], os.environ["ANYREACH_TOKEN"]
client = AuthenticatedClient(base_url=url, token=token)

agent = create_agent.sync(client=client, body=CreateAgentRequest.from_dict({"name": "Store help"}))
config = {"greeting": "Hello! How can I help?", "agent": {"type": "script", "lines": ["It arrives on Friday."]}}
version = CreateAgentVersionRequest.from_dict({"config": config})
assert create_agent_version.sync(agent.id, client=client, body=version).status == "draft"
published = publish_agent_version.sync(agent.id, "latest", client=client, body=PublishAgentVersionRequest())
assert published.status == "published", published

order = {"channel": "text", "user_id": "user_42", "agent_id": agent.id, "custom_metadata": {"order_id": "A-118"}}
opened = create_conversation.sync(client=client, body=CreateConversation.from_dict(order))
assert opened.starting_message == "Hello! How can I help?", opened
assert opened.conversation.status == Status.IN_PROGRESS
id = opened.conversation.id

message = SendMessage.from_dict({"text": "Where is my order?", "interactivity": "rich"})
answered = send_conversation_message.sync(id, client=client, body=message)
assert answered.reply == "It arrives on Friday.", answered
assert get_conversation.sync(id, client=client).user_turn_count == 1

ended = end_conversation.sync(id, client=client)
assert ended.status == Status.COMPLETED and ended.duration is not None, ended
assert end_conversation.sync(id, client=client) == ended
refused = send_conversation_message.sync_detailed(id, client=client, body=message)
assert refused.status_code == 409 and refused.parsed.detail, refused

listed = list_conversations.sync(client=client, status=[Status.COMPLETED], custom_metadata='{"order_id":"A-118"}')
assert listed[0].id == id, listed
print("The tour in Python is over.")
