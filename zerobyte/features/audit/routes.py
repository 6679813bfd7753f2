"""The operation that reads the audit log."""

from sanic import Blueprint

from zerobyte.features.audit.schemas import AuditPage, AuditQuery
from zerobyte.features.audit.service import AuditLog
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
async def page(actor: Actor, query: AuditQuery, audit_log: AuditLog) -> AuditPage:
    """List the audit entries of the organization, newest first."""
    return await audit_log.page(actor, query)
