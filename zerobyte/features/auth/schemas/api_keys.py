"""Schemas of API keys."""

from typing import Annotated

from pydantic import Field, StringConstraints

from zerobyte.contract.base import ApiModel

KeyName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32)]


class CreateApiKey(ApiModel):
    """Create an API key.

    expires_in      seconds, between 1 day and 365 days; null: never.
    """

    name: KeyName
    password: str = Field(min_length=1, max_length=1024)
    expires_in: Annotated[int, Field(ge=1, le=2**53)] | None = None


class ApiKeyView(ApiModel):
    """An API key without the key itself. Times are ISO 8601."""

    id: str
    name: str
    created_at: str
    expires_at: str | None
    last_request_at: str | None


class NewApiKey(ApiKeyView):
    """A new API key; `key` is shown only once."""

    key: str


class ApiKeyList(ApiModel):
    """The user's keys in the active organization; `limit` counts all organizations."""

    api_keys: list[ApiKeyView]
    limit: int
