"""Pages in a browser: the description of the API, and the UI of Prefect."""

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.conftest import PASSWORD
from tests.e2e.served import ServedPlatform
from tests.support.browser_scripts import CALL_API


def text_of(browser: Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "body").text


def wait_for(browser: Chrome, *words: str) -> str:
    """Wait until the page shows all of these words, in any case."""

    def shown(_: Chrome) -> str | None:
        text = text_of(browser)
        return text if all(word.lower() in text.lower() for word in words) else None

    return WebDriverWait(browser, 180).until(shown, f"the page shows {words}")


def test_the_description_of_the_api_is_shown_from_our_own_files(
    browser: Chrome, platform: ServedPlatform, picture
):
    browser.get(f"{platform.url}/api/auth/ok")
    known = {"username": "ada", "password": PASSWORD}
    answer = browser.execute_async_script(CALL_API, "POST", "/api/auth/sign-in/username", known)
    assert answer["status"] == 200, answer
    browser.get(f"{platform.url}/api/v1/docs")
    shown = wait_for(browser, "Zerobyte API", "Backups", "Repositories")
    assert "could not" not in shown.lower()
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    )
    assert any(name.endswith("/api/v1/docs/scalar.js") for name in loaded)
    foreign = [name for name in loaded if not name.startswith((platform.url, "data:", "blob:"))]
    assert foreign == []
    picture("docs")


def test_prefect_s_own_pages_open_with_the_secret_that_we_tell(
    browser: Chrome, platform: ServedPlatform, picture
):
    secret = platform.run("prefect-secret").stdout.strip().splitlines()[-1]
    assert ":" in secret
    browser.get(f"http://127.0.0.1:{platform.prefect_port}/")
    asks = WebDriverWait(browser, 180).until(
        lambda chrome: chrome.find_elements(By.CSS_SELECTOR, "input[type=password]")
    )
    picture("prefect-asks")
    asks[0].send_keys(secret, Keys.ENTER)
    wait_for(browser, "Dashboard", "Deployments", "Logout")
    picture("prefect")
    browser.find_element(By.LINK_TEXT, "Work Pools").click()
    wait_for(browser, "Work pools", "zerobyte")
    picture("prefect-work-pools")
