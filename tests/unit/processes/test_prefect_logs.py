"""The guard in front of Prefect's log store."""

import logging

import pytest

from zerobyte.processes.prefect_logs import Clean, scrub


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
def test_paths_and_secrets_are_taken_out(line, clean):
    assert scrub(line) == clean


def test_a_traceback_never_leaves():
    error = ValueError("/srv/secret/name")
    trace = (ValueError, error, None)
    record = logging.LogRecord("x", 40, "", 0, "failed: %s", ("/srv/secret/name",), trace)
    assert Clean().filter(record)
    assert record.exc_info is None
    assert record.getMessage() == "failed: …"
