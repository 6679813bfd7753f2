"""A job from claim to report: `claim`, `lease` (renewal), `context` (state) and `report`.

All flows use it. It runs no restic command itself.
"""

from flows.job.claim import (
    API_UNAVAILABLE,
    ApiUnavailable,
    ClaimRejected,
    StoppedBeforeClaim,
    claimed_job,
)
from flows.job.context import CANCELLED, LOST, STOPPED, JobContext
from flows.job.lease import LOST_AFTER_S
from flows.job.report import save_plan, send_progress, submit_report

__all__ = [
    "API_UNAVAILABLE",
    "CANCELLED",
    "LOST",
    "LOST_AFTER_S",
    "STOPPED",
    "ApiUnavailable",
    "ClaimRejected",
    "JobContext",
    "StoppedBeforeClaim",
    "claimed_job",
    "save_plan",
    "send_progress",
    "submit_report",
]
