"""Which organizations may use storage at private network addresses."""

from collections.abc import Collection

from zerobyte.features.auth.models import Organization


async def is_allowed(organization_id: str, granted: Collection[str]) -> bool:
    """Return True if the organization may use private addresses.

    granted     `all`, `none`, `first` (the oldest organization) and ids of organizations.
    """
    if "all" in granted or organization_id in granted:
        return True
    if "first" not in granted:
        return False
    first = await Organization.all().order_by("created_at", "id").first()
    return first is not None and first.id == organization_id
