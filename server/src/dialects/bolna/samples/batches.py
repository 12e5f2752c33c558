"""Makes a batch of a CSV file and schedules it: create PATH, schedule ID WHEN urlencoded|multipart, results ID, stop ID."""

import json
import os
import sys

import requests

host = os.environ["BOLNA_URL"]
headers = {"Authorization": f"Bearer {os.environ['BOLNA_API_KEY']}"}


def create(path):
    with open(path, "rb") as file:
        data = {"agent_id": os.environ["BOLNA_AGENT_ID"]}
        files = {"file": (os.path.basename(path), file, "text/csv")}
        response = requests.post(f"{host}/batches", headers=headers, data=data, files=files)
    print(response.status_code, response.json()["state"], response.json()["batch_id"])


def schedule(batch_id, scheduled_at, form):
    url = f"{host}/batches/{batch_id}/schedule"
    if form == "multipart":
        response = requests.post(url, headers=headers, files={"scheduled_at": (None, scheduled_at)})
    else:
        response = requests.post(url, headers=headers, data={"scheduled_at": scheduled_at})
    if response.json().get("state", "") == "scheduled":
        print("scheduled")
    else:
        print("not scheduled", response.status_code, response.text)


def results(batch_id):
    batch = requests.get(f"{host}/batches/{batch_id}", headers=headers).json()
    executions = requests.get(f"{host}/batches/{batch_id}/executions", headers=headers).json()
    print(batch["status"])
    for execution in executions:
        recipient = execution["context_details"]["recipient_data"]
        print(execution["status"], execution["user_number"], json.dumps(recipient, sort_keys=True))


def stop(batch_id):
    response = requests.post(f"{host}/batches/{batch_id}/stop", headers=headers)
    print(response.status_code, response.json().get("state", response.json().get("message")))


{"create": create, "schedule": schedule, "results": results, "stop": stop}[sys.argv[1]](*sys.argv[2:])
