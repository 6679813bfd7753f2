"""Notification destinations on the wire: one config for each service."""

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from zerobyte.contract import user_info
from zerobyte.contract.base import (
    ApiModel,
    Config,
    NonEmpty,
    OptionalSecret,
    Port,
    Secret,
    SecretMark,
    Trimmed,
)

DestinationType = Literal[
    "email", "slack", "discord", "gotify", "ntfy", "pushover", "telegram", "generic", "custom"
]
DestinationStatus = Literal["unknown", "healthy", "error"]
NotificationEvent = Literal["start", "success", "warning", "failure", "test"]

FRAMING_HEADERS = frozenset(
    {
        "connection", "content-length", "host", "keep-alive", "proxy-authorization",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
"""Headers of message framing and routing; a custom one could split the request."""


def _header(value: str) -> str:
    value = value.rstrip("\r\n")
    match = re.fullmatch(r"([A-Za-z0-9-]+):[ \t]*([^:\s][^\r\n\x00]*)", value)
    if match is None:
        raise ValueError("Headers must use non-empty Key: Value format with valid header names")
    if match[1].lower() in FRAMING_HEADERS:
        raise ValueError(f"Header {match[1]} cannot be set")
    return value


Header = Annotated[str, AfterValidator(_header)]


class EmailConfig(Config):
    """A message through an SMTP server."""

    bound_to: ClassVar[tuple[str, ...]] = ("smtp_host", "smtp_port", "username")

    type: Literal["email"]
    smtp_host: Trimmed
    smtp_port: Port
    username: str | None = None
    password: OptionalSecret = None
    from_: NonEmpty = Field(alias="from")
    from_name: str | None = None
    to: list[str]
    use_tls: bool = Field(alias="useTLS")


class SlackConfig(Config):
    """A Slack incoming webhook."""

    type: Literal["slack"]
    webhook_url: Secret
    username: str | None = None
    icon_emoji: str | None = None


class DiscordConfig(Config):
    """A Discord webhook."""

    type: Literal["discord"]
    webhook_url: Secret
    username: str | None = None
    avatar_url: str | None = None
    thread_id: str | None = None


class GotifyConfig(Config):
    """A Gotify server."""

    bound_to: ClassVar[tuple[str, ...]] = ("server_url",)

    type: Literal["gotify"]
    server_url: Annotated[NonEmpty, AfterValidator(user_info.refused)]
    token: Secret
    path: str | None = None
    priority: float = Field(ge=0, le=10)


class NtfyConfig(Config):
    """An ntfy topic."""

    bound_to: ClassVar[tuple[str, ...]] = ("server_url", "username")

    type: Literal["ntfy"]
    server_url: Annotated[str, AfterValidator(user_info.refused)] | None = None
    topic: NonEmpty
    priority: Literal["max", "high", "default", "low", "min"]
    username: str | None = None
    password: OptionalSecret = None
    access_token: OptionalSecret = None


class PushoverConfig(Config):
    """A Pushover application."""

    type: Literal["pushover"]
    user_key: NonEmpty
    api_token: Secret
    devices: str | None = None
    priority: Literal[-1, 0, 1]


class TelegramConfig(Config):
    """A Telegram bot."""

    type: Literal["telegram"]
    bot_token: Secret
    chat_id: NonEmpty
    thread_id: str | None = None


class GenericConfig(Config):
    """Any HTTP endpoint. Headers often contain a token: responses show them as `Name: ***`."""

    bound_to: ClassVar[tuple[str, ...]] = ("url",)

    type: Literal["generic"]
    url: Annotated[Secret, AfterValidator(user_info.checked)]
    method: Literal["GET", "POST"]
    content_type: str | None = None
    headers: Annotated[list[Header] | None, SecretMark()] = None
    use_json: bool | None = None
    title_key: str | None = None
    message_key: str | None = None

    @model_validator(mode="after")
    def _user_info_is_a_header(self) -> Self:
        self.url, self.headers = user_info.as_header(self.url, self.headers)
        return self


class CustomConfig(Config):
    """A notification address in URL form."""

    type: Literal["custom"]
    shoutrrr_url: Secret


DestinationConfig = Annotated[
    EmailConfig
    | SlackConfig
    | DiscordConfig
    | GotifyConfig
    | NtfyConfig
    | PushoverConfig
    | TelegramConfig
    | GenericConfig
    | CustomConfig,
    Field(discriminator="type"),
]


class DestinationConfigBox(BaseModel):
    """Parses a stored config: `DestinationConfigBox.model_validate({"config": {...}}).config`."""

    config: DestinationConfig


class NotificationTarget(ApiModel):
    """One destination of a run and its events, secrets in plain text."""

    destination_id: int
    name: str
    config: DestinationConfig
    on_start: bool
    on_success: bool
    on_warning: bool
    on_failure: bool


class NotificationMessage(ApiModel):
    """A notification: a title of one line and a body of several lines."""

    event: NotificationEvent
    title: str
    body: str


class Delivery(ApiModel):
    """The result of one delivery; `error` is None on success."""

    destination_id: int
    error: str | None
