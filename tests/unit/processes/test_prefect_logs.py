"""The filters of Prefect's logs."""

import logging

import pytest

from zerobyte.core import clock
from zerobyte.processes.prefect_logs import DatabaseErrorFilter, RedactingFilter, scrub


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("open /srv/family/a b.txt: denied", "open … b.txt: denied"),
        ("Beginning flow run 'photos · manual'", "Beginning flow run 'photos · manual'"),
        ("RESTIC_PASSWORD=hunter22 restic", "RESTIC_PASSWORD=*** restic"),
        ("s3:https://key:secret@host/bucket", "s3:https://key:***@host/bucket"),
        ("1/2 and a/b stay", "1/2 and a/b stay"),
    ],
)
def test_paths_and_secrets_are_redacted(line, clean):
    assert scrub(line) == clean


def test_tracebacks_are_removed():
    error = ValueError("/srv/secret/name")
    trace = (ValueError, error, None)
    record = logging.LogRecord("x", 40, "", 0, "failed: %s", ("/srv/secret/name",), trace)
    assert RedactingFilter().filter(record)
    assert record.exc_info is None
    assert record.getMessage() == "failed: …"


def test_database_errors_are_limited_to_one_line_per_minute(monkeypatch):
    now_s = 1000.0
    monkeypatch.setattr(clock, "monotonic", lambda: now_s)
    brief = DatabaseErrorFilter()

    def kept(error):
        trace = (type(error), error, None)
        record = logging.LogRecord("docket.worker", 40, "", 0, "ran %s", ("x",), trace)
        return (record.getMessage(), record.exc_info) if brief.filter(record) else None

    full = RuntimeError("a request failed")
    full.__cause__ = OSError("(sqlite3.OperationalError) database or disk is full")
    line = ("The database of Prefect cannot work: database or disk is full", None)
    assert [kept(full) for _ in range(3)] == [line, None, None]
    other = ValueError("odd")
    assert [kept(other) for _ in range(2)] == [("ran x", (ValueError, other, None))] * 2
    message, _ = kept(RuntimeError("could not extend file: wrote only 4096 of 8192 bytes"))
    assert message == "The database of Prefect cannot work: could not extend file"
    now_s += 60
    assert kept(full) == line
