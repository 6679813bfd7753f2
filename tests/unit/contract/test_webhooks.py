"""contract.webhooks: header values are masked and kept; headers cannot split a request."""

import pytest

from zerobyte.contract.webhooks import Webhook


def test_webhook_header_values_are_masked_and_kept_for_the_same_address_alone() -> None:
    stored = Webhook(url="https://hooks.test/a", headers=["X-Token: secret"])
    shown = stored.masked()
    assert shown.headers == ["X-Token: ***"]
    assert shown.unmasked(stored).headers == ["X-Token: secret"]
    moved = shown.model_copy(update={"url": "https://evil.test/a"})
    with pytest.raises(ValueError, match="entered again"):
        moved.unmasked(stored)


@pytest.mark.parametrize("header", ["Content-Length: 3", "Host: x", "A::b", "X: a\r\nB: c", "X:"])
def test_headers_that_could_split_a_request_are_refused(header: str) -> None:
    with pytest.raises(ValueError, match="Header"):
        Webhook(url="https://hooks.test", headers=[header])


def test_line_breaks_after_a_header_are_removed() -> None:
    stored = Webhook(url="https://hooks.test", headers=["X-Token: secret\n"])
    assert stored.headers == ["X-Token: secret"]
