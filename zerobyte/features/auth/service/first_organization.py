"""The first organization of the installation, which has rights that others must be granted.

Its id is recorded once. "The oldest existing organization" would pass these rights to an
unrelated organization when the first one is deleted.
"""

from typing import Final

from tortoise.expressions import Subquery

from zerobyte.features.auth.models import AppMetadata, Organization

_KEY: Final = "first_organization"


async def is_first(organization_id: str) -> bool:
    """Return True if this is the first organization; False for all others after its deletion."""
    return organization_id == await first_id()


async def first_organization() -> Organization | None:
    """Return the first organization; None if it was deleted, or before the first sign-up."""
    recorded = AppMetadata.filter(key=_KEY).values("value")
    row = await Organization.filter(id__in=Subquery(recorded)).first()
    if row is not None:
        return row
    return await Organization.get_or_none(id=await first_id())


async def first_id() -> str | None:
    """Return the id of the first organization, which may be deleted; record the oldest if unset.

    Called at each start and before each deletion, so that the record precedes every deletion.
    """
    row = await AppMetadata.get_or_none(key=_KEY)
    if row is None:
        oldest = await Organization.all().order_by("created_at", "id").first().only("id")
        if oldest is None:
            return None
        # Another process may insert at the same time; an error would abort the caller's
        # transaction.
        await AppMetadata.bulk_create(
            [AppMetadata(key=_KEY, value=oldest.id)], ignore_conflicts=True
        )
        row = await AppMetadata.get(key=_KEY)
    return row.value
