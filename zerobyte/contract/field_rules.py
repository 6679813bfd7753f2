"""The rules for the values of each field of a stored config.

Many values reach programs with their own syntax (rclone remotes, ssh, addresses, credential files).
The rules are outside the models, so that a stored row that a newer rule refuses can still be shown
and edited; the services check at save, the drivers check again before use. docs/field-rules.md
lists the rules for users.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from zerobyte.contract import field_checks as checks
from zerobyte.contract import notifications as notify
from zerobyte.contract import repositories as repo
from zerobyte.contract import volumes as vol
from zerobyte.contract.webhooks import Webhook


@dataclass(frozen=True, slots=True)
class FieldRule:
    """The rule for the values of one field.

    text        the rule as docs/field-rules.md states it.
    check       raises ValueError for a refused text; None if the type is the rule.
    max_items   maximum length of a list.
    """

    text: str
    check: checks.Check | None = None
    max_items: int = 1000


Rules = Mapping[type[BaseModel], Mapping[str, FieldRule]]
"""The rules of the fields of some models."""


class FieldRefused(ValueError):
    """A field holds a value that its rule refuses; the message never repeats the value."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field} {message}")
        self.field = field


def check_config(config: BaseModel, rules: Rules | None = None) -> None:
    """Check every field of a config in plain text, and of the models in it.

    rules   the rules of models outside the contract; None uses the rules of this module.

    Raises
        FieldRefused    a rule refuses a value; names the first such field.
    """
    known = RULES if rules is None else rules
    for name, rule in known[type(config)].items():
        value: object = getattr(config, name)
        if isinstance(value, BaseModel) and type(value) in known:
            check_config(value, known)
            continue
        if rule.check is None or value is None:
            continue
        parts = _parts(value)
        if len(parts) > rule.max_items:
            raise FieldRefused(
                alias_of(type(config), name), f"must have at most {rule.max_items} entries"
            )
        for part in parts:
            try:
                rule.check(str(part))
            except ValueError as error:
                raise FieldRefused(alias_of(type(config), name), str(error)) from None


def _parts(value: object) -> list[object]:
    if isinstance(value, list):
        return cast("list[object]", value)
    if isinstance(value, dict):
        held = cast("dict[object, object]", value)
        return [*held.keys(), *held.values()]
    return [value]


def alias_of(model: type[BaseModel], name: str) -> str:
    """Return the name of a field on the wire."""
    return model.model_fields[name].alias or to_camel(name)


_USER: Final = FieldRule(
    "begins with a letter, digit or _; then also . - + (no @, no quotes, no blanks)",
    checks.alphabet(
        r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,254}",
        "must begin with a letter, a digit or _, and hold only these and . - +",
    ),
)
_BOOLEAN: Final = FieldRule("true or false")
_CHOICE: Final = FieldRule("one of the listed words")
_NUMBER: Final = FieldRule("a number within its limits")
_PORT: Final = FieldRule("1 to 65535")
_HOST: Final = FieldRule(
    "host name, IPv4 or IPv6 address (brackets allowed), nothing else", checks.host
)
_HTTP: Final = FieldRule("http:// or https:// address of printable ASCII", checks.http_address)
_TEXT: Final = FieldRule("no control characters", checks.plain)
_TOKEN: Final = FieldRule("printable ASCII without blanks", checks.printable)
_SECRET: Final = FieldRule("no zero byte; handed over in a file or the environment", checks.no_nul)
_LOCAL_PATH: Final = FieldRule("absolute, no control characters", checks.local_path)
_REMOTE_PATH: Final = FieldRule(
    "no segment . or .., none of ? # % \\ quotes ; | < >, no leading - or ~", checks.remote_path
)
_SHARE: Final = FieldRule(
    "no segment . or .., none of , ? # % \\ quotes ; | < >, no leading - or ~", checks.smb_share
)
_URL_PATH: Final = FieldRule(
    "no segment . or .., no empty segment, none of ? # % \\ quotes", checks.url_path
)
_BUCKET: Final = FieldRule(
    "bucket of letters, digits, . _ -, then an optional /prefix with no empty segment, "
    "no . or .., none of ? # % \\ quotes",
    checks.bucket,
)
_REMOTE: Final = FieldRule(
    "letters, digits, _ . + @ and inner blanks or dashes; rclone.conf of the host that runs "
    "rclone must name it",
    checks.alphabet(
        r"[A-Za-z0-9_.][A-Za-z0-9_.+@ -]{0,127}(?<! )",
        "must be the plain name of a remote, without colons, commas or quotes",
    ),
)
_RCLONE_PATH: Final = FieldRule(
    "no segment . or .., none of \\ quotes , : ; | < > { } * ?, no leading -", checks.rclone_path
)
_KEY_TEXT: Final = FieldRule("one PEM private key, no passphrase", checks.private_key)
_KNOWN_HOSTS: Final = FieldRule("lines of printable ASCII", checks.known_hosts)
_DIGITS: Final = FieldRule(
    "digits", checks.alphabet(r"[0-9]{0,32}", "must be a number of at most 32 digits")
)
_HEADERS: Final = FieldRule("Name: value, at most 32, no framing headers", checks.plain, 32)

