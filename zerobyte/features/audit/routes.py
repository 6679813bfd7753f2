"""The audit trail, to read."""

from sanic import Blueprint

from zerobyte.features.audit.schemas import AuditPage, AuditQuery
from zerobyte.features.audit.service import AuditTrail
from zerobyte.http.auth import Actor, Permission
from zerobyte.http.endpoint import endpoint

audit_v1 = Blueprint("audit", url_prefix="/api/v1/audit")


@audit_v1.get("")
@endpoint(
    "listAuditTrail",
    tag="Audit",
    query=AuditQuery,
    returns={200: AuditPage},
    permission=Permission.ORG_ADMIN,
)
async def page(actor: Actor, query: AuditQuery, trail: AuditTrail) -> AuditPage:
    """Read who did what in the organization, newest first."""
    return await trail.page(actor, query)
