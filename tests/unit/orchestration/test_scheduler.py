"""The comparison of a deployment with its plan."""

from dataclasses import replace

import pytest

from zerobyte.orchestration.scheduler import DeployedSchedule, DeploymentPlan

PLAN = DeploymentPlan(
    short_id="abcdefgh",
    schedule_name="photos",
    repository_short_id="repo0001",
    host="local",
    cron="0 3 * * *",
    timezone="Europe/Paris",
)
STANDS = DeployedSchedule(
    short_id="abcdefgh",
    deployment_id="d",
    fingerprint=PLAN.fingerprint,
    crons=(("0 3 * * *", "Europe/Paris"),),
    paused=False,
    work_queue="local",
    parameters={"schedule_id": "abcdefgh"},
)


def test_deployment_equal_to_its_plan_matches():
    assert STANDS.matches(PLAN)


@pytest.mark.parametrize(
    "change",
    [
        {"schedule_name": "documents"},
        {"repository_short_id": "repo0002"},
        {"host": "nas-1"},
        {"cron": "0 4 * * *"},
        {"cron": None},
        {"timezone": "UTC"},
        {"paused": True},
    ],
)
def test_every_change_of_the_plan_is_detected(change):
    assert not STANDS.matches(replace(PLAN, **change))
    assert replace(PLAN, **change).fingerprint != PLAN.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"crons": ()},
        {"crons": (("0 3 * * *", "UTC"),)},
        {"crons": (("0 3 * * *", "Europe/Paris"), ("* * * * *", "UTC"))},
        {"paused": True},
        {"work_queue": "default"},
        {"work_queue": None},
        {"work_pool": None},
        {"parameters": {}},
        {"fingerprint": None},
    ],
)
def test_every_manual_change_is_detected(change):
    assert not replace(STANDS, **change).matches(PLAN)
