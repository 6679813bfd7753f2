"""Every field of every config has a rule, and values with a language of their own are refused."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from zerobyte.contract import field_rules
from zerobyte.contract.field_rules import RULES, FieldRefused, check_config
from zerobyte.contract.notifications import DestinationConfig, DestinationConfigBox
from zerobyte.contract.repositories import Bandwidth, RepositoryConfig, RepositoryConfigBox
from zerobyte.contract.volumes import VolumeConfig, VolumeConfigBox
from zerobyte.contract.webhooks import Webhook
from zerobyte.features.auth.schemas import sso, sso_rules

TABLE = Path(__file__).parents[3] / "docs" / "field-rules.md"
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"
GOOGLE = {
    "type": "service_account",
    "private_key": "k",
    "client_email": "a@b",
    "token_uri": "https://oauth2.googleapis.com/token",
}
S3 = {"backend": "s3", "endpoint": "h", "bucket": "b", "accessKeyId": "a", "secretAccessKey": "s"}
GCS = {"backend": "gcs", "bucket": "b", "projectId": "p"}
SFTP = {"backend": "sftp", "host": "h", "user": "u", "path": "/p", "privateKey": KEY}
REST = {"backend": "rest", "url": "https://h/base"}
RCLONE = {"backend": "rclone", "remote": "drive", "path": "x"}
AZURE = {"backend": "azure", "container": "c", "accountName": "a", "accountKey": "k"}


def models() -> list[type[BaseModel]]:
    unions = (RepositoryConfig, VolumeConfig, DestinationConfig)
    return [*(model for union in unions for model in get_args(get_args(union)[0])), Webhook]


@pytest.mark.parametrize("model", [*models(), Bandwidth], ids=lambda model: model.__name__)
def test_every_field_of_a_config_has_a_rule_in_code_and_documentation(model):
    assert set(RULES[model]) == set(model.model_fields)
    rows = documented(model.__name__)
    for name, rule in RULES[model].items():
        assert rows[field_rules.alias_of(model, name)] == rule.text


@pytest.mark.parametrize(
    "model", [sso.RegisterProvider, sso.RegisterOidc, sso.ClaimMapping], ids=lambda m: m.__name__
)
def test_every_field_of_an_identity_provider_is_documented(model):
    rows = documented(model.__name__)
    assert set(rows) == {field_rules.alias_of(model, name) for name in model.model_fields}
    assert set(sso_rules.RULES[model]) == set(model.model_fields)
    for name, rule in sso_rules.RULES[model].items():
        assert rows[field_rules.alias_of(model, name)] == rule.text


@pytest.mark.parametrize("model", [sso.UpdateProvider, sso.UpdateOidc, sso.OidcSettings])
def test_every_field_of_a_change_of_an_identity_provider_has_a_rule(model):
    assert set(sso_rules.RULES[model]) == set(model.model_fields)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"token_endpoint": "http://h/\r\nX: y"}, "tokenEndpoint"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorizationEndpoint"),
        ({"discovery_endpoint": "https://"}, "discoveryEndpoint"),
        ({"scopes": ["openid", 'a"b']}, "scopes"),
        ({"scopes": ["s"] * 34}, "scopes"),
        ({"mapping": {"email": "a\nb"}}, "email"),
        ({"mapping": {"extra_fields": {"a": "b\x00"}}}, "extraFields"),
    ],
)
def test_settings_of_an_identity_provider_are_refused_by_their_rules(change, field):
    good = dict.fromkeys(("authorization_endpoint", "token_endpoint"), "https://h/x")
    config = {**good, "discovery_endpoint": "https://h/x", "scopes": ["openid"]}
    check_config(sso.OidcSettings.model_validate(config), sso_rules.RULES)
    with pytest.raises(FieldRefused) as refused:
        check_config(sso.OidcSettings.model_validate(config | change), sso_rules.RULES)
    assert refused.value.field == field


def documented(name: str) -> dict[str, str]:
    section = re.search(rf"^### {name}\n(.*?)(?=^##|\Z)", TABLE.read_text(), re.M | re.S)
    assert section is not None, f"{name} is not in docs/field-rules.md"
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", section[1], re.M)
    return {field: text.replace("\\|", "|") for field, text in rows}


def repository(**config) -> BaseModel:
    return RepositoryConfigBox.model_validate({"config": config}).config


@pytest.mark.parametrize(
    ("base", "field", "value"),
    [
        *[
            (RCLONE, "remote", value)
            for value in (
                ":sftp,host=x,ssh=/tmp/s.sh", ":local", "drive,opt=1", "a:b", "-x", 'a"b', "a'b",
                "a{b}", "a/b", "a=b", "a ",
            )
        ],
        *[
            (RCLONE, "path", value)
            for value in ("a'b", 'x",ssh="/tmp/s', "../x", "a/../b", "a,b=c", ":local:/etc", "a`b")
        ],
        *[
            (SFTP, "host", value)
            for value in (
                "[-oProxyCommand=touch]", "-oProxyCommand=x", "[[-x]]", "u@h", "h o", "h/x", "h:22",
                "::1%eth0", "[h]", "a..b",
            )
        ],
        *[(SFTP, "user", value) for value in ("-l", "u@evil", "u:p", "u'x", "u/x")],
        *[
            (SFTP, "path", value)
            for value in ("-x", "../x", "/a/../b", "~root", "/a?b", "/a#b", "/a%2e", "a'b")
        ],
        (SFTP, "privateKey", "/etc/passwd"),
        (SFTP, "privateKey", KEY + "more\n"),
        (SFTP, "knownHosts", "h key\0"),
        *[
            (S3, "bucket", value)
            for value in (
                "/b", "//b", "b//p", "b/../c", "b/p#x", "b/p?x", "b/p%2e", "..", "b/.", "b\\c",
            )
        ],
        *[
            (S3, "endpoint", value)
            for value in ("h/path", "http://h/p", "u@h", "https://u:p@h", "httpx", "h?x", "h#x",
                          "ftp://h", "h:0", "h:99999", "HTTP://h")
        ],
        (S3, "accessKeyId", "a b"),
        (GCS | {"credentialsJson": json.dumps(GOOGLE)}, "bucket", "b:/other"),
        *[(AZURE, "container", value) for value in ("c/x", "c:/x", "../c")],
        *[(AZURE, "accountName", value) for value in ("a.evil.example/", "a@b", "a/b", "a#")],
        *[(AZURE, "endpointSuffix", value) for value in ("evil/x", "x?y", "x:80", "-x")],
        *[
            (REST, "url", value)
            for value in ("https://h/?x", "https://h/#x", "https://h/../x", "https://h/%2e%2e/x",
                          "https://h/%252e", "https://h\\@evil", "https://u:pa/ss@h",
                          "https://h:99999")
        ],
        *[
            (REST, "path", value)
            for value in ("../x", "a/../b", "a?b", "a#b", "a%2e%2e", "a//b", "a\\b")
        ],
        (REST, "cacert", "not a certificate"),
        ({"backend": "local"}, "path", "/a\u007f"),
    ],
)  # fmt: skip
def test_a_value_that_a_program_would_read_as_syntax_is_refused(base, field, value):
    # Built without the models' own checks: a stored row may hold anything.
    model = type(repository(**({"path": "/x"} | base)))
    plain = {alias: name for name in model.model_fields
             for alias in [field_rules.alias_of(model, name)]}  # fmt: skip
    stored = {plain[key]: text for key, text in (base | {field: value}).items()}
    config = model.model_construct(**stored)
    with pytest.raises(FieldRefused) as error:
        check_config(config)
    assert error.value.field == field
    assert value not in str(error.value) or len(value) < 4


@pytest.mark.parametrize(
    "change",
    [
        {"type": "external_account"},
        {"type": "authorized_user"},
        {"token_uri": "http://169.254.169.254/token"},
        {"token_uri": "https://oauth2.googleapis.com.evil.example/token"},
        {"credential_source": {"file": "/data/app-secret"}},
        {"Token_Uri": "https://evil.example"},
        {"universe_domain": "evil.example"},
        {"private_key": ["k"]},
    ],
    ids=str,
)
def test_google_credentials_are_a_service_account_at_googles_own_address(change):
    with pytest.raises(FieldRefused, match="credentialsJson"):
        check_config(repository(**GCS, credentialsJson=json.dumps(GOOGLE | change)))
    check_config(repository(**GCS, credentialsJson=json.dumps(GOOGLE)))


@pytest.mark.parametrize(
    "text", ["[]", "x", '{"type": "service_account", "type": "service_account"}', "[" * 100_000]
)
def test_google_credentials_that_can_be_read_in_two_ways_are_refused(text):
    with pytest.raises(FieldRefused):
        check_config(repository(**GCS, credentialsJson=text))


@pytest.mark.parametrize(
    "config",
    [
        RCLONE | {"remote": "my-drive_1", "path": "/Backups/a b"},
        SFTP | {"host": "[2001:db8::1]", "user": "u123-sub1"},
        SFTP | {"host": "192.0.2.1", "path": "backups/x"},
        S3 | {"endpoint": "https://s3.example.com:9000/", "bucket": "my.bucket/a b/ü/"},
        S3 | {"endpoint": "[::1]:9000"},
        AZURE | {"endpointSuffix": "core.chinacloudapi.cn", "container": "$web"},
        REST | {"url": "https://[::1]:8000/my%20repo/", "path": "/p/", "password": " x "},
    ],
    ids=str,
)
def test_usual_repositories_are_accepted(config):
    check_config(repository(**config))


@pytest.mark.parametrize(
    ("box", "config", "field"),
    [
        (VolumeConfigBox, {"backend": "nfs", "server": "[-o]", "exportPath": "/x", "version": "4"},
         "server"),
        (VolumeConfigBox, {"backend": "nfs", "server": "h", "exportPath": "/x/../y",
                           "version": "4"}, "exportPath"),
        (VolumeConfigBox, {"backend": "smb", "server": "h/x", "share": "s"}, "server"),
        (VolumeConfigBox, {"backend": "smb", "server": "h", "share": "s", "domain": "a/b"},
         "domain"),
        (VolumeConfigBox, {"backend": "smb", "server": "h", "share": "s,ip=10.0.0.9"}, "share"),
        (VolumeConfigBox, {"backend": "smb", "server": "h", "share": "s/sub,sec=none"}, "share"),
        (VolumeConfigBox, {"backend": "webdav", "server": "u@h", "path": "/"}, "server"),
        (VolumeConfigBox, {"backend": "webdav", "server": "h", "path": "/a?b"}, "path"),
        (VolumeConfigBox, {"backend": "rclone", "remote": ":local", "path": "/"}, "remote"),
        (VolumeConfigBox, {"backend": "sftp", "host": "[-oProxyCommand=x]", "username": "u",
                           "path": "/"}, "host"),
        (VolumeConfigBox, {"backend": "sftp", "host": "h", "username": "u@x", "path": "/"},
         "username"),
        (DestinationConfigBox, {"type": "telegram", "botToken": "1/../x", "chatId": "1"},
         "botToken"),
        (DestinationConfigBox, {"type": "ntfy", "topic": "a/b", "priority": "low"}, "topic"),
        (DestinationConfigBox, {"type": "gotify", "serverUrl": "https://h", "token": "t",
                                "path": "../x", "priority": 1}, "path"),
        (DestinationConfigBox, {"type": "email", "smtpHost": "h x", "smtpPort": 25, "from": "a",
                                "to": [], "useTLS": False}, "smtpHost"),
        (DestinationConfigBox, {"type": "email", "smtpHost": "h", "smtpPort": 25, "from": "a",
                                "to": ["a\r\nBcc: x"], "useTLS": False}, "to"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_volumes_and_destinations_follow_the_same_rules(box, config, field):
    with pytest.raises(FieldRefused) as error:
        check_config(box.model_validate({"config": config}).config)
    assert error.value.field == field


def test_a_destination_has_at_most_32_headers():
    def destination(count: int) -> BaseModel:
        headers = [f"X-{number}: v" for number in range(count)]
        config = {"type": "generic", "url": "https://h", "method": "POST", "headers": headers}
        return DestinationConfigBox.model_validate({"config": config}).config

    check_config(destination(32))
    with pytest.raises(FieldRefused, match="at most 32"):
        check_config(destination(33))
