"""A passkey authenticator in software, with a will of its own about verifying its user.

Source: W3C Web Authentication Level 2, sections 5.8 and 6.
"""

import hashlib
import json
import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, BACKED_UP, ATTESTED = 0x01, 0x04, 0x18, 0x40


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


@dataclass
class Authenticator:
    """Holds one passkey. `counter` None is an authenticator that does not count."""

    origin: str
    verifies: bool = True
    backup: bool = False
    counter: int | None = 0
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def create(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """What `navigator.credentials.create` gives for these options."""
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        length = struct.pack(">H", len(self.credential_id))
        attested = bytes(16) + length + self.credential_id + cbor2.dumps(public)
        data = self._data(changes.get("rp_id") or options["rp"]["id"], ATTESTED) + attested
        return {
            **self._credential(),
            "response": {
                "clientDataJSON": text(self._client("webauthn.create", options, changes)),
                "attestationObject": text(
                    cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
                ),
                "transports": ["internal", "nonsense"],
            },
        }

    def get(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """What `navigator.credentials.get` gives for these options."""
        if self.counter is not None:
            self.counter += 1
        client = self._client("webauthn.get", options, changes)
        data = self._data(changes.get("rp_id") or options["rpId"])
        signed = data + hashlib.sha256(client).digest()
        return {
            **self._credential(),
            "response": {
                "clientDataJSON": text(client),
                "authenticatorData": text(data),
                "signature": text(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
                "userHandle": changes.get("handle", self.handle),
            },
        }

    def _credential(self) -> dict[str, Any]:
        name = text(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}}

    def _client(self, kind: str, options: dict[str, Any], changes: dict[str, Any]) -> bytes:
        client_data = {
            "type": kind,
            "challenge": changes.get("challenge") or options["challenge"],
            "origin": changes.get("origin") or self.origin,
            "crossOrigin": False,
        }
        return json.dumps(client_data).encode()

    def _data(self, rp_id: str, more: int = 0) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0)
        flags |= BACKED_UP if self.backup else 0
        count = struct.pack(">I", self.counter or 0)
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + count
