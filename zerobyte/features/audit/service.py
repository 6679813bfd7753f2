"""Adds to the audit trail and reads it.

Owns who reads what: an organization's owners and admins its own lines, the instance's admins
also those of the installation as a whole. Offers no way to change a line; lines go by their age
alone, and that is a line too.
"""

from typing import Any, Final

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from zerobyte.core import clock
from zerobyte.features.audit import models
from zerobyte.features.audit.models import AuditLine
from zerobyte.features.audit.present import entry_view
from zerobyte.features.audit.schemas import AuditPage, AuditQuery
from zerobyte.http.audit import Entry
from zerobyte.http.auth import Actor

_DAY_MS: Final = 86_400_000


class AuditTrail:
    """The `Auditor` of the API."""

    async def record(self, entry: Entry) -> None:
        """Add a line."""
        who = entry.who
        await AuditLine.create(
            organization_id=entry.organization_id,
            actor_id=who and who.user_id,
            actor_name=who and who.name[:255],
            impersonated_by=who and who.impersonated_by,
            source=who.source if who else "none",
            action=entry.action,
            result=entry.result,
            status=entry.status,
            reason=entry.reason and entry.reason[:128],
            address=entry.address,
            user_agent=entry.user_agent,
            details=dict(entry.details),
        )

    async def expire(self, days: int) -> int:
        """Remove the lines that are older than so many days, which leaves a line; 0 keeps all.

        Returns how many went.
        """
        before, total = clock.now_ms() - days * _DAY_MS, 0
        while days:
            async with in_transaction():
                removed = await AuditLine.expire(before)
                if removed:
                    await self.record(_expiry(removed, before=before, days=days))
            total += removed
            if removed < models.MOST_AT_ONCE:
                break
        return total

    async def page(self, actor: Actor, query: AuditQuery) -> AuditPage:
        """The lines that the actor may read, newest first."""
        rows = (
            await AuditLine.filter(_readable(actor), _wanted(query))
            .order_by("-id")
            .limit(query.limit + 1)
        )
        shown = rows[: query.limit]
        more = len(rows) > query.limit
        return AuditPage(
            entries=[entry_view(row) for row in shown],
            next_before=shown[-1].id if more else None,
        )


def _expiry(removed: int, *, before: int, days: int) -> Entry:
    return Entry(
        action="upkeep:audit-retention",
        result="succeeded",
        status=0,
        organization_id=None,
        who=None,
        address="",
        user_agent="zerobyte",
        details={"removed": removed, "before": before, "days": days},
    )


def _readable(actor: Actor) -> Q:
    own = Q(organization_id=actor.organization_id)
    # A key serves one organization; the installation's trail is for the admin in person.
    if actor.instance_role == "admin" and actor.source == "browser":
        return own | Q(organization_id__isnull=True)
    return own


def _wanted(query: AuditQuery) -> Q:
    wanted: dict[str, Any] = {
        "actor_id": query.actor,
        "action": query.action,
        "result": query.result,
        "created_at__gte": query.since,
        "created_at__lt": query.until,
        "id__lt": query.before,
    }
    return Q(**{name: value for name, value in wanted.items() if value is not None})