_REPOSITORY: Final = {
    "is_existing_repository": _BOOLEAN,
    "custom_password": _SECRET,
    "cacert": FieldRule("certificates in PEM form", checks.certificate),
    "insecure_tls": _BOOLEAN,
    "upload_limit": _NUMBER,
    "download_limit": _NUMBER,
    "backend": _CHOICE,
}
_S3: Final = {
    **_REPOSITORY,
    "endpoint": FieldRule(
        "[http(s)://]host[:port], no path, no user info; network rule below", checks.s3_endpoint
    ),
    "bucket": _BUCKET,
    "access_key_id": _TOKEN,
    "secret_access_key": _TOKEN,
}
_SSH: Final = {
    "host": _HOST,
    "port": _PORT,
    "skip_host_key_check": _BOOLEAN,
    "known_hosts": _KNOWN_HOSTS,
    "allow_legacy_ssh_rsa": _BOOLEAN,
    "private_key": _KEY_TEXT,
    "path": _REMOTE_PATH,
}

RULES: Final[Rules] = {
    repo.LocalConfig: {**_REPOSITORY, "path": _LOCAL_PATH},
    repo.S3Config: _S3,
    repo.R2Config: _S3,
    repo.GcsConfig: {
        **_REPOSITORY,
        "bucket": FieldRule(
            "letters, digits, . _ -",
            checks.alphabet(r"[A-Za-z0-9][A-Za-z0-9._-]{0,221}", "must be the name of a bucket"),
        ),
        "project_id": FieldRule(
            "letters, digits, . : -",
            checks.alphabet(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,127}", "must be the id of a project"),
        ),
        "credentials_json": FieldRule(
            "JSON of type service_account, known fields only, Google's own token address",
            checks.google,
        ),
    },
    repo.AzureConfig: {
        **_REPOSITORY,
        "container": FieldRule(
            "letters, digits, - or $ at the start",
            checks.alphabet(r"[A-Za-z0-9$][A-Za-z0-9-]{0,62}", "must be the name of a container"),
        ),
        "account_name": FieldRule(
            "letters, digits, -",
            checks.alphabet(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}", "must be the name of an account"),
        ),
        "account_key": _TOKEN,
        "endpoint_suffix": FieldRule("domain name; network rule below", checks.host),
    },
    repo.RcloneRepositoryConfig: {**_REPOSITORY, "remote": _REMOTE, "path": _RCLONE_PATH},
    repo.RestConfig: {
        **_REPOSITORY,
        "url": FieldRule(
            "http(s) address without ? or #, no .. even when percent-encoded; network rule below",
            checks.rest_address,
        ),
        "username": _TEXT,
        "password": _SECRET,
        "path": _URL_PATH,
    },
    repo.SftpRepositoryConfig: {**_REPOSITORY, **_SSH, "user": _USER},
    repo.Bandwidth: {"enabled": _BOOLEAN, "value": _NUMBER, "unit": _CHOICE},
    vol.DirectoryConfig: {"backend": _CHOICE, "path": _LOCAL_PATH, "read_only": _BOOLEAN},
    vol.NfsConfig: {
        "backend": _CHOICE,
        "server": _HOST,
        "export_path": _REMOTE_PATH,
        "port": _PORT,
        "version": _CHOICE,
        "read_only": _BOOLEAN,
    },
    vol.SmbConfig: {
        "backend": _CHOICE,
        "server": _HOST,
        "share": _SHARE,
        "username": _TEXT,
        "password": _SECRET,
        "guest": _BOOLEAN,
        "map_to_container_uid_gid": _BOOLEAN,
        "vers": _CHOICE,
        "domain": FieldRule(
            "letters, digits, . _ -",
            checks.alphabet(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}", "must be the name of a domain"),
        ),
        "port": _PORT,
        "read_only": _BOOLEAN,
    },
    vol.WebdavConfig: {
        "backend": _CHOICE,
        "server": _HOST,
        "path": _REMOTE_PATH,
        "username": _TEXT,
        "password": _SECRET,
        "port": _PORT,
        "read_only": _BOOLEAN,
        "ssl": _BOOLEAN,
    },
    vol.RcloneConfig: {
        "backend": _CHOICE,
        "remote": _REMOTE,
        "path": _RCLONE_PATH,
        "read_only": _BOOLEAN,
    },
    vol.SftpConfig: {
        **_SSH,
        "backend": _CHOICE,
        "username": _USER,
        "password": _SECRET,
        "read_only": _BOOLEAN,
        "allow_unsafe_symlink_targets": _BOOLEAN,
    },
    notify.EmailConfig: {
        "type": _CHOICE,
        "smtp_host": _HOST,
        "smtp_port": _PORT,
        "username": _TEXT,
        "password": _SECRET,
        "from_": _TEXT,
        "from_name": _TEXT,
        "to": _TEXT,
        "use_tls": _BOOLEAN,
    },
    notify.SlackConfig: {
        "type": _CHOICE,
        "webhook_url": _HTTP,
        "username": _TEXT,
        "icon_emoji": _TEXT,
    },
    notify.DiscordConfig: {
        "type": _CHOICE,
        "webhook_url": _HTTP,
        "username": _TEXT,
        "avatar_url": _TEXT,
        "thread_id": _DIGITS,
    },
    notify.GotifyConfig: {
        "type": _CHOICE,
        "server_url": FieldRule(
            "printable ASCII; the origin must be in WEBHOOK_ALLOWED_ORIGINS", checks.printable
        ),
        "token": _TOKEN,
        "path": _URL_PATH,
        "priority": _NUMBER,
    },
    notify.NtfyConfig: {
        "type": _CHOICE,
        "server_url": FieldRule(
            "printable ASCII; the origin must be in WEBHOOK_ALLOWED_ORIGINS", checks.printable
        ),
        "topic": FieldRule(
            "letters, digits, _ -",
            checks.alphabet(r"[A-Za-z0-9_-]{1,64}", "must hold only letters, digits, _ and -"),
        ),
        "priority": _CHOICE,
        "username": _TEXT,
        "password": _SECRET,
        "access_token": _TOKEN,
    },
    notify.PushoverConfig: {
        "type": _CHOICE,
        "user_key": _TOKEN,
        "api_token": _TOKEN,
        "devices": _TEXT,
        "priority": _CHOICE,
    },
    notify.TelegramConfig: {
        "type": _CHOICE,
        "bot_token": FieldRule(
            "letters, digits, : _ - (it is part of a URL)",
            checks.alphabet(r"[A-Za-z0-9:_-]{1,256}", "must hold only letters, digits, : _ and -"),
        ),
        "chat_id": FieldRule(
            "letters, digits, @ _ -",
            checks.alphabet(r"[A-Za-z0-9@_-]{1,128}", "must hold only letters, digits, @ _ and -"),
        ),
        "thread_id": _DIGITS,
    },
    notify.GenericConfig: {
        "type": _CHOICE,
        "url": FieldRule(
            "the origin must be in WEBHOOK_ALLOWED_ORIGINS; no control characters", checks.plain
        ),
        "method": _CHOICE,
        "content_type": _TEXT,
        "headers": _HEADERS,
        "use_json": _BOOLEAN,
        "title_key": _TEXT,
        "message_key": _TEXT,
    },
    notify.CustomConfig: {
        "type": _CHOICE,
        "shoutrrr_url": FieldRule(
            "no control characters; known schemes only, host in WEBHOOK_ALLOWED_ORIGINS",
            checks.plain,
        ),
    },
    Webhook: {
        "url": FieldRule(
            "the origin must be in WEBHOOK_ALLOWED_ORIGINS; no control characters", checks.plain
        ),
        "headers": _HEADERS,
        "body": FieldRule("at most 64 KiB"),
        "insecure_tls": _BOOLEAN,
    },
}
