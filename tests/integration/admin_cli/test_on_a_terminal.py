"""The account commands on a terminal: prompts, hidden input and Ctrl-C."""

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from zerobyte.features.auth.models import Account, Member, Session, TwoFactor, User
from zerobyte.features.auth.service.password_hashing import Passwords

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
CTRL_C = b"\x03"
LONG_S = 120
OLD = "the-secret-of-before-" + "1" * 32


class Terminal:
    """A command on a terminal of its own, as a shell starts it; `shown` is all that was shown."""

    def __init__(self, command):
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "zerobyte.cli", command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            # So that it is this terminal that interrupts it; the call takes no lock.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
            env={**os.environ, "TERM": "dumb"},
        )
        os.close(theirs)
        self.shown = b""
        self._read = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def type(self, question, answer):
        """Wait for a question, then answer it: a line, or a key of its own."""
        while (found := self.shown.find(question, self._read)) < 0:
            more = self._more()
            assert more, self.shown
            self.shown += more
        self._read = found + len(question)
        if answer == CTRL_C:
            self._await_waiting()
        os.write(self._ours, answer if answer == CTRL_C else answer.encode() + b"\n")

    def end(self):
        """How it ended, once it has shown everything."""
        while more := self._more():
            self.shown += more
        return self._process.wait()

    def echoes(self):
        """Whether the terminal shows what is typed, as it did before."""
        return bool(termios.tcgetattr(self._ours)[3] & termios.ECHO)

    def _await_waiting(self):
        """A question appears a moment before its input is read; typing at once would lose input."""
        asleep, deadline = 0, time.monotonic() + LONG_S
        while asleep < 3:
            assert time.monotonic() < deadline, self.shown
            stat = Path(f"/proc/{self._process.pid}/stat").read_text()
            asleep = asleep + 1 if stat.rpartition(")")[2].split()[0] == "S" else 0
            time.sleep(0.01)

    def _more(self):
        assert select.select([self._ours], [], [], LONG_S)[0], self.shown
        try:
            return os.read(self._ours, 4096)
        except OSError:
            return b""


def on_a_terminal(command, *questions):
    """Call a command and answer it; its exit code, and all that was shown."""
    with Terminal(command) as terminal:
        for question, answer in questions:
            terminal.type(question, answer)
        return terminal.end(), terminal.shown.decode()


@pytest.fixture
def ada(installation):
    return installation.add_person()


def sessions(installation):
    return installation.run(lambda: Session.all().count())


@pytest.mark.parametrize(
    ("second", "code", "message"),
    [("password 9", 0, "reset successfully"), ("another", 1, "Passwords do not match.")],
)
def test_password_prompt_repeats_and_hides_the_password(installation, ada, second, code, message):
    ended, shown = on_a_terminal(
        "reset-password",
        (b"Username: ", "ada"),
        # The last space comes once nothing is echoed any more.
        (b"New password: ", "password 9"),
        (b"Once more: ", second),
    )
    assert ended == code
    assert message in shown
    assert "password 9" not in shown
    assert sessions(installation) == code


def test_disable_2fa_prompts_until_a_username_is_given(installation, ada):
    async def enable():
        await User.all().update(two_factor_enabled=True)
        await TwoFactor.create(user_id=ada, secret="x")

    installation.run(enable)
    ended, shown = on_a_terminal("disable-2fa", (b"Username: ", ""), (b"Username: ", " Ada "))
    assert ended == 0, shown
    assert 'disabled for user "ada"' in shown
    assert installation.run(lambda: TwoFactor.all().count()) == sessions(installation) == 0


def test_change_username_prompts_for_both_names(installation, ada):
    prompts = ((b"Username: ", "ada"), (b"New username: ", "lovelace"))
    ended, shown = on_a_terminal("change-username", *prompts)
    assert (ended, 'Username "ada" has been changed to "lovelace".' in shown) == (0, True), shown
    assert installation.run(User.get).username == "lovelace"
    assert sessions(installation) == 0


def test_assign_organization_prompts_for_user_and_organization(installation, ada):
    eve = installation.add_person("eve", role="member")
    ended, shown = on_a_terminal(
        "assign-organization", (b"Username: ", "eve"), (b"Organization (slug): ", "ada")
    )
    assert ended == 0, shown
    assert """User "eve" has been assigned to organization "ada's" successfully.""" in shown

    async def look():
        member = await Member.get(user_id=eve).select_related("organization")
        return member.organization.slug, member.role

    assert installation.run(look) == ("ada", "member")


@pytest.mark.parametrize(
    ("answer", "message", "email"),
    [
        ("n", "Nothing was changed.", "ada@example.com"),
        ("y", 'Email for "ada" changed', "new@example.com"),
    ],
)
def test_change_email_asks_for_confirmation(installation, ada, answer, message, email):
    installation.run(lambda: Account.create(user_id=ada, provider_id="idp", account_id="1"))
    ended, shown = on_a_terminal(
        "change-email",
        (b"Username: ", "ada"),
        (b"New e-mail: ", "new@example.com"),
        (b"This unlinks ada from idp. Go on? [y/N]: ", answer),
    )
    assert (ended, message in shown) == (0, True), shown
    assert installation.run(User.get).email == email
    assert sessions(installation) == (answer != "y")


def test_old_secret_prompt_hides_the_secret(installation, ada):
    ended, shown = on_a_terminal("rekey", (b"The old APP_SECRET: ", OLD))
    assert ended == 0, shown
    assert "0 secrets were re-encrypted" in shown
    assert OLD not in shown


# Each until its last question.
QUESTIONS = {
    "reset-password": (
        (b"Username: ", "ada"),
        (b"New password: ", "password 9"),
        (b"Once more: ", CTRL_C),
    ),
    "disable-2fa": ((b"Username: ", CTRL_C),),
    "change-username": ((b"Username: ", "ada"), (b"New username: ", CTRL_C)),
    "change-email": (
        (b"Username: ", "ada"),
        (b"New e-mail: ", "new@example.com"),
        (b"[y/N]: ", CTRL_C),
    ),
    "assign-organization": ((b"Username: ", "ada"), (b"Organization (slug): ", CTRL_C)),
    "rekey": ((b"The old APP_SECRET: ", CTRL_C),),
}


def test_ctrl_c_changes_nothing(installation, ada):
    installation.run(lambda: Account.create(user_id=ada, provider_id="idp", account_id="1"))
    with ExitStack() as stack:
        terminals = {name: stack.enter_context(Terminal(name)) for name in QUESTIONS}
        for name, questions in QUESTIONS.items():
            for question, answer in questions:
                terminals[name].type(question, answer)
        for name, terminal in terminals.items():
            assert terminal.end() == 1, (name, terminal.shown)
            assert terminal.shown.decode().rstrip().endswith("Aborted."), (name, terminal.shown)
            assert "Traceback" not in terminal.shown.decode()
            assert terminal.echoes(), name

    async def look():
        user = await User.get()
        account = await Account.get(provider_id="credential")
        fits = await Passwords().verify(account.password_hash, "correct horse")
        return user.username, user.email, fits, await Account.all().count()

    assert installation.run(look) == ("ada", "ada@example.com", True, 2)
    assert sessions(installation) == 1
