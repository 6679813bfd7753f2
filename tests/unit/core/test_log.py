"""One readable line per event, on stderr, without secrets."""

import re

import pytest

from zerobyte.core import log


@pytest.fixture(autouse=True)
def usual_log():
    yield
    log.configure()


def logged(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_a_line_has_time_level_module_event_and_facts(capsys):
    log.configure("info", colour=False)
    log.get_logger("zerobyte.x").info("a thing happened", size=5, name="a b", empty="")
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info zerobyte\.x: a thing happened "
        r"size=5 name='a b' empty=''\n",
        logged(capsys),
    )


def test_lines_below_the_level_are_not_logged(capsys):
    log.configure("warn", colour=False)
    logger = log.get_logger("x")
    logger.info("quiet")
    logger.debug("quieter")
    logger.warning("loud")
    assert [line.split(" ", 2)[1] for line in logged(capsys).splitlines()] == ["warning"]


def test_an_event_cannot_forge_a_second_line(capsys):
    log.configure(colour=False)
    log.get_logger("x").info("first\nsecond", fact="a\nb")
    assert len(logged(capsys).splitlines()) == 1


def test_secrets_are_taken_out_also_of_tracebacks(capsys):
    log.configure(colour=False)
    logger = log.get_logger("x")
    logger.info("calling https://u:hunter2@host", password="hunter2")
    try:
        int("token=hunter2 was wrong")
    except ValueError:
        logger.exception("it failed")
    text = logged(capsys)
    assert "hunter2" not in text
    assert "    ValueError: invalid literal" in text
    assert "token=***" in text


def test_colours_follow_the_environment(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    log.configure()
    log.get_logger("x").error("red")
    assert "\x1b[31m" in logged(capsys)
    monkeypatch.setenv("NO_COLOR", "1")
    log.configure()
    log.get_logger("x").error("plain")
    assert "\x1b" not in logged(capsys)


def test_characters_that_control_a_terminal_are_escaped(capsys):
    log.configure(colour=False)
    facts = {"name": "\x9b\u202e", "exc_info": ValueError("\x1b]0;title\x07")}
    log.get_logger("x").error("seen \x1b[2J\u2028", **facts)
    text = logged(capsys)
    assert text.replace("\n", "").isprintable()
    assert r"\x1b[2J\u2028" in text
