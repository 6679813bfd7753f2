"""Decide which organizations may use storage and shares at private network addresses."""

from collections.abc import Collection

from zerobyte.features.auth.service.first_organization import is_first


async def is_allowed(organization_id: str, granted: Collection[str]) -> bool:
    """Return True if the organization may use private addresses.

    granted     `all`, `none`, `first` (the first organization), and ids of organizations.
    """
    if "all" in granted or organization_id in granted:
        return True
    return "first" in granted and await is_first(organization_id)
