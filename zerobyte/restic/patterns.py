"""The pattern files of a backup, from a schedule's lists of paths and patterns.

Entries are joined under the volume's folder and must not leave it. The escapes follow restic's
file formats: exclude files drop lines that begin with `#`, strip white space at both ends and
replace `$NAME`; lists of includes do the first two.
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
    """The contents of the files of one backup; empty files are not written.

    raw         literal paths, each terminated by NUL: `--files-from-raw`.
    globs       patterns, one per line: `--files-from`.
    excludes    patterns, one per line: `--exclude-file`.
    """

    raw: bytes = b""
    globs: str = ""
    excludes: str = ""


def build(
    source: Path, options: BackupOptions, *, excluded_folders: Sequence[str] = ()
) -> PatternFiles:
    """Build the file contents from a schedule's lists.

    source              the volume's folder. Every entry is joined under it, with or without a
                        leading slash; an empty include path is the folder itself.
    excluded_folders    absolute folders that no backup may contain.

    Raises
        Invalid     an entry leaves the volume's folder, or does not fit such a file.
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
    """Join an entry under the volume's folder. Raises Invalid if it leaves the folder."""
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
    """Split a pattern into its leading `!`, if any, and the rest."""
    return ("!", entry[1:]) if entry.startswith("!") else ("", entry)


def file_line(pattern: str) -> str:
    """Return a pattern as a line of an exclude file or of a restore's include file."""
    pattern = pattern.replace("$", "$$")
    if pattern.startswith("#"):
        pattern = f"[#]{pattern[1:]}"
    return _keep_last_space(re.sub(r"^\s", lambda found: f"[{found[0]}]", pattern))


def _keep_last_space(pattern: str) -> str:
    return re.sub(r"(?<!\\)\s$", lambda found: f"[{found[0]}]", pattern)
