"""Only listed flags reach restic, whatever a person types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobyte.core.errors import Invalid
from zerobyte.restic.extra_flags import DENIED, PLAIN, WITH_NUMBER, WITH_TEXT, arguments, for_copy


def test_permitted_forms_become_one_argument_each():
    params = ["--no-scan", "--pack-size 16", "--exclude-larger-than=1M", "-v --force", "  "]
    assert arguments(params) == [
        "--no-scan",
        "--pack-size=16",
        "--exclude-larger-than=1M",
        "-v",
        "--force",
    ]


@pytest.mark.parametrize(
    ("param", "message"),
    [
        (
            "--password-command=id",
            'Flag "--password-command" is not permitted in customResticParams',
        ),
        ("-o x=y", 'Flag "-o" is not permitted in customResticParams'),
        ("-px", 'Flag "-px" is not permitted in customResticParams'),
        (
            "--fancy",
            'Unknown or unsupported flag "--fancy" in customResticParams. Permitted flags: --v',
        ),
        ("/etc", 'Unexpected positional argument "/etc" in customResticParams'),
        ("--no-scan /etc", 'Unexpected positional argument "/etc" in customResticParams'),
        ("--pack-size", 'Flag "--pack-size" requires a value'),
        ("--pack-size=", 'Flag "--pack-size" requires a value'),
        ("--pack-size -1", 'Flag "--pack-size" requires a value, but received "-1"'),
        ("--pack-size abc", 'Flag value "abc" must be a positive integer'),
        ("--pack-size 129", 'Flag "--pack-size" accepts at most 128'),
        ("--read-concurrency=65", 'Flag "--read-concurrency" accepts at most 64'),
        (f"--limit-upload {'9' * 5000}", 'Flag "--limit-upload" accepts at most 1000000000'),
        ("--verbose=2", 'Flag "--verbose" does not accept a value'),
        ("--", 'Unknown or unsupported flag "--" in customResticParams.'),
    ],
)
def test_refusals_name_what_is_wrong(param, message):
    with pytest.raises(Invalid) as refused:
        arguments([param])
    assert refused.value.message.startswith(message)


def test_a_flag_and_its_value_in_two_items_are_refused():
    with pytest.raises(Invalid, match="requires a value"):
        arguments(["--pack-size", "16"])


def test_copy_takes_its_share():
    assert for_copy(["--no-scan", "--pack-size 4", "-v"]) == ["--pack-size=4", "-v"]


PIECES = st.sampled_from(
    [*PLAIN, *WITH_NUMBER, *WITH_TEXT, *DENIED, "=", " ", "-", "--", "1", "\n"]
)


@given(st.lists(st.lists(PIECES, max_size=6).map("".join) | st.text(max_size=20), max_size=4))
def test_nothing_but_listed_flags_gets_through(params):
    try:
        result = arguments(params)
    except Invalid:
        return
    for argument in result:
        flag, has_value, value = argument.partition("=")
        assert flag not in DENIED
        assert (flag in PLAIN and not has_value) or (flag in (*WITH_NUMBER, *WITH_TEXT) and value)
        assert not value.startswith("-")
