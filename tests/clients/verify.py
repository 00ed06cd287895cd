"""google-auth: whether ID tokens that somebody else got hold, for whom they are, and whose."""

import sys

from google.auth.transport.requests import Request
from google.oauth2 import id_token

URL = f"http://{sys.argv[1]}"
AUDIENCE = sys.argv[2]
PAIRS = list(zip(sys.argv[3::2], sys.argv[4::2]))

assert PAIRS
for token, email in PAIRS:
    for version in ("v1", "v3"):
        certs = f"{URL}/oauth2/{version}/certs"
        said = id_token.verify_token(token, Request(), audience=AUDIENCE, certs_url=certs)
        assert said["iss"] == "https://accounts.google.com", said
        assert said["email"] == email and said["email_verified"] is True, said
