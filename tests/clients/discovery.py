"""google-api-python-client: the same store behind every API and every version of it."""

import json
import sys

from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

SEARCH = "projects/shop-prod/locations/us-central1/services/search"


def api(name, version):
    return build(
        name,
        version,
        credentials=Credentials("ya29.emulator"),
        static_discovery=True,
        client_options={"api_endpoint": f"http://{sys.argv[1]}"},
    )


def refused(status, said, request):
    try:
        request.execute()
    except HttpError as error:
        assert error.status_code == status and said in error.reason, error
        return json.loads(error.content)["error"]
    raise AssertionError(f"{request.uri} was not refused with {status}")


old, new = (api("run", version).projects().locations().services() for version in ("v1", "v2"))
options = {"options_requestedPolicyVersion": 3}
policy = old.getIamPolicy(resource=SEARCH, **options).execute()
assert policy == new.getIamPolicy(resource=SEARCH, **options).execute(), policy
policy["bindings"][0]["members"].append("user:ana@example.com")
stored = old.setIamPolicy(resource=SEARCH, body={"policy": policy}).execute()
assert stored == new.getIamPolicy(resource=SEARCH, **options).execute(), stored
error = refused(409, "concurrent policy changes", new.setIamPolicy(resource=SEARCH, body={"policy": policy}))
assert error["status"] == "ABORTED", error

listed = old.list(parent="projects/shop-prod/locations/-").execute()["items"]
assert len(listed) == 11, listed
located = new.list(parent="projects/shop-prod/locations/us-central1").execute()["services"]
assert [service["name"] for service in located] == [SEARCH], located
refused(404, "does not exist", new.get(name=f"{SEARCH}-gone"))

functions = api("cloudfunctions", "v2").projects().locations().functions()
(resize,) = functions.list(parent="projects/shop-prod/locations/-").execute()["functions"]
assert resize["serviceConfig"]["service"].endswith("/services/resize"), resize

projects = api("cloudresourcemanager", "v1").projects()
ancestors = projects.getAncestry(projectId="shop-prod", body={}).execute()["ancestor"]
assert [each["resourceId"]["type"] for each in ancestors] == ["project", "folder", "organization"], ancestors
newer = api("cloudresourcemanager", "v3").projects()
assert newer.get(name="projects/100000000001").execute()["projectId"] == "shop-prod"
old, new = (
    projects.getIamPolicy(resource="shop-prod", body={}).execute(),
    newer.getIamPolicy(resource="projects/shop-prod", body={}).execute(),
)
assert old == new, (old, new)

role = api("iam", "v1").roles().get(name="roles/run.invoker").execute()
assert "run.routes.invoke" in role["includedPermissions"], role
