# Reads a batch. $1: its id.
curl --silent --show-error --location "$BOLNA_URL/batches/$1" \
  --header "Authorization: Bearer $BOLNA_API_KEY"
