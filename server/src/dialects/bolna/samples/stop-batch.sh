# Stops a batch. $1: its id.
curl --silent --show-error --location --request POST "$BOLNA_URL/batches/$1/stop" \
  --header "Authorization: Bearer $BOLNA_API_KEY"
