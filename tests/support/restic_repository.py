"""Restic repositories that open fast, and snapshots written without restic.

Format: restic's design document; AES-256-CTR and Poly1305-AES, keys as JSON.
"""

import base64
import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.poly1305 import Poly1305


class RealRepository:
    """A repository of the real restic, with a key that is cheap to derive."""

    def __init__(self, path: Path, password: str) -> None:
        self.path = path
        self.password = password
        self.restic("init", "-q")
        self._master = self._cheapen()

    def restic(self, *arguments: str, zone: str = "UTC", **env: str) -> bytes:
        done = subprocess.run(
            ["restic", "-r", str(self.path), *arguments],
            env={
                "PATH": os.environ["PATH"],
                "RESTIC_PASSWORD": self.password,
                "RESTIC_CACHE_DIR": str(self.path.parent / "cache"),
                "TZ": zone,
                **env,
            },
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def backup(self, source: Path, *flags: str) -> str:
        """Back up a folder and return the full id of the snapshot."""
        printed = self.restic("backup", "--json", "--host", "h", *flags, str(source))
        return json.loads(printed.splitlines()[-1])["snapshot_id"]

    def forge(self, time: str, tag: str, *paths: str) -> str:
        """Write a snapshot without a tree, at any time in any zone, and return its full id."""
        body = {
            "time": time,
            "tree": "0" * 64,
            "paths": paths or ("/p",),
            "hostname": "h",
            "tags": [tag],
        }
        mac = self._master["mac"]
        key = base64.b64decode(self._master["encrypt"])
        key += base64.b64decode(mac["k"]) + base64.b64decode(mac["r"])
        sealed = _seal(key, json.dumps(body).encode())
        snapshot_id = hashlib.sha256(sealed).hexdigest()
        (self.path / "snapshots" / snapshot_id).write_bytes(sealed)
        return snapshot_id

    def _cheapen(self) -> dict[str, Any]:
        """Encrypt the same master key with a cheap key derivation."""
        file = next((self.path / "keys").iterdir())
        key = json.loads(file.read_bytes())
        master = json.loads(_open(self._derived(key), base64.b64decode(key["data"])))
        key["N"] = 2
        sealed = _seal(self._derived(key), json.dumps(master).encode())
        key["data"] = base64.b64encode(sealed).decode()
        text = json.dumps(key).encode()
        (self.path / "keys" / hashlib.sha256(text).hexdigest()).write_bytes(text)
        file.unlink()
        return master

    def _derived(self, key: dict[str, Any]) -> bytes:
        salt = base64.b64decode(key["salt"])
        scrypt = Scrypt(salt=salt, length=64, n=key["N"], r=key["r"], p=key["p"])
        return scrypt.derive(self.password.encode())


def _seal(key: bytes, plain: bytes) -> bytes:
    nonce = os.urandom(16)
    sealed = Cipher(algorithms.AES(key[:32]), modes.CTR(nonce)).encryptor().update(plain)
    return nonce + sealed + _mac(key, nonce, sealed)


def _open(key: bytes, sealed: bytes) -> bytes:
    nonce, body, mac = sealed[:16], sealed[16:-16], sealed[-16:]
    assert _mac(key, nonce, body) == mac
    return Cipher(algorithms.AES(key[:32]), modes.CTR(nonce)).decryptor().update(body)


def _mac(key: bytes, nonce: bytes, sealed: bytes) -> bytes:
    k, r = key[32:48], key[48:64]
    s = Cipher(algorithms.AES(k), modes.ECB()).encryptor().update(nonce)
    return Poly1305.generate_tag(r + s, sealed)
