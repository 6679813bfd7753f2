"""The text of a worker's token."""

import re

import pytest

from zerobyte.core import worker_tokens


@pytest.mark.parametrize("host", ["nas-1", "näs 1:2/3", "a" * 255])
def test_a_token_is_random_and_names_its_host(host):
    token = worker_tokens.generate(host)
    assert re.fullmatch(r"zbw_[A-Za-z0-9_-]{43}:[!-~]+", token)
    assert worker_tokens.host_of(token) == host
    assert token != worker_tokens.generate(host)


def test_the_hash_covers_the_secret_and_not_the_host():
    token = worker_tokens.generate("nas-1")
    secret = token.partition(":")[0]
    assert worker_tokens.hash_of(token) == worker_tokens.hash_of(f"{secret}:nas-2")
    assert re.fullmatch(r"[0-9a-f]{64}", worker_tokens.hash_of(token))
    assert secret not in worker_tokens.hash_of(token)


@pytest.mark.parametrize("text", ["", "x", "zbw_short:nas-1", "eyJob3N0IjoibmFzLTEifQ.AAAA"])
def test_what_is_no_token_names_no_host(text):
    with pytest.raises(ValueError, match="not a worker's token"):
        worker_tokens.host_of(text)
