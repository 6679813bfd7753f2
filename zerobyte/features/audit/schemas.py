"""What `/api/v1/audit` reads and answers."""

from typing import Annotated, Any

from pydantic import Field

from zerobyte.contract.base import ApiModel, EpochMs
from zerobyte.http.audit import Result, Source

_MS = Field(ge=0, le=2**53)


class AuditActor(ApiModel):
    """Who did it, as they were called then.

    impersonated_by     the admin who acted in their name.
    """

    id: str
    name: str
    impersonated_by: str | None


class AuditEntry(ApiModel):
    """One line of the trail. `action` is the operation's id."""

    id: int
    created_at: EpochMs
    organization_id: str | None
    actor: AuditActor | None
    source: Source
    action: str
    result: Result
    status: int
    reason: str | None
    address: str
    user_agent: str
    details: dict[str, Any]


class AuditPage(ApiModel):
    """A page of the trail, newest first. `next_before` leads to the next one; null is the end."""

    entries: list[AuditEntry]
    next_before: int | None


class AuditQuery(ApiModel):
    """Which lines to read.

    actor           a person's id.
    since, until    epoch ms; from `since` on, and before `until`.
    before          the `nextBefore` of the page before.
    """

    actor: Annotated[str, Field(max_length=64)] | None = None
    action: Annotated[str, Field(max_length=64)] | None = None
    result: Result | None = None
    since: Annotated[int, _MS] | None = None
    until: Annotated[int, _MS] | None = None
    before: Annotated[int, _MS] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
