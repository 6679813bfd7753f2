"""The rules of tasks, one family of verbs in each file."""

from zerobyte.features.tasks.service.dispatch import Dispatcher, started
from zerobyte.features.tasks.service.lifecycle import (
    NewTask,
    NoLongerWanted,
    Tasks,
    cancelled,
    failed,
)
from zerobyte.features.tasks.service.queries import TaskReader
from zerobyte.features.tasks.service.reaper import Watch
from zerobyte.features.tasks.service.stalls import Activities
from zerobyte.features.tasks.service.worker_tokens import WorkerTokens

__all__ = [
    "Activities",
    "Dispatcher",
    "NewTask",
    "NoLongerWanted",
    "TaskReader",
    "Tasks",
    "Watch",
    "WorkerTokens",
    "cancelled",
    "failed",
    "started",
]
