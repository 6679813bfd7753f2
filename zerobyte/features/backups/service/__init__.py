"""Services of backup schedules; each module holds one topic."""

from zerobyte.features.backups.service.alerts import FailureAlerts
from zerobyte.features.backups.service.assignments import Assignments
from zerobyte.features.backups.service.completion import CompletionHandler
from zerobyte.features.backups.service.deployment_sync import DeploymentSync
from zerobyte.features.backups.service.due_runs import DueRunStarter
from zerobyte.features.backups.service.jobs import JobBuilder
from zerobyte.features.backups.service.mirror_tasks import MirrorCompletion
from zerobyte.features.backups.service.mirrors import Mirrors
from zerobyte.features.backups.service.organization_data import OrganizationContents
from zerobyte.features.backups.service.report_check import ReportCheck
from zerobyte.features.backups.service.retention_preview import RetentionPreviews
from zerobyte.features.backups.service.schedule_queries import ScheduleReader
from zerobyte.features.backups.service.schedule_webhooks import ScheduleWebhooks
from zerobyte.features.backups.service.schedules import ScheduleEditor
from zerobyte.features.backups.service.start import RunStarter
from zerobyte.features.backups.service.task_history import TaskHistory

__all__ = [
    "Assignments",
    "CompletionHandler",
    "DeploymentSync",
    "DueRunStarter",
    "FailureAlerts",
    "JobBuilder",
    "MirrorCompletion",
    "Mirrors",
    "OrganizationContents",
    "ReportCheck",
    "RetentionPreviews",
    "RunStarter",
    "ScheduleEditor",
    "ScheduleReader",
    "ScheduleWebhooks",
    "TaskHistory",
]
