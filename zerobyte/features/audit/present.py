"""Convert audit rows to the response model."""

from typing import cast

from zerobyte.features.audit.models import AuditLine
from zerobyte.features.audit.schemas import AuditActor, AuditEntry
from zerobyte.http.audit import Result, Source


def entry_view(line: AuditLine) -> AuditEntry:
    """Return the response model of an audit row."""
    actor = None
    if line.actor_id is not None:
        actor = AuditActor(
            id=line.actor_id, name=line.actor_name or "", impersonated_by=line.impersonated_by
        )
    return AuditEntry(
        id=line.id,
        created_at=line.created_at,
        organization_id=line.organization_id,
        actor=actor,
        source=cast("Source", line.source),
        action=line.action,
        result=cast("Result", line.result),
        status=line.status,
        reason=line.reason,
        address=line.address,
        user_agent=line.user_agent,
        details=line.details,
    )
