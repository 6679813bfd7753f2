"""A schedule's lists of paths and patterns, as the files that restic reads them from.

Owns the joining under the volume's folder, the refusal of what would leave it, and the escapes
of restic's file formats: exclude files drop lines that begin with `#`, cut white space off both
ends and replace `$NAME`; lists of includes do the first two.
"""

import os
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zerobyte.contract.jobs import BackupOptions
from zerobyte.core.errors import Invalid
from zerobyte.restic import escaping


@dataclass(frozen=True, slots=True)
class PatternFiles:
    """The contents of the files that go with one backup; empty ones are not needed.

    raw         literal paths, each ended by NUL: `--files-from-raw`.
    globs       patterns, one on each line: `--files-from`.
    excludes    patterns, one on each line: `--exclude-file`.
    """

    raw: bytes = b""
    globs: str = ""
    excludes: str = ""


def build(
    source: Path, options: BackupOptions, *, excluded_folders: Sequence[str] = ()
) -> PatternFiles:
    """Turn a schedule's lists into files.

    source              the volume's folder P. Everything is joined under it, with or without a
                        leading slash; an empty include path is the folder itself.
    excluded_folders    absolute folders that no backup may contain.

    Raises
        Invalid     an entry leaves the volume's folder, or cannot stand in such a file.
    """
    root = str(source)
    raw = b"".join(
        os.fsencode(under(root, entry, kind="Include path")) + b"\0"
        for entry in options.include_paths
    )
    globs = [_include_line(root, entry) for entry in options.include_patterns]
    excludes = [_exclude_line(root, entry) for entry in options.exclude_patterns]
    excludes += [file_line(escaping.literal(folder)) for folder in excluded_folders]
    return PatternFiles(raw=raw, globs=_lines(globs), excludes=_lines(excludes))


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def under(root: str, entry: str, *, kind: str) -> str:
    """Join an entry under the volume's folder. Raises Invalid: it leaves the folder."""
    if "\0" in entry or (kind != "Include path" and escaping.unescaped_break(entry)):
        raise Invalid(f"{kind} contains an unsupported path character: {entry}")
    path = posixpath.normpath(posixpath.join(root, entry.lstrip("/")))
    if path != root and not path.startswith(root.rstrip("/") + "/"):
        raise Invalid(f"{kind} escapes volume root: {entry}")
    return path


def _include_line(root: str, entry: str) -> str:
    negated, pattern = negation(entry)
    path = under(root, pattern, kind="Include pattern")
    line = escaping.literal(root) + path[len(root) :] if root != "/" else path
    return negated + _keep_last_space(line)


def _exclude_line(root: str, entry: str) -> str:
    negated, pattern = negation(entry)
    if not pattern.startswith("/"):
        if escaping.unescaped_break(entry):
            raise Invalid(f"Exclude pattern contains an unsupported path character: {entry}")
        return negated + file_line(pattern)
    path = under(root, pattern, kind="Exclude pattern")
    relative = path[len(root) :] if root != "/" else path
    prefix = escaping.literal(root) if root != "/" else ""
    return negated + file_line(prefix + relative)


def negation(entry: str) -> tuple[str, str]:
    """Split a pattern into its `!`, if there is one, and the rest."""
    return ("!", entry[1:]) if entry.startswith("!") else ("", entry)


def file_line(pattern: str) -> str:
    """Return a pattern as a line of a file of excludes or of a restore's includes."""
    pattern = pattern.replace("$", "$$")
    if pattern.startswith("#"):
        pattern = f"[#]{pattern[1:]}"
    return _keep_last_space(re.sub(r"^\s", lambda found: f"[{found[0]}]", pattern))


def _keep_last_space(pattern: str) -> str:
    return re.sub(r"(?<!\\)\s$", lambda found: f"[{found[0]}]", pattern)
