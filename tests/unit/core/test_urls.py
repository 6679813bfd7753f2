"""One parser of addresses: equal origins are equal text, ambiguous addresses are refused."""

import httpx
import pytest

from zerobyte.core import urls


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Backup.Example:443/a?b#c", "https://backup.example"),
        ("HTTP://host:80", "http://host"),
        ("http://host:443", "http://host:443"),
        ("http://host:", "http://host"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://[2001:DB8:0::1]:443/", "https://[2001:db8::1]"),
        ("http://192.0.2.1:4096", "http://192.0.2.1:4096"),
    ],
)
def test_equal_addresses_have_equal_origins(text: str, origin: str) -> None:
    assert urls.origin(text) == origin
    assert urls.origin(origin) == origin


@pytest.mark.parametrize(
    "text",
    [
        "", "host", "http://", "http:///path", "ftp://host", "null", "http://user@host",
        "http://user:secret@host", "http://@host", "http://a@b@host", "http://host\\@evil.example",
        "http://ho st", "http://host\t", "http://[::1", "http://[fe80::1%25eth0]",
        "http://host:99999", "http://host:0", "http://host:x", "http://ho%73t", "http://-host",
        "javascript://host",
    ],
)  # fmt: skip
def test_ambiguous_addresses_are_refused(text: str) -> None:
    with pytest.raises(urls.InvalidUrl, match="must") as caught:
        urls.parse(text)
    assert "secret" not in str(caught.value)
    assert urls.origin_or_none(text) is None


@pytest.mark.parametrize(
    "text", ["https://bücher.example/x", "http://HOST:80/", "https://straße.example", "http://h:81"]
)
def test_the_http_client_reads_the_same_host(text: str) -> None:
    url = urls.parse(text)
    client = httpx.URL(text)
    assert (url.host, url.port) == (client.raw_host.decode(), client.port)


def test_user_info_is_kept_only_where_it_is_allowed() -> None:
    url = urls.parse("smtp://u:pa%40ss@Mail.Example:587", schemes=None, allow_user_info=True)
    assert (url.user_info, url.origin) == ("u:pa%40ss", "smtp://mail.example:587")
    assert "pa%40ss" not in repr(url)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("http://192.0.2.1", True), ("http://[::1]", True), ("http://localhost", False)],
)
def test_ip_addresses_are_recognised(text: str, expected: bool) -> None:
    assert urls.parse(text).is_ip_address is expected
