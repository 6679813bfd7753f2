"""An OpenID provider for tests, in a process of its own; see `oidc_server`.

A conftest takes the fixture in with `from tests.support.oidc import oidc`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

_SERVER = Path(__file__).with_name("oidc_server.py")


@dataclass(frozen=True)
class Oidc:
    """The provider as its people and its operator see it."""

    issuer: str
    http: httpx.Client

    @property
    def other_issuer(self) -> str:
        """The same provider under another name, which makes it another issuer."""
        return self.issuer.replace("127.0.0.1", "localhost")

    def client(self, redirect_uri: str, **more: Any) -> dict[str, str]:
        """Register a client; its id and secret as a registration of ours takes them."""
        answer = self.http.post("/oauth2/clients", json={"redirect_uris": [redirect_uri], **more})
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return {"clientId": made["client_id"], "clientSecret": made["client_secret"]}

    def person(self, sub: str, **claims: Any) -> None:
        """Add an account at the provider."""
        self.http.put(f"/users/{quote(sub)}", json=claims).raise_for_status()

    def consent(self, url: str, sub: str) -> str:
        """Sign in at the provider. Returns the address that it redirects the browser to."""
        answer = self.http.post(url, data={"sub": sub})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def request_count(self, path: str) -> int:
        """Return the number of requests for a path."""
        return self.http.get("/requests").json().get(path, 0)

    @contextmanager
    def fault(self, name: str) -> Iterator[None]:
        """Let something be wrong with what it answers in the block."""
        self.http.put("/fault", json={"name": name}).raise_for_status()
        try:
            yield
        finally:
            self.http.put("/fault", json={"name": ""}).raise_for_status()


@pytest.fixture(scope="session")
def oidc() -> Iterator[Oidc]:
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", str(_SERVER)],
        # It is spoken with over plain http, on the loopback alone.
        env={"PATH": os.environ["PATH"], "AUTHLIB_INSECURE_TRANSPORT": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        try:
            port = process.stdout.readline().decode().strip()
            assert port, "the provider ended"
            issuer = f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=issuer, timeout=30) as http:
                yield Oidc(issuer, http)
        finally:
            process.terminate()


def path_of(url: str) -> str:
    """The part of an address that the served app knows: its own host is another in tests."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
