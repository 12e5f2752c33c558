# Stops a call that waits. $1: its execution id.
curl --silent --show-error --request POST \
  --url "$BOLNA_URL/call/$1/stop" \
  --header "Authorization: Bearer $BOLNA_API_KEY"
