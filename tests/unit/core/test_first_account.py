"""The warning names the addresses that are open to the first sign-up."""

import pytest

from zerobyte.core import first_account


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("0.0.0.0", "port 4096 of every address of this machine"),
        ("::", "port 4096 of every address of this machine"),
        ("192.0.2.7", "192.0.2.7 port 4096"),
    ],
)
def test_the_warning_names_the_addresses(host: str, words: str) -> None:
    text = first_account.warning(host, 4096, needs_token=False)
    assert words in text
    assert "becomes administrator; set SETUP_TOKEN" in text


def test_with_a_setup_token_the_warning_says_that_it_is_needed() -> None:
    text = first_account.warning("0.0.0.0", 4096, needs_token=True)
    assert "with the setup token becomes administrator" in text
    assert "set SETUP_TOKEN" not in text
