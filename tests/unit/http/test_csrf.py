"""http.csrf: the origin that the error message of a refused request names."""

import time

from zerobyte.http.csrf import invalid_origin
from zerobyte.settings import Settings

SETTINGS = Settings.load({}, keep_secrets=False)


def message(length: int) -> str:
    return invalid_origin("x" + "//a:" * (length // 4), SETTINGS).message


def cost_s(length: int) -> float:
    """Return the least CPU time of 20 messages about an origin of this length."""
    costs_s: list[float] = []
    for _ in range(5):
        began_s = time.process_time()
        for _ in range(20):
            message(length)
        costs_s.append(time.process_time() - began_s)
    return min(costs_s)


def test_long_origin_is_cut() -> None:
    assert len(message(8000)) < 1000


def test_cost_grows_no_faster_than_the_length() -> None:
    assert cost_s(20 * 4000) < 60 * cost_s(4000)
