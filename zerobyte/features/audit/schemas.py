"""Request and response models of `/api/v1/audit`."""

from typing import Annotated, Any

from pydantic import Field

from zerobyte.contract.base import ApiModel, EpochMs
from zerobyte.http.audit import Result, Source

_MS = Field(ge=0, le=2**53)


class AuditActor(ApiModel):
    """The user who acted, with the name at that time.

    impersonated_by     the admin who acted as this user.
    """

    id: str
    name: str
    impersonated_by: str | None


class AuditEntry(ApiModel):
    """One audit entry. `action` is the operation id."""

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
    """A page of audit entries, newest first. `next_before` is null on the last page."""

    entries: list[AuditEntry]
    next_before: int | None


class AuditQuery(ApiModel):
    """Filters of the audit log.

    actor           a user id.
    since, until    epoch ms; `since` is included, `until` is not.
    before          the `nextBefore` of the previous page.
    """

    actor: Annotated[str, Field(max_length=64)] | None = None
    action: Annotated[str, Field(max_length=64)] | None = None
    result: Result | None = None
    since: Annotated[int, _MS] | None = None
    until: Annotated[int, _MS] | None = None
    before: Annotated[int, _MS] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
