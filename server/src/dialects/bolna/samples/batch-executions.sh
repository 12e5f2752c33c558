# Lists the executions of a batch. $1: its id.
curl --silent --show-error --location "$BOLNA_URL/batches/$1/executions" \
  --header "Authorization: Bearer $BOLNA_API_KEY"
