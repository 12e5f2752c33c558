# Lists executions of an agent, without dates. $1: the query, as status=stopped&page_size=2.
curl --silent --show-error --request GET \
  --url "$BOLNA_URL/v2/agent/$BOLNA_AGENT_ID/executions?$1" \
  --header "Authorization: Bearer $BOLNA_API_KEY"
