"""Starts `zerobyte` and its child processes; Ctrl-C during imports prints no traceback.

`python -m zerobyte.launch MODULE` runs a module as a program, as `python -m MODULE` does. This
module imports almost nothing, because the handler must be installed before all other imports.
"""

import sys

from zerobyte.core import early_interrupt

_LONG_RUNNING = ("serve", "api", "worker")
"""Commands that install their own handlers after their start."""

_UNUSED_MODULES = (
    "httpx._main",  # the command line of httpx, with rich, click and pygments
    "trio",  # httpcore works with asyncio alone, too
    "opentelemetry.sdk",  # redis would export metrics; docket imports redis, Prefect docket
)
"""Modules that installed packages import if they can, and that no child of ours uses."""


def main() -> None:
    """Run the command line."""
    early_interrupt.install()
    if sys.argv[1:] == ["serve"]:
        # The supervisor needs none of the modules of the other commands: 28 MB become 14 MB.
        from zerobyte.processes import supervisor  # noqa: PLC0415 - see below

        raise SystemExit(supervisor.main())
    from zerobyte import cli  # noqa: PLC0415 - takes long enough to be interrupted

    if sys.argv[1:2] not in [[command] for command in _LONG_RUNNING]:
        # Commands that ask questions restore the terminal on an interrupt.
        early_interrupt.remove()
    cli.main()


def run_child() -> None:
    """Run the module named by the first argument; the supervisor reports interrupts."""
    early_interrupt.install(is_quiet=True)
    # None makes the import fail, as if the module were not installed.
    for unused in _UNUSED_MODULES:
        sys.modules[unused] = None  # pyright: ignore[reportArgumentType]
    import runpy  # noqa: PLC0415 - after the handler is there

    module = sys.argv.pop(1)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run_child()
