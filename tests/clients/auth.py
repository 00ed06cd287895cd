"""google-auth: access tokens from a metadata server, a key file, and a pool of identities."""

import pathlib
import sys

import google.auth
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import identity_pool
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import service_account

URL = f"http://{sys.argv[1]}"
EMAIL = "checkout@shop-prod.iam.gserviceaccount.com"
SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
PAYMENTS = "projects/shop-prod/locations/europe-north1/services/payments"
POOL = "//iam.googleapis.com/projects/100000000001/locations/global/workloadIdentityPools/builds"


def key():
    """The key of a service account, as its file holds it."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    formats = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return {
        "type": "service_account",
        "project_id": "shop-prod",
        "private_key_id": "key-1",
        "private_key": private.private_bytes(*formats).decode(),
        "client_email": EMAIL,
        "token_uri": f"{URL}/token",
    }


def pool(acts_as):
    """A pool of identities elsewhere: who is in it brings a token of theirs."""
    pathlib.Path("subject").write_text("eyJhbGciOiJub25lIn0.eyJzdWIiOiJidWlsZC03In0.c2ln")
    source = {
        "type": "external_account",
        "audience": f"{POOL}/providers/ci",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{URL}/v1/token",
        "credential_source": {"file": "subject"},
    }
    if acts_as:
        source["service_account_impersonation_url"] = (
            f"{URL}/v1/projects/-/serviceAccounts/{EMAIL}:generateAccessToken"
        )
    return source


def works(credentials):
    """With them a policy is read, and the token is one that runs out."""
    answer = AuthorizedSession(credentials).get(f"{URL}/v2/{PAYMENTS}:getIamPolicy", timeout=60)
    assert answer.status_code == 200, answer.text
    assert credentials.token and credentials.expiry and credentials.valid, credentials


credentials, project = google.auth.default(scopes=SCOPES)
assert project, project
works(credentials)
assert credentials.service_account_email.endswith("-compute@developer.gserviceaccount.com"), credentials

for credentials in (
    service_account.Credentials.from_service_account_info(key(), scopes=SCOPES),
    # Read from its file by `google.auth.default`, it would ask the real Google for the project of its number.
    identity_pool.Credentials.from_info(pool(acts_as=False), scopes=SCOPES),
    identity_pool.Credentials.from_info(pool(acts_as=True), scopes=SCOPES),
):
    works(credentials)
    first = credentials.token
    credentials.refresh(Request())
    assert credentials.token != first, "the same token twice"
