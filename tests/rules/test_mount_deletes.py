"""No code of the volume driver can delete what lies under a mount base."""

import ast

import pytest

from tests.support.source_files import ROOT, name, python_files, tree
from zerobyte.mounts.probe import _PROGRAM

DELETERS = {"rmtree", "unlink", "remove", "removedirs", "rename", "replace", "move", "rmdir"}
TEXT_METHODS = {"replace"}
# rmdir removes empty folders only, and no mount point.
UNMOUNTING = ROOT / "zerobyte/mounts/unmounting.py"


@pytest.mark.parametrize("package", ["zerobyte/mounts", "zerobyte/features/volumes"])
def test_t9_volume_packages_call_nothing_that_deletes(package: str) -> None:
    files = [path for path in python_files("zerobyte") if path.is_relative_to(ROOT / package)]
    assert files
    for path in files:
        nodes = list(ast.walk(tree(path)))
        names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        names |= {node.id for node in nodes if isinstance(node, ast.Name)}
        imported = {
            alias.name
            for node in nodes
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        allowed = TEXT_METHODS | ({"rmdir"} if path == UNMOUNTING else set())
        assert not (names & (DELETERS - allowed)), name(path)
        assert "shutil" not in imported, name(path)


def test_t9_probe_program_only_reads() -> None:
    program = ast.parse(_PROGRAM)
    called = {node.attr for node in ast.walk(program) if isinstance(node, ast.Attribute)}
    assert not called & DELETERS
