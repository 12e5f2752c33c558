"""Places calls, stops them and lists them; prints one JSON line for each answer."""

import json
import os
import sys

import requests

host = os.environ["BOLNA_URL"]
agent_id = os.environ["BOLNA_AGENT_ID"]
headers = {"Authorization": f"Bearer {os.environ['BOLNA_API_KEY']}"}


def show(response):
    response.raise_for_status()
    print(json.dumps(response.json()))
    return response.json()


def place(number):
    payload = {
        "agent_id": agent_id,
        "recipient_phone_number": number,
        "user_data": {"customer_name": "Caroline", "product_name": "Shampoo bar"},
    }
    json_headers = {**headers, "Content-Type": "application/json"}
    return show(requests.post(f"{host}/call", json=payload, headers=json_headers))["execution_id"]


first = place(sys.argv[1])
show(requests.post(f"{host}/call/{first}/stop", headers=headers))
place(sys.argv[1])
place(sys.argv[1])
show(requests.post(f"{host}/v2/agent/{agent_id}/stop", headers=headers))
show(requests.get(f"{host}/executions/{first}", headers=headers))

page_number, executions = 1, []
while True:
    params = {"page_number": page_number, "page_size": 2, "status": "stopped", "call_type": "outbound"}
    response = requests.get(f"{host}/v2/agent/{agent_id}/executions", headers=headers, params=params)
    response.raise_for_status()
    page = response.json()
    executions += page["data"]
    if not page["has_more"]:
        break
    page_number += 1
print(json.dumps([execution["status"] for execution in executions]))

refused = requests.post(f"{host}/call", json={"agent_id": agent_id}, headers=headers)
print(json.dumps([refused.status_code, refused.json()]))
