"""Children begin clean, are read whole, and are gone when we return."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.waiting import until
from zerobyte.core import process
from zerobyte.core.errors import Unavailable

# The package shows the function `run` under the name of its module.
run_module = sys.modules["zerobyte.core.process.run"]
SH = "/bin/sh"


async def test_exit_code_output_and_tail():
    lines: list[bytes] = []
    script = "echo one; printf 'two\\nlast'; echo bad >&2; exit 3"
    ended = await process.run([SH, "-c", script], on_stdout_line=lines.append)
    assert (ended.code, lines, ended.stderr_tail) == (3, [b"one", b"two", b"last"], ("bad",))
    assert not ended.was_stopped


async def test_output_without_callback_rides_in_the_tail():
    ended = await process.run([SH, "-c", "printf 'a\\nb'"])
    assert ended.stdout_tail == ("a", "b")


async def test_stdin_is_given_or_closed():
    ended = await process.run(["cat"], stdin=b"hello\nthere")
    assert ended.stdout_tail == ("hello", "there")
    assert (await process.run(["cat"])).stdout_tail == ()


async def test_t23_children_see_an_allow_list_and_not_our_environment(monkeypatch):
    monkeypatch.setenv("APP_SECRET", "canary-app-secret")
    monkeypatch.setenv("RESTIC_PASSWORD", "canary-password")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "canary-key")
    monkeypatch.setenv("TZ", "Europe/Rome")
    monkeypatch.setenv("GOMAXPROCS", "2")
    ended = await process.run(["env"], env={"MINE": "yes"})
    names = {line.split("=")[0] for line in ended.stdout_tail}
    assert {"PATH", "TZ", "GOMAXPROCS", "MINE"} <= names
    assert "canary" not in "\n".join(ended.stdout_tail)
    assert not names & {"APP_SECRET", "RESTIC_PASSWORD", "AWS_ACCESS_KEY_ID", "PWD", "OLDPWD"}
    monkeypatch.setenv("GOMAXPROCS", "0")
    assert "GOMAXPROCS" not in process.environment()


async def test_missing_program_is_named_in_the_error():
    with pytest.raises(Unavailable, match="no-such-program is not installed"):
        await process.run(["no-such-program"])


async def test_child_has_its_own_session_and_dies_with_its_parent():
    ended = await process.run([SH, "-c", "cat /proc/$$/stat; kill -TERM $$"])
    stat = ended.stdout_tail[0].split()
    assert stat[0] == stat[4] == stat[5], "leader of its own group and session"
    assert ended.code == 128 + signal.SIGTERM


def test_t2_child_is_killed_when_the_owner_is_killed(tmp_path):
    note = tmp_path / "pid"
    owner = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import asyncio, pathlib, sys\n"
            "from zerobyte.core import process\n"
            "note = pathlib.Path(sys.argv[1])\n"
            "asyncio.run(process.run(['sleep', '60'], on_start=lambda c:"
            " note.write_text(f'{c.pid} {c.started}')))",
            str(note),
        ]
    )
    try:
        deadline = time.monotonic() + 60
        while not (note.exists() and note.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        pid, started = map(int, note.read_text().split())
        # The signal is armed a moment after the start: setpriv has then become `sleep`.
        while "sleep" not in Path(f"/proc/{pid}/comm").read_text():
            assert time.monotonic() < deadline
        assert process.is_alive(pid, started=started)
    finally:
        owner.kill()
        owner.wait()
    while process.is_alive(pid, started=started):
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def test_stop_interrupts_and_waits_for_the_exit():
    stop = asyncio.Event()
    seen: list[bytes] = []

    def on_line(line: bytes) -> None:
        seen.append(line)
        stop.set()

    script = "trap 'echo bye; exit 130' INT; echo ready; while :; do sleep 0.05; done"
    ended = await process.run([SH, "-c", script], on_stdout_line=on_line, stop=stop)
    assert ended.was_stopped
    assert ended.code == 130
    assert seen == [b"ready", b"bye"]


async def test_cancel_escalates_to_kill_and_returns_after_the_exit():
    children: list[process.Identity] = []
    ready = asyncio.Event()
    script = "trap '' INT TERM; echo ready; while :; do sleep 0.05; done"
    work = asyncio.create_task(
        process.run(
            [SH, "-c", script],
            grace_s=0.2,
            on_start=children.append,
            on_stdout_line=lambda _: ready.set(),
        )
    )
    await ready.wait()
    work.cancel()
    await asyncio.sleep(0.05)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert not process.is_alive(children[0].pid, started=children[0].started)


async def test_a_cancelled_child_that_floods_can_still_end_politely(tmp_path):
    note = tmp_path / "polite"
    script = f"trap 'echo bye > {note}; exit 130' INT; while :; do echo xxxxxxxxxxxxxxxxx; done"
    blocked = asyncio.Event()

    async def never_ready(_: bytes) -> None:
        blocked.set()
        await asyncio.Event().wait()

    work = asyncio.create_task(process.run([SH, "-c", script], on_stdout_line=never_ready))
    await blocked.wait()
    await asyncio.sleep(0.1)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert note.read_text() == "bye\n"


async def test_timeout_ends_the_child():
    ended = await process.run(["sleep", "60"], timeout_s=0.1, grace_s=20)
    assert ended.timed_out
    assert ended.code == 128 + signal.SIGINT


async def test_error_of_a_callback_ends_the_child():
    children: list[process.Identity] = []

    def refuse(_: bytes) -> None:
        raise LookupError("no")

    with pytest.raises(LookupError):
        await process.run(
            [SH, "-c", "echo x; sleep 60"],
            on_stdout_line=refuse,
            on_start=children.append,
            grace_s=0.5,
        )
    assert not process.is_alive(children[0].pid, started=children[0].started)


async def test_survivor_that_holds_the_pipes_does_not_hold_us():
    script = "sleep 300 & echo $!"
    ended = await process.run([SH, "-c", script])
    survivor = int(ended.stdout_tail[0])
    await until(lambda: process.identity(survivor) is None, limit_s=40)


async def test_survivor_in_another_session_does_not_hold_us_either():
    # `setsid` forks only when it leads a group, so `$!` is the sleeper itself. The shell ends when
    # that leads a session of its own: before, it would be ended as one of ours.
    script = (
        "setsid sleep 300 & "
        'until [ "$(cut -d " " -f 6 "/proc/$!/stat")" = "$!" ]; do sleep 0.01; done; echo "$!"'
    )
    ended = await process.run([SH, "-c", script], timeout_s=60)
    os.kill(int(ended.stdout_tail[0]), signal.SIGKILL)


MEMORY = """
import asyncio, resource, sys
from zerobyte.core import process
flood = sys.argv[1]
lines = []
async def main():
    await process.run(["true"])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ended = await process.run(["/bin/sh", "-c", flood],
        on_stdout_line=lambda line: lines.append(len(line)))
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024,
          ended.dropped_lines, max(lines, default=0), len(ended.stderr_tail))
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("flood", "dropped", "longest", "tail"),
    [
        ("head -c 50000000 /dev/zero | tr '\\0' x; echo; echo short", 1, 5, 0),
        ("head -c 5000000 /dev/zero | tr '\\0' x; echo", 0, 5_000_000, 0),
        ("head -c 50000000 /dev/urandom >&2; echo '' >&2; echo end", 0, 3, 50),
        ("yes | head -c 6000000 >&2", 0, 0, 50),
    ],
)
async def test_t16_memory_stays_flat_whatever_a_child_prints(flood, dropped, longest, tail):
    ended = await process.run([sys.executable, "-c", MEMORY, flood], cwd=None)
    assert ended.code == 0, ended.stderr_tail
    grown_mib, *rest = map(int, ended.stdout_tail[-1].split())
    assert rest == [dropped, longest, tail]
    assert grown_mib < 64


