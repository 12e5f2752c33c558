# Schedules a batch with a URL-encoded form. $1: its id; $2: when, with a numeric offset.
curl --silent --show-error --location "$BOLNA_URL/batches/$1/schedule" \
  --header "Authorization: Bearer $BOLNA_API_KEY" \
  --data-urlencode "scheduled_at=$2"
