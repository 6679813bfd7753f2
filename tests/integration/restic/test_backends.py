"""The same walk over storages that speak REST, S3, SFTP and rclone, each a real server."""

import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.integration.restic.conftest import RCLONE
from zerobyte.core.errors import Invalid
from zerobyte.restic import (
    RepositoryMissing,
    StorageUnreachable,
    WrongPassword,
    backup,
    cat_config,
    check,
    forget,
    init,
    ls,
    restore,
    snapshots,
    unlock,
)

USER, SECRET = "backup-user", "s3cret-of-the-storage"


async def walk(repository, source: Path, tmp_path: Path) -> None:
    """Everything that a schedule and a person do with a repository."""
    with pytest.raises(RepositoryMissing):
        await cat_config.run(repository)
    await init.run(repository)
    summary = await backup.run(repository, source, tag="k3f9x2ab", hostname="h")
    [record] = await snapshots.run(repository, tag="k3f9x2ab")
    assert record.id == summary.snapshot_id
    names = {node.name async for node in ls.run(repository, record.id, path=str(source))}
    assert names == {"a.txt", "sub"}
    target = tmp_path / "target"
    await restore.run(repository, record.id, target=str(target), base_path=str(source))
    assert (target / "sub/deep/a.txt").read_text() == "deep"
    assert (await check.run(repository)).num_errors == 0
    await unlock.run(repository)
    assert await forget.by_ids(repository, [record.id]) == [record.id]


async def test_rest_with_a_user(serve, repository_at, source, tmp_path):
    server = serve("restic", f"--user={USER}", f"--pass={SECRET}")
    config = {
        "backend": "rest",
        "url": f"http://127.0.0.1:{server.port}",
        "path": "deep/er",
        "username": USER,
        "password": SECRET,
    }
    await walk(repository_at(config), source, tmp_path)
    assert (server.folder / "deep/er/config").exists()
    with pytest.raises(StorageUnreachable) as refused:
        await snapshots.run(repository_at({**config, "password": "wrong-one"}))
    assert SECRET not in refused.value.message + str(refused.value.details)


async def test_s3_with_keys(serve, repository_at, source, tmp_path):
    server = serve("s3", f"--auth-key={USER},{SECRET}")
    (server.folder / "bucket").mkdir()
    config = {
        "backend": "s3",
        "endpoint": f"http://127.0.0.1:{server.port}/",
        "bucket": "bucket/with/prefix",
        "accessKeyId": USER,
        "secretAccessKey": SECRET,
    }
    await walk(repository_at(config), source, tmp_path)
    assert (server.folder / "bucket/with/prefix/config").exists()


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder with an authority of our own, `ca.pem`, and a server's `server.pem` with its key."""
    folder = tmp_path / "certificates"
    folder.mkdir()
    today = datetime.now(UTC)
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("ca", "s")]
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in names]
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    authority = x509.BasicConstraints(ca=True, path_length=None)
    for name, key, extension, file in zip(
        names, keys, (authority, address), ("ca", "server"), strict=True
    ):
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(names[0])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - timedelta(days=1))
            .not_valid_after(today + timedelta(days=1))
            .add_extension(extension, critical=True)
            .sign(keys[0], hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        (folder / f"{file}.pem").write_bytes(pem)
    (folder / "server.key").write_bytes(
        keys[1].private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder


async def test_tls_server_needs_its_authority_or_no_check(
    serve, repository_at, source, certificates
):
    server = serve(
        "restic", f"--cert={certificates / 'server.pem'}", f"--key={certificates / 'server.key'}"
    )
    limit = {"enabled": True, "value": 1, "unit": "Gbps"}
    config = {
        "backend": "rest",
        "url": f"https://127.0.0.1:{server.port}",
        "uploadLimit": limit,
        "downloadLimit": limit,
    }
    with pytest.raises(StorageUnreachable, match="certificate is not trusted"):
        await init.run(repository_at(config), timeout_s=60)
    assert list(server.folder.iterdir()) == []
    trusting = repository_at({**config, "cacert": (certificates / "ca.pem").read_text()})
    await init.run(trusting)
    summary = await backup.run(trusting, source, tag="k3f9x2ab", hostname="h")
    assert summary.total_files_processed == 3
    await cat_config.run(repository_at({**config, "insecureTls": True}))


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A key pair for people, and one for the server."""
    folder = tmp_path / "keys"
    folder.mkdir()
    for name in ("person", "server"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True
        )
    return folder


async def test_sftp_with_a_key_and_a_known_host(serve, repository_at, source, tmp_path, keys):
    server = serve("sftp", f"--authorized-keys={keys / 'person.pub'}", f"--key={keys / 'server'}")
    public = (keys / "server.pub").read_text()
    config = {
        "backend": "sftp",
        "host": "127.0.0.1",
        "port": server.port,
        "user": USER,
        "path": "repository",
        "privateKey": (keys / "person").read_text().replace("\n", "\r\n"),
        "knownHosts": f"[127.0.0.1]:{server.port} {public}",
    }
    await walk(repository_at(config), source, tmp_path)
    stranger = re.sub(r"ssh-ed25519 \S+", (keys / "person.pub").read_text().strip(), public)
    changed = {**config, "knownHosts": f"[127.0.0.1]:{server.port} {stranger}"}
    with pytest.raises(StorageUnreachable):
        await snapshots.run(repository_at(changed))


async def test_rclone_remote(repository_at, source, tmp_path, tools, monkeypatch):
    monkeypatch.setenv("PATH", f"{RCLONE.parent}:{os.environ['PATH']}")
    (tmp_path / "rclone.conf").write_text(f"[mine]\ntype = alias\nremote = {tmp_path}/remote\n")
    repository = repository_at({"backend": "rclone", "remote": "mine", "path": "a b"})
    await walk(repository, source, tmp_path)
    assert (tmp_path / "remote/a b/config").exists()
    with pytest.raises(Invalid, match="not configured"):
        await snapshots.run(repository_at({"backend": "rclone", "remote": "none", "path": "x"}))


@pytest.mark.parametrize("blank", [" pass word ", "\tpassword\n"])
async def test_a_password_with_blanks_at_its_ends_works(repository_at, tmp_path, blank):
    config = {"backend": "local", "path": str(tmp_path / "repository")}
    await init.run(repository_at(config, password=blank))
    await cat_config.run(repository_at(config, password=blank))
    with pytest.raises(WrongPassword):
        await cat_config.run(repository_at(config, password=blank.strip()))


async def test_a_repository_made_with_the_trimmed_password_still_opens(repository_at, tmp_path):
    config = {"backend": "local", "path": str(tmp_path / "repository")}
    await init.run(repository_at(config, password="password"))
    await cat_config.run(repository_at(config, password=" password "))


async def test_dead_port_is_unreachable_storage(repository_at, dead_port):
    config = {"backend": "rest", "url": f"http://127.0.0.1:{dead_port}"}
    with pytest.raises(StorageUnreachable) as error:
        await snapshots.run(repository_at(config), timeout_s=5)
    assert "message_type" not in error.value.message
