"""Fixtures: a running platform and a headless Chromium; `make browser` runs these tests.

They stand outside of the suite, which needs no browser. Pictures of what was seen are kept in the
folder that ZEROBYTE_PICTURES names, else in pytest's own.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from tests.e2e.customer import Customer
from tests.e2e.served import ServedPlatform

PASSWORD = "correct horse"
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--window-size=1280,1000",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedPlatform]:
    served = ServedPlatform(tmp_path_factory.mktemp("platform") / "data")
    # A passkey is bound to a host name; an IP address is not accepted.
    served.url = f"http://localhost:{served.port}"
    served.environ["BASE_URL"] = served.url
    served.home.mkdir()
    try:
        served.start()
        customer = Customer(served.url)
        customer.sign_up(PASSWORD)
        customer.http.close()
        yield served
    finally:
        served.discard()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert program, "chromium is missing; `make browser` sees to it"
    assert driver, "chromedriver is missing; `make browser` sees to it"
    options = ChromeOptions()
    options.binary_location = program
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    chrome = Chrome(options=options, service=Service(driver))
    chrome.set_script_timeout(120)
    chrome.set_page_load_timeout(180)
    try:
        yield chrome
    finally:
        chrome.quit()


@pytest.fixture
def picture(browser: Chrome, tmp_path: Path) -> Callable[[str], None]:
    """Save a screenshot of the page."""
    folder = Path(os.environ.get("ZEROBYTE_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return lambda name: browser.save_screenshot(str(folder / f"{name}.png"))
