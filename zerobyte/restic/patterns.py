"""A schedule's lists of paths and patterns, as the files that restic reads them from.

Owns the joining under the volume's folder, the refusal of what would leave it, and the escapes
of restic's file formats: exclude files drop lines that begin with `#`, cut white space off both
ends and replace `$NAME`; lists of includes do the first two.
"""

import os
import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zerobyte.contract.jobs import BackupOptions
from zerobyte.core.errors import Invalid
from zerobyte.restic import words

_MATCHES_AT_MOST: Final = 2_000


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
        os.fsencode(_under(root, entry, kind="Include path")) + b"\0"
        for entry in options.include_paths
    )
    globs = [_include_line(root, entry) for entry in options.include_patterns]
    excludes = [_exclude_line(root, entry) for entry in options.exclude_patterns]
    excludes += [file_line(words.literal(folder)) for folder in excluded_folders]
    return PatternFiles(raw=raw, globs=_lines(globs), excludes=_lines(excludes))


def refuse_links_outside(source: Path, options: BackupOptions) -> None:
    """Refuse includes that leave the volume's folder through a symbolic link.

    The last part may be a link: restic saves the link itself. Reads the disk.
    """
    root = os.path.realpath(source)
    chosen = [("Include path", entry) for entry in options.include_paths]
    chosen += [("Include pattern", one) for one in options.include_patterns if one[:1] != "!"]
    for kind, entry in chosen:
        for path in _places(str(source), entry, kind=kind):
            parent = os.path.realpath(posixpath.dirname(path))
            is_inside = parent == root or parent.startswith(root.rstrip("/") + "/")
            # A pattern names nothing behind a link where nothing matches it.
            is_named = kind == "Include path" or os.path.lexists(path)
            if path != str(source) and not is_inside and is_named:
                raise Invalid(f"{kind} escapes volume root: {entry}")


def _places(root: str, entry: str, *, kind: str) -> list[str]:
    """List the paths that an include names, with a pattern expanded on the disk."""
    if kind == "Include path":
        return [_under(root, entry, kind=kind)]
    _, pattern = _negation(entry)
    path = _under(root, pattern, kind=kind)
    return _expanded(root, path[len(root) :] if root != "/" else path, entry)


def included(source: Path, options: BackupOptions) -> list[str]:
    """List the paths that restic will begin at, with include patterns expanded on the disk.

    A pattern matches at least what it matches for restic: a bracket counts as any one character.

    Raises
        Invalid     an entry leaves the volume, or a pattern matches too many paths to check.
    """
    root, found = str(source), list[str]()
    for entry in options.include_paths:
        found += _places(root, entry, kind="Include path")
    for entry in options.include_patterns:
        found += _places(root, entry, kind="Include pattern")
    return found


def _expanded(root: str, pattern: str, entry: str) -> list[str]:
    places = [root.rstrip("/")]
    for part in filter(None, pattern.split("/")):
        if not re.search(r"[\\*?\[]", part):
            places = [f"{place}/{part}" for place in places]
            continue
        matches = _matcher(part)
        places = [f"{place}/{name}" for place in places for name in _names(place) if matches(name)]
        if len(places) > _MATCHES_AT_MOST:
            raise Invalid(
                f"Include pattern matches more than {_MATCHES_AT_MOST} paths: {entry}. "
                "Name the folder above them instead."
            )
    return places


def _matcher(part: str) -> Callable[[str], object]:
    """Match one part of a pattern; what cannot be read as a pattern matches every name."""
    tokens = re.findall(r"\\.|\[[^\]]*\]|.", part, re.DOTALL)
    words_of = {"*": ".*", "?": "."}
    text = "".join(
        words_of.get(token) or ("." if token[0] == "[" and len(token) > 1 else re.escape(token[-1]))
        for token in tokens
    )
    if "[" in part or "\\" in part:
        # A bracket may hold an escaped bracket; then the split above is only a guess.
        text = ".*" if "\\]" in part or "[]" in part or "[^]" in part else text
    return re.compile(text, re.DOTALL).fullmatch


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder or "/")  # noqa: PTH208 — plain strings keep any byte
    except OSError:
        return []


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _under(root: str, entry: str, *, kind: str) -> str:
    if "\0" in entry or (kind != "Include path" and words.unescaped_break(entry)):
        raise Invalid(f"{kind} contains an unsupported path character: {entry}")
    path = posixpath.normpath(posixpath.join(root, entry.lstrip("/")))
    if path != root and not path.startswith(root.rstrip("/") + "/"):
        raise Invalid(f"{kind} escapes volume root: {entry}")
    return path


def _include_line(root: str, entry: str) -> str:
    negated, pattern = _negation(entry)
    path = _under(root, pattern, kind="Include pattern")
    line = words.literal(root) + path[len(root) :] if root != "/" else path
    return negated + _keep_last_space(line)


def _exclude_line(root: str, entry: str) -> str:
    negated, pattern = _negation(entry)
    if not pattern.startswith("/"):
        if words.unescaped_break(entry):
            raise Invalid(f"Exclude pattern contains an unsupported path character: {entry}")
        return negated + file_line(pattern)
    path = _under(root, pattern, kind="Exclude pattern")
    relative = path[len(root) :] if root != "/" else path
    prefix = words.literal(root) if root != "/" else ""
    return negated + file_line(prefix + relative)


def _negation(entry: str) -> tuple[str, str]:
    return ("!", entry[1:]) if entry.startswith("!") else ("", entry)


def file_line(pattern: str) -> str:
    """Return a pattern as a line of a file of excludes or of a restore's includes."""
    pattern = pattern.replace("$", "$$")
    if pattern.startswith("#"):
        pattern = f"[#]{pattern[1:]}"
    return _keep_last_space(re.sub(r"^\s", lambda found: f"[{found[0]}]", pattern))


def _keep_last_space(pattern: str) -> str:
    return re.sub(r"(?<!\\)\s$", lambda found: f"[{found[0]}]", pattern)
