"""The rules of backup schedules, one family of verbs in each file."""

from zerobyte.features.backups.service.alarms import Alarms
from zerobyte.features.backups.service.assignments import Assignments
from zerobyte.features.backups.service.contents import OrganizationContents
from zerobyte.features.backups.service.due import DueTimes
from zerobyte.features.backups.service.editing import ScheduleEditor
from zerobyte.features.backups.service.ending import RunEnds
from zerobyte.features.backups.service.reading import ScheduleReader
from zerobyte.features.backups.service.reconcile import Reconciler
from zerobyte.features.backups.service.report_check import ReportCheck
from zerobyte.features.backups.service.running import Runs
from zerobyte.features.backups.service.task_history import TaskHistory

__all__ = [
    "Alarms",
    "Assignments",
    "DueTimes",
    "OrganizationContents",
    "Reconciler",
    "ReportCheck",
    "RunEnds",
    "Runs",
    "ScheduleEditor",
    "ScheduleReader",
    "TaskHistory",
]
