"""Every answer, held to Google's own descriptions: a field that they do not have is a mistake.

The documents are those of google-api-python-client; Cloud Run's answers are read with the classes of
google-cloud-run as well.
"""

import json
import pathlib
import sys

import googleapiclient
import requests
from google.cloud import run_v2
from google.oauth2.credentials import Credentials
from google.protobuf import json_format
from googleapiclient.discovery import build

URL = f"http://{sys.argv[1]}"
DOCUMENTS = pathlib.Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
PROJECT = "projects/shop-prod"
EUROPE = f"{PROJECT}/locations/europe-west1"
PAYMENTS = f"{PROJECT}/locations/europe-north1/services/payments"
VERSION = {"options_requestedPolicyVersion": 3}
SERVICES = [{"name": f"{EUROPE}/services/returns"}, {"name": PAYMENTS}]
POLICIES = [{"resource": PAYMENTS, **VERSION}, {"resource": PAYMENTS}]

CALLS = {
    "run.v1": {
        "projects.locations.list": [{"name": PROJECT}],
        "projects.locations.services.list": [{"parent": f"{PROJECT}/locations/-"}],
        "projects.locations.services.get": SERVICES,
        "projects.locations.services.getIamPolicy": POLICIES,
        "namespaces.services.list": [{"parent": "namespaces/shop-prod"}],
    },
    "run.v2": {
        "projects.locations.services.list": [{"parent": EUROPE}, {"parent": f"{PROJECT}/locations/asia-east1"}],
        "projects.locations.services.get": SERVICES,
        "projects.locations.services.getIamPolicy": POLICIES,
        "projects.locations.services.revisions.list": [{"parent": f"{EUROPE}/services/returns"}],
        "projects.locations.jobs.list": [{"parent": EUROPE}],
    },
    "cloudasset.v1": {
        "v1.searchAllIamPolicies": [{"scope": PROJECT}, {"scope": "organizations/9000", "query": "policy:allUsers"}],
        "assets.list": [{"parent": PROJECT, "contentType": "IAM_POLICY"}, {"parent": PROJECT}],
    },
    "cloudfunctions.v2": {
        "projects.locations.functions.list": [{"parent": f"{PROJECT}/locations/-"}, {"parent": EUROPE}],
        "projects.locations.functions.get": [{"name": f"{EUROPE}/functions/resize"}],
        "projects.locations.functions.getIamPolicy": [{"resource": f"{EUROPE}/functions/resize"}],
    },
    "cloudresourcemanager.v1": {
        "projects.get": [{"projectId": "shop-prod"}],
        "projects.list": [{}],
        "projects.getAncestry": [{"projectId": "shop-prod", "body": {}}],
        "projects.getIamPolicy": [{"resource": "shop-prod", "body": {}}],
        "organizations.get": [{"name": "organizations/9000"}],
        "organizations.getIamPolicy": [{"resource": "organizations/9000", "body": {}}],
    },
    "cloudresourcemanager.v2": {
        "folders.get": [{"name": "folders/4000"}],
        "folders.getIamPolicy": [{"resource": "folders/4000", "body": {}}],
        "folders.list": [{"parent": "organizations/9000"}],
    },
    "cloudresourcemanager.v3": {
        "projects.get": [{"name": PROJECT}],
        "projects.list": [{"parent": "folders/4000"}],
        "projects.getIamPolicy": [{"resource": PROJECT, "body": {}}],
        "folders.get": [{"name": "folders/4000"}],
        "folders.list": [{"parent": "organizations/9000"}],
        "organizations.get": [{"name": "organizations/9000"}],
    },
    "iam.v1": {
        "roles.get": [{"name": "roles/run.invoker"}],
        "roles.list": [{"pageSize": 10}],
        "projects.roles.list": [{"parent": PROJECT}],
        "projects.serviceAccounts.list": [{"name": PROJECT}],
    },
    "eventarc.v1": {
        "projects.locations.triggers.list": [{"parent": f"{PROJECT}/locations/-"}],
        "projects.locations.triggers.get": [{"name": f"{EUROPE}/triggers/resize-uploads"}],
    },
    "pubsub.v1": {"projects.subscriptions.list": [{"project": PROJECT}]},
    "cloudscheduler.v1": {"projects.locations.jobs.list": [{"parent": EUROPE}]},
    "cloudtasks.v2": {"projects.locations.queues.list": [{"parent": EUROPE}]},
    "cloudidentity.v1": {"groups.lookup": [{"groupKey_id": "sre@example.com"}]},
}
KINDS = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}


def mistakes(value, schema, schemas, at):
    """What of a value its schema does not know."""
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    kind = schema.get("type")
    if kind == "any":
        return
    if kind == "array":
        if not isinstance(value, list):
            yield f"{at} is no list"
            return
        for number, item in enumerate(value):
            yield from mistakes(item, schema["items"], schemas, f"{at}[{number}]")
    elif kind == "object":
        if not isinstance(value, dict):
            yield f"{at} is no object"
            return
        for name, item in value.items():
            inner = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if inner is None:
                yield f"{at}.{name} is not known"
            else:
                yield from mistakes(item, inner, schemas, f"{at}.{name}")
    elif not isinstance(value, KINDS[kind]) or (kind == "integer" and isinstance(value, bool)):
        yield f"{at} is no {kind}: {value!r}"
    elif value not in schema.get("enum", [value]):
        yield f"{at} is none of its words: {value!r}"


def described(document, method):
    """The method of a document, by its id without the name of the API."""
    *parents, last = method.split(".")
    for parent in parents:
        document = document["resources"][parent]
    return document["methods"][last]


def asked(service, method, arguments):
    """The answer as it comes over the wire."""
    *parents, last = method.split(".")
    for parent in parents:
        service = getattr(service, parent)()
    request = getattr(service, last)(**arguments)
    headers = {"Authorization": "Bearer ya29.emulator", "Content-Type": "application/json"}
    answer = requests.request(request.method, request.uri, data=request.body, headers=headers, timeout=60)
    assert answer.status_code == 200, f"{request.uri}: {answer.text}"
    return answer.text


# The check itself is held to something that it has to find.
POLICY = json.loads((DOCUMENTS / "run.v2.json").read_text())["schemas"]
ODD = {"version": "3", "bindings": [{"rolle": "roles/run.invoker", "members": "allUsers"}]}
assert list(mistakes(ODD, {"$ref": "GoogleIamV1Policy"}, POLICY, "a")) == [
    "a.version is no integer: '3'",
    "a.bindings[0].rolle is not known",
    "a.bindings[0].members is no list",
]

found = []
for api, methods in CALLS.items():
    document = json.loads((DOCUMENTS / f"{api}.json").read_text())
    service = build(
        *api.split("."),
        credentials=Credentials("ya29.emulator"),
        static_discovery=True,
        client_options={"api_endpoint": URL},
    )
    for method, calls in methods.items():
        response = described(document, method)["response"]
        for arguments in calls:
            text = asked(service, method, arguments)
            at = f"{api} {method} {arguments}: answer"
            found.extend(mistakes(json.loads(text), response, document["schemas"], at))
            name = response["$ref"].removeprefix("GoogleCloudRunV2")
            if api == "run.v2" and hasattr(run_v2, name):
                try:
                    json_format.Parse(text, getattr(run_v2, name).pb()())
                except json_format.ParseError as error:
                    found.append(f"{at}: {error}")
assert not found, "\n".join(found)
