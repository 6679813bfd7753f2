"""Our forget plan compared with restic's, over random histories in many zones."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.support.restic_repository import RealRepository
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.restic.forget_policy import Moment, plan

_FLAGS = {
    "keep_last": "--keep-last",
    "keep_hourly": "--keep-hourly",
    "keep_daily": "--keep-daily",
    "keep_weekly": "--keep-weekly",
    "keep_monthly": "--keep-monthly",
    "keep_yearly": "--keep-yearly",
    "keep_within_duration": "--keep-within",
}


def _restics_reasons(
    repository: RealRepository, policy: RetentionPolicy, zone: str
) -> dict[str, list[str]]:
    flags = [
        f"{flag}={getattr(policy, name)}" for name, flag in _FLAGS.items() if getattr(policy, name)
    ]
    printed = repository.restic(
        "forget", "--dry-run", "--no-lock", "--no-cache", "--json", "--group-by", "tags",
        *flags, zone=zone,
    )  # fmt: skip
    kept: dict[str, list[str]] = {}
    for group in json.loads(printed):
        for snapshot in group["remove"] or []:
            kept[snapshot["id"]] = []
        for reason in group["reasons"]:
            kept[reason["snapshot"]["id"]] = reason["matches"]
    return kept


def _random_history(dice: random.Random) -> list[str]:
    now = datetime.now(UTC)
    end = now + timedelta(days=dice.choice([-400, -30, -1, 0, 2]))
    span_h = dice.choice([6, 48, 24 * 20, 24 * 400, 24 * 365 * 4])
    zones = dice.choice([("UTC",), ("Europe/Vienna",), ("Asia/Tokyo", "America/New_York", "UTC")])
    texts: list[str] = []
    for _ in range(dice.randint(1, 16)):
        instant = end - timedelta(seconds=dice.uniform(0, span_h * 3600))
        if timedelta() <= instant - now < timedelta(hours=1):
            # Leave a margin: restic reads the clock later than we do.
            instant += timedelta(hours=1)
        local = instant.astimezone(ZoneInfo(dice.choice(zones)))
        digits = str(dice.randint(0, 999_999_999)).rjust(9, "0").rstrip("0")
        offset = local.strftime("%z")
        suffix = "Z" if offset == "+0000" else f"{offset[:3]}:{offset[3:]}"
        fraction = f".{digits}" if digits else ""
        texts.append(local.strftime("%Y-%m-%dT%H:%M:%S") + fraction + suffix)
    return texts


def _random_policy(dice: random.Random) -> RetentionPolicy:
    within = ["7d", "1m", "1y5m7d2h", "36h", "2m1d", "11m30d", "31d1h"]
    policy = RetentionPolicy(
        keep_last=dice.choice([None, None, 1, 3]),
        keep_hourly=dice.choice([None, None, 2, 24]),
        keep_daily=dice.choice([None, 1, 7]),
        keep_weekly=dice.choice([None, 2, 5]),
        keep_monthly=dice.choice([None, 3, 12]),
        keep_yearly=dice.choice([None, None, 1, 10]),
        keep_within_duration=dice.choice([None, *within]),
    )
    return policy if policy.has_rules() else RetentionPolicy(keep_last=2)


def test_t12_forget_plan_equals_restics_dry_run_over_2000_random_histories(
    tmp_path: Path,
) -> None:
    """Each round has its own policy and zone, and histories in one repository."""
    repository = RealRepository(tmp_path / "repository", "pw")
    dice = random.Random(20261123)
    compared = 0
    for _ in range(25):
        histories: list[list[tuple[str, Moment]]] = []
        for number in range(80):
            texts = _random_history(dice)
            tag = f"history{number}"
            histories.append([(repository.forge(text, tag), Moment.parse(text)) for text in texts])
        zone = dice.choice(["UTC", "Europe/Vienna", "Asia/Tokyo", "America/New_York"])
        policy = _random_policy(dice)
        now = Moment.parse(datetime.now(UTC).isoformat())
        expected = _restics_reasons(repository, policy, zone)
        ours: dict[str, list[str]] = {}
        for history in histories:
            ours |= plan(history, policy, now=now, zone=ZoneInfo(zone))
        assert len(ours) == sum(len(history) for history in histories)
        assert ours == expected, (policy, zone)
        compared += len(histories)
        for snapshot in (repository.path / "snapshots").iterdir():
            snapshot.unlink()
    assert compared == 2000
