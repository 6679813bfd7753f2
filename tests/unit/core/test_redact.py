"""Secrets leave texts, and our own sentences stay readable."""

import pytest

from zerobyte.core.redact import redact
from zerobyte.restic.errors import _BY_CODE


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('parse "http://u:pa/ss@host": invalid port ":pa"', "ss@host"),
        ("http://user:p@ss@host/x", "ss@"),
        ("https://token@host/x", "token"),
        ("password: hunter2", "hunter2"),
        ("password=correct horse", "correct"),
        ("token: abc123 was refused", "abc123"),
        ("Authorization: Bearer abc.def", "abc.def"),
    ],
)
def test_user_info_and_assigned_values_are_replaced(text: str, secret: str):
    assert secret not in redact(text)
    assert "***" in redact(text)


@pytest.mark.parametrize("sentence", [message for _, message in _BY_CODE.values()])
def test_our_own_sentences_stay_whole(sentence: str):
    assert redact(sentence) == sentence


def test_a_sentence_after_a_colon_is_not_a_value():
    sentence = "The worker's token: it is not the one it was started with"
    assert redact(sentence) == sentence


def test_a_short_secret_is_replaced_only_as_a_whole_word():
    assert redact("lock: cannot be locked", ["lock"]) == "***: cannot be locked"
    assert redact("the other", ["the"]) == "the other"
    assert redact("xlongsecretx", ["longsecret"]) == "x***x"


def test_an_address_without_user_info_stays():
    assert redact("http://host:8000/a/b") == "http://host:8000/a/b"
