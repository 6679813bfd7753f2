"""Storage at link-local addresses is never used; at private ones only where it is allowed."""

import pytest

from zerobyte.core.errors import Invalid
from zerobyte.restic import Repository, StorageUnreachable, snapshots

S3 = {"backend": "s3", "bucket": "b", "accessKeyId": "a", "secretAccessKey": "s"}


@pytest.mark.parametrize(
    "config",
    [
        S3 | {"endpoint": "http://169.254.169.254"},
        S3 | {"endpoint": "169.254.169.254:80"},
        S3 | {"endpoint": "http://[::ffff:169.254.169.254]"},
        S3 | {"endpoint": "http://2852039166"},
        S3 | {"endpoint": "http://[fe80::1]:9000"},
        {"backend": "rest", "url": "http://169.254.169.254/latest/"},
        {"backend": "rest", "url": "http://[fd00:ec2::254]/"},
        {"backend": "rest", "url": "http://user@168.63.129.16/"},
    ],
    ids=str,
)
async def test_metadata_addresses_are_refused_before_use(repository_at, config):
    with pytest.raises(Invalid, match="never allowed"):
        await snapshots.run(repository_at(config), timeout_s=5)


@pytest.mark.parametrize(
    "config",
    [
        {"backend": "rest", "url": "http://127.0.0.1:1/"},
        {"backend": "rest", "url": "http://localhost:1/"},
        S3 | {"endpoint": "http://10.0.0.1:9000"},
        S3 | {"endpoint": "http://[::1]:9000"},
    ],
    ids=str,
)
async def test_private_addresses_need_the_permission(repository_at, config):
    allowed: Repository = repository_at(config)
    refused = Repository(
        allowed.access.model_copy(update={"allow_private_networks": False}), allowed.tools
    )
    with pytest.raises(Invalid, match="STORAGE_PRIVATE_NETWORKS"):
        await snapshots.run(refused, timeout_s=5)


@pytest.mark.parametrize(
    ("bucket", "host", "allow_private", "reason"),
    [
        # An address of three numbers: 10.1.1 is 10.1.0.1. With the bucket in front there are four.
        ("100", "100.100.200", True, "never allowed"),
        ("100/prefix", "100.100.200", True, "never allowed"),
        ("10", "1.1.1", False, "STORAGE_PRIVATE_NETWORKS"),
    ],
)
async def test_the_bucket_in_front_of_the_host_is_checked_too(
    repository_at, bucket, host, allow_private, reason
):
    found = repository_at(S3 | {"endpoint": f"http://{host}:1", "bucket": bucket})
    changed = found.access.model_copy(update={"allow_private_networks": allow_private})
    with pytest.raises(Invalid, match=reason):
        await snapshots.run(Repository(changed, found.tools), timeout_s=5)


async def test_a_name_without_an_address_is_unreachable(repository_at):
    with pytest.raises(StorageUnreachable, match="cannot be resolved"):
        await snapshots.run(
            repository_at({"backend": "rest", "url": "http://nothing.invalid/"}), timeout_s=30
        )
