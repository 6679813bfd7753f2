"""No code of the volume driver can delete what lies under a mount base."""

import ast
from pathlib import Path

import zerobyte.features.volumes
import zerobyte.mounts

DELETERS = {"rmtree", "unlink", "remove", "removedirs", "rename", "replace", "move", "rmdir"}
TEXT_METHODS = {"replace"}


def test_the_rooms_of_volumes_call_nothing_that_deletes__t9():
    for room in (zerobyte.mounts, zerobyte.features.volumes):
        files = list(Path(room.__path__[0]).rglob("*.py"))
        assert files
        for file in files:
            tree = ast.parse(file.read_text())
            names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            imported = {
                alias.name
                for node in ast.walk(tree)
                if isinstance(node, ast.Import | ast.ImportFrom)
                for alias in node.names
            }
            assert not (names & (DELETERS - TEXT_METHODS)), file
            assert "shutil" not in imported, file


def test_the_childs_program_only_looks__t9():
    from zerobyte.mounts.probe import _PROGRAM

    tree = ast.parse(_PROGRAM)
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & DELETERS
