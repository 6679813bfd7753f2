"""An OpenID provider in a process of its own: a library's, with faults that tests switch on.

    python -W ignore tests/support/oidc_server.py

It prints its port once it listens there, and answers at 127.0.0.1 and at localhost, as two issuers.
Beyond the library's own protocol it checks PKCE, and `PUT /fault` chooses what is wrong with its
next answers; `GET /requests` counts the requests by path.
"""

import base64
import hmac
import json
import time
from collections import Counter

import flask
import werkzeug.serving
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey
from oidc_provider_mock import app as make_provider

fault = {"name": ""}
requests: Counter[str] = Counter()
challenges: dict[str, str] = {}
foreign_key = RSAKey.generate_key(2048)

CLAIMS = {
    "wrong nonce": lambda claims: claims | {"nonce": "another"},
    "no nonce": lambda claims: {k: v for k, v in claims.items() if k != "nonce"},
    "wrong issuer": lambda claims: claims | {"iss": "https://elsewhere.example"},
    "wrong audience": lambda claims: claims | {"aud": "another-client"},
    "another's azp": lambda claims: claims | {"azp": "another-client"},
    "expired": lambda claims: claims | {"exp": int(time.time()) - 600},
    "from the future": lambda claims: claims | {"iat": int(time.time()) + 600},
    "no e-mail": lambda claims: {k: v for k, v in claims.items() if k != "email"},
    "no expiry": lambda claims: {k: v for k, v in claims.items() if k != "exp"},
    "another's access token": lambda claims: claims | {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


def own_key() -> RSAKey:
    provider_key = flask.g.oidc_provider_mock_storage.jwk
    if isinstance(provider_key, RSAKey):
        return provider_key
    # The provider's version for Python 3.11 uses keys of Authlib.
    return RSAKey.import_key(provider_key.as_dict(is_private=True))


def compact(header: dict[str, object], claims: dict[str, object], secret: bytes) -> str:
    """A token that no library would make; without a secret it is not signed."""
    text = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    mac = hmac.digest(secret, text.encode(), "sha256") if secret else b""
    return f"{text}.{encoded(mac)}"


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims: dict[str, object]) -> str:
    """The ID token as the chosen fault wants it."""
    name = fault["name"]
    key = own_key()
    header = {"alg": "RS256", "kid": key.kid}
    if name == "alg=none":
        return compact({"alg": "none"}, claims, b"")
    if name == "signed with the public key":
        # The old confusion: the public key's text as the secret of an HMAC.
        return compact(header | {"alg": "HS256"}, claims, key.as_pem(private=False))
    if name == "foreign key":
        return jwt.encode(header, claims, foreign_key)
    return jwt.encode(header, CLAIMS.get(name, dict)(claims), key)


def spoil_tokens(response: flask.Response) -> flask.Response:
    body = response.get_json()
    if "id_token" in body:
        body["id_token"] = signed(jwt.decode(body["id_token"], own_key()).claims)
        if fault["name"] == "no ID token":
            del body["id_token"]
        response.set_data(json.dumps(body))
    return response


def spoil_userinfo(response: flask.Response) -> flask.Response:
    body = response.get_json()
    if fault["name"] == "userinfo of another":
        body["sub"] = "another"
    elif fault["name"] == "userinfo without sub":
        body.pop("sub")
    elif fault["name"] == "no e-mail":
        body.pop("email")
    elif fault["name"] == "userinfo elsewhere":
        response.status_code = 302
        response.headers["Location"] = "/userinfo"
    response.set_data(json.dumps(body) + " " * (fault["name"] == "too long") * 2_000_000)
    return response


def check_verifier() -> flask.Response | None:
    """PKCE, as every real provider checks it."""
    form = flask.request.form
    if "code_verifier" not in form and challenges.get(form["code"]) == "":
        return None  # as it was begun
    if create_s256_code_challenge(form.get("code_verifier", "")) != challenges.get(form["code"]):
        return flask.make_response({"error": "invalid_grant"}, 400)
    return None


def make_app() -> flask.Flask:
    app = make_provider(require_client_registration=True, require_nonce=True)
    app.debug = False

    @app.before_request
    def before() -> flask.Response | None:
        requests[flask.request.path] += 1
        return check_verifier() if flask.request.path == "/oauth2/token" else None

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        path, location = flask.request.path, response.headers.get("Location", "")
        if path == "/oauth2/authorize" and "code=" in location:
            code = location.partition("code=")[2].partition("&")[0]
            challenges[code] = flask.request.args.get("code_challenge", "")
        if path == "/oauth2/token" and response.status_code == 200:
            return spoil_tokens(response)
        if path == "/userinfo" and response.status_code == 200:
            return spoil_userinfo(response)
        return response

    @app.put("/fault")
    def choose() -> dict[str, str]:
        fault["name"] = flask.request.get_json()["name"]
        return fault

    @app.get("/requests")
    def count() -> dict[str, int]:
        return dict(requests)

    @app.get("/other/.well-known/openid-configuration")
    def another_document() -> dict[str, str | list[str]]:
        """Return a parameter of the request; a name that ends with [] is a list."""
        args = flask.request.args
        return {n.removesuffix("[]"): args.getlist(n) if "[]" in n else args[n] for n in args}

    return app


if __name__ == "__main__":
    server = werkzeug.serving.make_server("127.0.0.1", 0, make_app(), threaded=True)
    print(server.port, flush=True)
    server.serve_forever()
