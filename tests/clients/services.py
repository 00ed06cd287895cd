"""google-cloud-run over REST: services, and who may call them."""

import sys

from google.api_core import exceptions
from google.cloud import run_v2
from google.iam.v1 import iam_policy_pb2, options_pb2, policy_pb2
from google.oauth2.credentials import Credentials

URL = f"http://{sys.argv[1]}"
PARENT = "projects/shop-prod/locations/us-central1"
SEARCH = f"{PARENT}/services/search"
INVOKER = "roles/run.invoker"

client = run_v2.ServicesClient(
    transport="rest", credentials=Credentials("ya29.emulator"), client_options={"api_endpoint": URL}
)


def policy(version):
    options = options_pb2.GetPolicyOptions(requested_policy_version=version)
    return client.get_iam_policy(iam_policy_pb2.GetIamPolicyRequest(resource=SEARCH, options=options))


def write(policy):
    return client.set_iam_policy(iam_policy_pb2.SetIamPolicyRequest(resource=SEARCH, policy=policy))


def refused(error, call, said):
    try:
        call()
    except error as found:
        assert said in found.message, found.message
    else:
        raise AssertionError(f"it was not refused with {error}")


assert [service.name for service in client.list_services(parent=PARENT)] == [SEARCH]
service = client.get_service(name=SEARCH)
assert service.template.service_account == "search@shop-prod.iam.gserviceaccount.com", service
assert service.uri == "https://search-100000000001.us-central1.run.app", service
refused(exceptions.NotFound, lambda: client.get_service(name=f"{PARENT}/services/gone"), "does not exist")
everywhere = "projects/shop-prod/locations/-"
refused(exceptions.BadRequest, lambda: client.list_services(parent=everywhere), "Location must be a valid")

old = policy(3)
new = policy(3)
new.version = 3
condition = {"title": "soon", "expression": 'request.time < timestamp("2027-01-01T00:00:00Z")'}
new.bindings.append(policy_pb2.Binding(role=INVOKER, members=["user:ana@example.com"], condition=condition))
stored = write(new)
assert stored.version == 3 and stored.etag != old.etag, stored
assert stored == policy(3), stored
plain = policy(1)
assert plain.version == 1 and plain.bindings[1].role.startswith(f"{INVOKER}_withcond_"), plain
refused(exceptions.Conflict, lambda: write(old), "There were concurrent policy changes.")
refused(exceptions.BadRequest, lambda: write(plain), "version")
held = client.test_iam_permissions(
    iam_policy_pb2.TestIamPermissionsRequest(resource=SEARCH, permissions=["run.services.setIamPolicy"])
)
assert list(held.permissions) == ["run.services.setIamPolicy"], held
