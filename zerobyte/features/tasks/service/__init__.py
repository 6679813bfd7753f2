"""Services of tasks; each module holds one topic."""

from zerobyte.features.tasks.service.dispatch import Dispatcher, started
from zerobyte.features.tasks.service.lifecycle import (
    NewTask,
    TaskObsolete,
    Tasks,
    cancelled,
    failed,
)
from zerobyte.features.tasks.service.queries import TaskReader
from zerobyte.features.tasks.service.reaper import TaskReaper
from zerobyte.features.tasks.service.run_announcements import RunAnnouncements
from zerobyte.features.tasks.service.stalls import StallTracker
from zerobyte.features.tasks.service.worker_tokens import WorkerTokens

__all__ = [
    "Dispatcher",
    "NewTask",
    "RunAnnouncements",
    "StallTracker",
    "TaskObsolete",
    "TaskReader",
    "TaskReaper",
    "Tasks",
    "WorkerTokens",
    "cancelled",
    "failed",
    "started",
]
