"""The two webhooks around a backup, as a schedule stores them."""

from typing import Annotated

from pydantic import AfterValidator, Field

from zerobyte.contract.base import MASK, Sparse, Wire
from zerobyte.contract.notifications import Header


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://")) or value[-3:] == "://":
        raise ValueError("must be an http:// or https:// address")
    return value


class Webhook(Sparse):
    """One request, always POST. Header values are secrets: shown as the mask."""

    url: Annotated[str, Field(max_length=2048), AfterValidator(_url)]
    headers: Annotated[list[Header] | None, Field(max_length=32)] = None
    body: Annotated[str | None, Field(max_length=65_536)] = None
    insecure_tls: bool | None = None

    def masked(self) -> "Webhook":
        """The same with its header values hidden."""
        if self.headers is None:
            return self
        shown = [f"{header.split(':', 1)[0]}: {MASK}" for header in self.headers]
        return self.model_copy(update={"headers": shown})

    def unmasked(self, stored: "Webhook | None") -> "Webhook":
        """The same with stored header values where the mask was sent.

        Raises
            ValueError      nothing is stored for a masked header, or the address has changed.
        """
        if self.headers is None:
            return self
        known: dict[str, str] = {}
        if stored is not None and stored.url == self.url:
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
        return self.model_copy(update={"headers": headers})


class BackupWebhooks(Wire):
    """What is called before and after a backup; both keys are always there."""

    pre: Webhook | None
    post: Webhook | None
