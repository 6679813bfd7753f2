"""How one restic reaches two repositories: directly, one through rclone, or not at all."""

from typing import Any

import pytest

from zerobyte.contract.copy_route import DIFFERENT_CERTIFICATES, copy_route
from zerobyte.contract.repositories import RepositoryConfig, RepositoryConfigBox


def config(**fields: Any) -> RepositoryConfig:
    return RepositoryConfigBox.model_validate({"config": fields}).config


def s3(key: str = "k", **more: Any) -> RepositoryConfig:
    fields = {"endpoint": "https://s3.example", "bucket": "b", "accessKeyId": key}
    return config(backend="s3", secretAccessKey="secret", **{**fields, **more})


def rest(**more: Any) -> RepositoryConfig:
    return config(backend="rest", **{"url": "https://rest.example", **more})


LOCAL = config(backend="local", path="/srv/r", insecureTls=True)
RCLONE = config(backend="rclone", remote="mine", path="p")
SFTP = config(backend="sftp", host="h", user="u", path="p", privateKey="key")
AZURE = config(backend="azure", container="c", accountName="a", accountKey="k")


@pytest.mark.parametrize(
    ("source", "mirror"),
    [
        (LOCAL, LOCAL),
        (LOCAL, s3(cacert="pem")),
        (s3(), s3(bucket="other")),
        (s3(), AZURE),
        (SFTP, SFTP),
        (rest(username="a", password="b"), rest(url="https://other.example")),
        (rest(url="http://rest.example"), rest(insecureTls=True)),
        (RCLONE, RCLONE),
        (RCLONE, s3()),
    ],
)
def test_restic_reaches_both_directly(source: RepositoryConfig, mirror: RepositoryConfig) -> None:
    for one, other in ((source, mirror), (mirror, source)):
        route = copy_route(one, other)
        assert (route.reach, route.problem) == ("direct", None)


def test_t19_other_credentials_of_the_same_kind_need_rclone() -> None:
    r2 = {"backend": "r2", "accessKeyId": "k", "secretAccessKey": "secret", "bucket": "b"}
    for other in (s3("other"), config(endpoint="s3.example", **r2)):
        assert copy_route(s3(), other).reach == "source by rclone"
    azure = config(backend="azure", container="c", accountName="b", accountKey="k")
    assert copy_route(AZURE, azure).reach == "source by rclone"


def test_other_certificate_settings_need_rclone_for_a_bucket_or_are_refused() -> None:
    insecure = rest(insecureTls=True)
    assert copy_route(s3(), insecure).reach == "source by rclone"
    assert copy_route(insecure, s3()).reach == "mirror by rclone"
    for source, mirror in ((rest(), insecure), (s3(insecureTls=True), RCLONE)):
        assert copy_route(source, mirror).problem == DIFFERENT_CERTIFICATES
