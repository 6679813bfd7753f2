"""Exits become errors in words: no raw JSON, no secret, one sentence."""

import pytest

from zerobyte.core.process import Exit
from zerobyte.restic import errors


def error_of(code: int, *stderr: str, **more) -> errors.ResticError:
    return errors.from_exit(Exit(code, stderr_tail=stderr, **more))


def exit_error(code: int, message: str) -> str:
    return f'{{"message_type":"exit_error","code":{code},"message":"{message}"}}'


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (2, errors.ResticError, "Go runtime error"),
        (10, errors.RepositoryMissing, "Repository not found"),
        (11, errors.RepositoryLocked, "Failed to lock repository"),
        (12, errors.WrongPassword, "Wrong repository password"),
        (130, errors.Interrupted, "interrupted"),
        (137, errors.OutOfMemory, "memory"),
        (99, errors.ResticError, "Unknown restic error with code 99"),
    ],
)
def test_kinds_by_code(code, kind, words):
    error = error_of(code, exit_error(code, "Fatal: something"))
    assert type(error) is kind
    assert words in error.message
    assert error.exit_code == code
    assert error.tail == ("something",)
    assert error.details == "something"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Fatal: create key failed: repository master key and config already initialized",
         errors.RepositoryExists),
        ("Fatal: config file already exists", errors.RepositoryExists),
        ('no matching ID found for prefix \\"dead\\"', errors.SnapshotMissing),
        ("save(data): write /r/data/x: no space left on device", errors.StorageFull),
        ("Get https://h: x509: certificate signed by unknown authority", errors.StorageUnreachable),
        ("Fatal: unable to open: dial tcp 127.0.0.1:1: connect: connection refused",
         errors.StorageUnreachable),
        ("Fatal: unable to open config: Access Denied.", errors.CredentialsRefused),
        ("rclone: didn't find section in config file", errors.StorageUnreachable),
        ("Fatal: whatever else", errors.ResticError),
    ],
)  # fmt: skip
def test_kinds_by_words(message, kind):
    error = error_of(1, exit_error(1, message))
    assert type(error) is kind
    assert "message_type" not in error.message + str(error.details)


def test_the_sentence_is_restics_last_word_and_one_line():
    error = error_of(1, "noise", exit_error(1, "Fatal: first line\\nsecond line"))
    assert error.message == "Command failed: first line"
    assert error_of(1).message == "Command failed: restic gave no reason."
    assert error_of(1, "plain words").message == "Command failed: plain words"


def test_stop_and_timeout_differ_from_failures():
    assert type(error_of(130, was_stopped=True)) is errors.Interrupted
    assert type(error_of(137, was_stopped=True)) is errors.Interrupted
    assert error_of(130, timed_out=True).message == "Command timed out before completing."


def test_unreadable_items_are_listed_once():
    line = (
        '{"message_type":"error","error":{"message":"open /x: permission denied"},'
        '"during":"scan","item":"/x"}'
    )
    assert errors.readable_line(line) == "open /x: permission denied"
    other = '{"message_type":"error","error":{"message":"denied"},"during":"scan","item":"/x"}'
    assert errors.readable_line(other) == "/x: denied"
    assert errors.readable_line('{"broken') == '{"broken'


def item_error(item: str, reason: str) -> str:
    return (
        f'{{"message_type":"error","error":{{"message":"{reason}"}},'
        f'"during":"restore","item":"{item}"}}'
    )


@pytest.mark.parametrize(
    "name",
    [
        "certificate-2024.pdf",
        "x509: report.txt",
        "no space left on device.txt",
        "connection refused.log",
        "401 unauthorized.html",
        "didn't find section in config file",
    ],
)
def test_words_in_file_names_do_not_classify_a_failure(name):
    items = [item_error(f"/home/{name}", f"open /home/{name}: permission denied")]
    error = error_of(1, *items, exit_error(1, "Fatal: There were 1 errors"))
    assert type(error) is errors.ResticError
    assert error.message == "Command failed: There were 1 errors"
    quoted = error_of(1, exit_error(1, f'Fatal: path \\"/home/{name}\\" is not a folder'))
    assert type(quoted) is errors.ResticError


def test_the_words_of_ssh_and_rclone_classify_a_failure():
    last = exit_error(1, "Fatal: unable to open repository: EOF")
    ssh = error_of(1, "subprocess ssh: u@h: Permission denied (publickey).", last)
    assert type(ssh) is errors.CredentialsRefused
    rclone = error_of(1, "rclone: didn't find section in config file", last)
    assert type(rclone) is errors.StorageUnreachable
