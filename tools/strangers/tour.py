"""The tour of AnyReach's API through a package that openapi-python-client made from its description."""

import os

from made import AuthenticatedClient
from made.api.agents import create_agent, create_agent_version, publish_agent_version
from made.api.conversations import create_conversation, end_conversation, list_conversations, send_conversation_message
print("imported")
