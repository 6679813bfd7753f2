"""The webhooks before and after a backup, as a schedule stores them."""

from collections.abc import Mapping
from typing import Annotated, Any, Self, cast

from pydantic import AfterValidator, Field, model_validator

from zerobyte.contract import user_info
from zerobyte.contract.base import MASK, ApiModel, OmitNone
from zerobyte.contract.notifications import Header


def _url(value: str) -> str:
    if value == MASK:
        return value
    if not value.startswith(("http://", "https://")) or value[-3:] == "://":
        raise ValueError("must be an http:// or https:// address")
    return value


class Webhook(OmitNone):
    """One POST request. Address, body and header values are secrets and shown masked."""

    url: Annotated[
        str, Field(max_length=2048), AfterValidator(_url), AfterValidator(user_info.checked)
    ]
    headers: Annotated[list[Header] | None, Field(max_length=32)] = None
    body: Annotated[str | None, Field(max_length=65_536)] = None
    insecure_tls: bool | None = None

    @model_validator(mode="after")
    def _user_info_is_a_header(self) -> Self:
        self.url, self.headers = user_info.as_header(self.url, self.headers)
        return self

    def masked(self) -> "Webhook":
        """Return the webhook with address, body and header values hidden."""
        return self.model_copy(update=masked_webhook(self.model_dump()))

    def unmasked(self, stored: "Webhook | None") -> "Webhook":
        """Return the webhook with stored values where the mask was sent.

        Raises
            ValueError      nothing is stored for a mask, or the address has changed.
        """
        url = self.url
        if url == MASK:
            if stored is None:
                raise ValueError("The address must be entered: none is stored yet")
            url = stored.url
        is_same = stored is not None and stored.url == url
        body = self.body
        if body == MASK:
            if stored is None or not is_same or stored.body is None:
                raise ValueError("The body must be entered again")
            body = stored.body
        changed = {"url": url, "body": body}
        if self.headers is None:
            return self.model_copy(update=changed)
        known: dict[str, str] = {}
        if stored is not None and is_same:
            known = {header.split(":", 1)[0].lower(): header for header in stored.headers or []}
        headers: list[str] = []
        for header in self.headers:
            name, value = header.split(":", 1)
            if value.strip() != MASK:
                headers.append(header)
            elif name.lower() in known:
                headers.append(known[name.lower()])
            else:
                raise ValueError(f"The value of header {name} must be entered again")
        return self.model_copy(update={**changed, "headers": headers})


def masked_webhook(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored webhook, valid or not, with all possible secrets masked."""
    shown = {name: stored[name] for name in ("insecureTls", "insecure_tls") if name in stored}
    shown["url"] = MASK
    if stored.get("body") is not None:
        shown["body"] = MASK
    headers = stored.get("headers")
    if isinstance(headers, list):
        names = [str(line).partition(":")[0] for line in cast("list[object]", headers)]
        shown["headers"] = [f"{name}: {MASK}" for name in names]
    return shown


class BackupWebhooks(ApiModel):
    """The pre-backup and post-backup hooks; both keys are always present."""

    pre: Webhook | None
    post: Webhook | None
