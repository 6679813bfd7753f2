"""What is shown of an origin that is refused."""

import time

from zerobyte.http.csrf import invalid_origin
from zerobyte.settings import Settings


def test_a_long_origin_takes_no_time():
    settings = Settings.load({})
    began_s = time.process_time()
    for _ in range(20):
        refused = invalid_origin("x" + "//a:" * 2000, settings)
    assert time.process_time() - began_s < 0.5
    assert len(refused.message) < 1000
