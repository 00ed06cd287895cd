"""google-auth: ID tokens, what they say, and what the front doors of functions say to them."""

import pathlib
import sys

import google.auth.iam
import requests
from google.auth import impersonated_credentials
from google.auth.transport.requests import Request
from google.oauth2 import id_token, service_account
from google.oauth2.credentials import Credentials

URL = f"http://{sys.argv[1]}"
CHECKOUT = "checkout@shop-prod.iam.gserviceaccount.com"
STRANGER = "search@shop-prod.iam.gserviceaccount.com"
HOST = "payments-100000000001.europe-north1.run.app"
PAYMENTS = f"https://{HOST}"
SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]


def with_key(email, audience):
    """The ID token of whoever holds the key of an account."""
    key = {
        "type": "service_account",
        "private_key": pathlib.Path(sys.argv[2]).read_text(),
        "private_key_id": "key-1",
        "client_email": email,
        "token_uri": f"{URL}/token",
    }
    credentials = service_account.IDTokenCredentials.from_service_account_info(key, target_audience=audience)
    credentials.refresh(Request())
    return credentials.token


def impersonating(email, audience, include_email):
    """The ID token of an account that somebody else acts as."""
    # The library takes no other address for it than Google's.
    for name in ("_IAM_ENDPOINT", "_IAM_IDTOKEN_ENDPOINT"):
        endpoint = getattr(google.auth.iam, name)
        setattr(google.auth.iam, name, endpoint.replace("https://iamcredentials.googleapis.com", URL))
    target = impersonated_credentials.Credentials(Credentials("ya29.emulator"), email, SCOPES)
    credentials = impersonated_credentials.IDTokenCredentials(target, audience, include_email=include_email)
    credentials.refresh(Request())
    return credentials.token


def checked(token, audience):
    """What a token says, held to the certificates in both of their forms."""
    said = [
        id_token.verify_token(token, Request(), audience=audience, certs_url=f"{URL}/oauth2/{version}/certs")
        for version in ("v1", "v3")
    ]
    assert said[0] == said[1], said
    assert said[0]["iss"] == "https://accounts.google.com", said
    assert said[0]["exp"] - said[0]["iat"] == 3600, said
    return said[0]


def answer(token):
    """What the front door of a function says to somebody with this token; `None` for nobody."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.get(f"http://{HOST}/", headers=headers, proxies={"http": URL}, timeout=60).status_code


by_key = with_key(CHECKOUT, PAYMENTS)
said = checked(by_key, PAYMENTS)
assert said["email"] == CHECKOUT and said["email_verified"] is True, said
assert said["azp"] and said["sub"].isdigit(), said

on_a_machine = id_token.fetch_id_token(Request(), PAYMENTS)
assert checked(on_a_machine, PAYMENTS)["sub"].isdigit()

acting = impersonating(CHECKOUT, PAYMENTS, include_email=True)
assert checked(acting, PAYMENTS)["email"] == CHECKOUT
assert checked(acting, PAYMENTS)["sub"] == said["sub"]
assert "email" not in checked(impersonating(CHECKOUT, PAYMENTS, include_email=False), PAYMENTS)

try:
    checked(by_key, "https://example.com")
except Exception as error:
    assert "audience" in str(error).lower(), error
else:
    raise AssertionError("a token for somebody else was taken")

found = {
    "by key": answer(by_key),
    "acting as": answer(acting),
    "a stranger": answer(with_key(STRANGER, PAYMENTS)),
    "nobody": answer(None),
    "for somewhere else": answer(with_key(CHECKOUT, "https://example.com")),
    "nonsense": answer("nonsense"),
}
wanted = {
    "by key": 200,
    "acting as": 200,
    "a stranger": 403,
    "nobody": 403,
    "for somewhere else": 401,
    "nonsense": 401,
}
assert found == wanted, found