async def test_tails_are_cut_and_without_secrets():
    script = "echo pass is hunter22 and $KEY >&2; head -c 9000 /dev/zero | tr '\\0' x >&2"
    ended = await process.run(
        [SH, "-c", script],
        env={"KEY": "lineofprivatekey"},
        secrets=["hunter22", "a\nlineofprivatekey"],
    )
    assert ended.stderr_tail[0] == "pass is *** and ***"
    assert len(ended.stderr_tail[1]) == 2000


async def test_many_children_at_once_and_from_another_thread():
    ended = await asyncio.gather(*(process.run(["true"]) for _ in range(30)))
    assert {e.code for e in ended} == {0}

    def elsewhere() -> int:
        return asyncio.run(process.run([SH, "-c", "exit 7"])).code

    assert await asyncio.to_thread(elsewhere) == 7


async def test_the_guard_without_setpriv_works_too(monkeypatch):
    monkeypatch.setattr(run_module.shutil, "which", _without_setpriv(run_module.shutil.which))
    run_module._guard.cache_clear()
    try:
        assert run_module._guard()[0] == sys.executable
        ended = await process.run([SH, "-c", "exit 4"])
    finally:
        run_module._guard.cache_clear()
    assert ended.code == 4


@pytest.mark.parametrize("has_setpriv", [True, False])
def test_t2_a_child_whose_owner_died_before_the_signal_was_armed_does_not_begin(
    monkeypatch, tmp_path, has_setpriv
):
    """What another process starts with our guard has an owner that is not we."""
    if not has_setpriv:
        monkeypatch.setattr(run_module.shutil, "which", _without_setpriv(run_module.shutil.which))
    run_module._guard.cache_clear()
    guard = run_module._guard()
    run_module._guard.cache_clear()
    begun = tmp_path / "begun"
    ended = subprocess.run(
        [SH, "-c", '"$@"; exit $?', SH, *guard, "touch", str(begun)], check=False
    )
    assert (ended.returncode, begun.exists()) == (137, False)
    subprocess.run([*guard, "touch", str(begun)], check=True)
    assert begun.exists()


def _without_setpriv(which):
    return lambda name, **kw: None if name == "setpriv" else which(name, **kw)


async def test_a_child_that_cannot_be_watched_is_not_left_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[int] = []

    def refuse(pid: int) -> int:
        started.append(pid)
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(os, "pidfd_open", refuse)
    with pytest.raises(Unavailable, match="sleep cannot be started: Too many open files"):
        await process.run(["sleep", "60"])
    assert [process.identity(pid) for pid in started] == [None]


def test_identity_tells_the_living_from_zombies_and_strangers():
    me = process.identity(os.getpid())
    assert process.is_alive(me.pid, started=me.started)
    assert process.is_alive(me.pid, started=me.started, boot=process.boot_id())
    assert not process.is_alive(me.pid, started=me.started, boot="another boot")
    assert not process.is_alive(me.pid, started=me.started + 1)
    child = subprocess.Popen(["true"])
    try:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        zombie = process.identity(child.pid)
        assert zombie is not None
        assert not process.is_alive(child.pid, started=zombie.started)
    finally:
        child.wait()
    assert process.identity(child.pid) is None
