# Places a call. BOLNA_URL, BOLNA_API_KEY and BOLNA_AGENT_ID are set; $1: whom to call.
curl --silent --show-error --request POST \
  --url "$BOLNA_URL/call" \
  --header "Authorization: Bearer $BOLNA_API_KEY" \
  --header 'Content-Type: application/json' \
  --data '{
  "agent_id": "'"$BOLNA_AGENT_ID"'",
  "recipient_phone_number": "'"$1"'",
  "user_data": {
    "customer_name": "Caroline",
    "product_name": "Shampoo bar"
  }
}'
