"""http.auth.header: any bytes of a header become text that can be stored and shown."""

from tests.support.raw_http import send_raw

HOSTILE = (b"\xff", b"a\0b", b"\xed\xa0\x80", b"\xc3\xbc \xff\xfe" * 200)
NAMES = (
    "User-Agent", "Origin", "Referer", "Cookie", "Content-Type", "X-Api-Key", "X-Forwarded-For",
    "Sec-Fetch-Site", "Accept", "Accept-Language", "Authorization", "Range", "If-None-Match",
    "Access-Control-Request-Method", "Access-Control-Request-Headers", "X-Test-Role",
)  # fmt: skip


async def test_no_byte_of_a_header_is_a_500(serve):
    wrong = []
    async with serve(TRUST_PROXY="true") as client:
        for name in NAMES:
            for value in HOSTILE:
                for method, path in (
                    ("GET", "/api/v1/things/x"),
                    ("POST", "/api/v1/things"),
                    ("POST", "/api/v1/things/public"),
                    ("OPTIONS", "/api/v1/things"),
                    ("GET", "/api/v1/nothing"),
                ):
                    headers = {"X-Test-Role": b"member", name: value}
                    sent = b"{}" if method == "POST" else b""
                    status, body = await send_raw(client, method, path, headers, sent)
                    if status >= 500:
                        wrong.append((name, value, method, path, status, body))
    assert wrong == []


async def test_no_byte_of_a_method_or_a_path_is_a_500(client):
    wrong = []
    for method in ("\xff", "G\0T", "\xed\xa0\x80"):
        for path in ("/api/v1/things/x", "/api/auth/x", "/x", "/api/v1/things/\xff"):
            status, body = await send_raw(client, method, path, {})
            if not 400 <= status < 500:
                wrong.append((method, path, status, body))
    assert wrong == []


async def test_a_header_in_utf8_is_read_as_it_was_written(client):
    media_type = "text/ümlaut".encode()
    headers = {"X-Test-Role": b"member", "Content-Type": media_type}
    status, body = await send_raw(client, "POST", "/api/v1/things", headers, b"{}")
    assert status == 415
    assert media_type in body
