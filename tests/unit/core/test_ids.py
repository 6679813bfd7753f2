"""core.ids: forms of identifiers and tokens."""

import re
import uuid

import pytest

from zerobyte.core import clock, ids


def test_short_ids_have_eight_characters_and_never_start_like_an_option() -> None:
    made = {ids.short_id() for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{7}", one) for one in made)


def test_tokens_and_secrets_have_the_requested_length_and_alphabet() -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{40}", ids.token(40))
    assert re.fullmatch(r"[A-Za-z]{12}", ids.letters(12))
    assert re.fullmatch(r"[0-9a-f]{64}", ids.hex_secret())


def test_uuid7_has_its_version_and_variant_and_sorts_by_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts: list[str] = []
    for now_ms in (0, 1, 1_700_000_000_000, 1_700_000_000_001, (1 << 48) - 1):
        monkeypatch.setattr(clock, "now_ms", lambda now_ms=now_ms: now_ms)
        texts.append(ids.uuid7())
        parsed = uuid.UUID(texts[-1])
        assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
        assert parsed.int >> 80 == now_ms
    assert texts == sorted(texts)
