"""The run's log line about include patterns that only look recursive."""

import pytest

from flows import backup as backup_flow
from zerobyte.contract.jobs import BackupOptions


def test_double_star_includes_are_logged_as_matching_one_level(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[str] = []

    def note(sentence: str, *facts: object) -> None:
        lines.append(sentence % facts)

    monkeypatch.setattr(backup_flow, "log_to_prefect", note)
    for patterns in ([], ["*.jpg", "a**/b"]):
        backup_flow._log_shallow_patterns(BackupOptions(include_patterns=patterns))
    assert lines == []
    some = BackupOptions(include_patterns=["**/*.jpg", "docs", "/a/**"])
    backup_flow._log_shallow_patterns(some)
    assert lines == ["In 2 include patterns `**` matches one level of folders only, as `*` does"]
