# Reads one execution. $1: its id.
curl --silent --show-error --request GET \
  --url "$BOLNA_URL/executions/$1" \
  --header "Authorization: Bearer $BOLNA_API_KEY"
