# Stops all queued calls of an agent.
curl --silent --show-error --request POST \
  --url "$BOLNA_URL/v2/agent/$BOLNA_AGENT_ID/stop" \
  --header "Authorization: Bearer $BOLNA_API_KEY" \
  --header 'Content-Type: application/json'
