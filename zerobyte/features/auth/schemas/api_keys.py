"""API keys on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from zerobyte.contract.base import ApiModel

KeyName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32)]


class CreateApiKey(ApiModel):
    """Ask for a key.

    expires_in      seconds, between 1 day and 365 days; null is never.
    """

    name: KeyName
    password: str = Field(min_length=1, max_length=1024)
    expires_in: Annotated[int, Field(ge=1, le=2**53)] | None = None


class ApiKeyView(ApiModel):
    """A key without the key. Times are ISO 8601."""

    id: str
    name: str
    created_at: str
    expires_at: str | None
    last_request_at: str | None


class NewApiKey(ApiKeyView):
    """A new key; `key` is shown this once."""

    key: str


class ApiKeyList(ApiModel):
    """The person's keys in the active organization; `limit` counts all organizations."""

    api_keys: list[ApiKeyView]
    limit: int
