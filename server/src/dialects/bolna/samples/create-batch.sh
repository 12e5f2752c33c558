# Makes a batch of a CSV file. $1: its path.
curl --silent --show-error --location "$BOLNA_URL/batches" \
  --header "Authorization: Bearer $BOLNA_API_KEY" \
  --form 'agent_id="'"$BOLNA_AGENT_ID"'"' \
  --form 'file=@"'"$1"'"'
