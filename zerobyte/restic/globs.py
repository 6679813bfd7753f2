"""Translation of glob patterns into regular expressions that match in linear time.

Every member can enter patterns. Python holds its global lock while it matches, so an expression
that tries all divisions of a name between two stars would block the whole process.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

ANY_RUN: Final = "[^/]*"
_TOKEN: Final = re.compile(r"\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|(\*+)|(\?)|(.)", re.DOTALL)


def joined(fragments: Sequence[str | None]) -> str:
    """Join expressions of one character each; None means any run of characters.

    The caller must append an expression that matches only at the end of the name.
    """
    groups = [""]
    for fragment in fragments:
        if fragment is None:
            groups.append("")
        else:
            groups[-1] += fragment
    if len(groups) == 1:
        return groups[0]
    # The first match of a middle group leaves the most text to the groups after it, so no other
    # position needs a try: the group is atomic.
    middle = "".join(f"(?>{ANY_RUN}?{group})" for group in groups[1:-1] if group)
    return f"{groups[0]}{middle}{ANY_RUN}{groups[-1]}"


def path(parts: Iterable[str]) -> str:
    """Translate the components of a restic pattern; `**` means any number of components.

    Raises
        re.error    a component is malformed.
    """
    groups = [""]
    for part in parts:
        if part == "**":
            groups.append("")
        else:
            groups[-1] += rf"(?>/{component(part)}(?=/|\Z))"
    # A pattern that matches a path matches everything below it, so the first match is enough.
    return groups[0] + "".join(f"(?>(?:/[^/]++)*?{group})" for group in groups[1:] if group)


def component(part: str) -> str:
    """Translate one component of a restic pattern, as Go's `filepath.Match` reads it.

    Raises
        re.error    the pattern is malformed.
    """
    fragments: list[str | None] = []
    position = 0
    while position < len(part):
        match = _TOKEN.match(part, position)
        if match is None or match[6] in ("[", "\\"):
            raise re.error(f"the pattern {part!r} is malformed")
        escaped, negation, members, stars, mark, plain = match.groups()
        if members is not None:
            fragments.append(f"(?!/)[{negation}{_members(members)}]")
        elif stars:
            fragments.append(None)
        else:
            fragments.append("[^/]" if mark else re.escape(escaped or plain))
        position = match.end()
    return joined(fragments)


@lru_cache(maxsize=256)
def at_least(part: str) -> re.Pattern[str]:
    """Compile a component so that it matches at least every name that restic matches.

    A bracket counts as any one character; a pattern that may be malformed matches every name.
    Cached, because it is used in every folder and a long pattern takes 40 ms to compile.
    """
    # The end of a bracket that contains an escaped bracket is only a guess.
    if "\\]" in part or "[]" in part or "[^]" in part:
        return re.compile("")
    fragments: list[str | None] = []
    for piece in re.findall(r"\\.|\[[^\]]*\]|.", part, re.DOTALL):
        if piece == "*":
            fragments.append(None)
        elif piece == "?" or (piece[0] == "[" and len(piece) > 1):
            fragments.append("[^/]")
        else:
            fragments.append(re.escape(piece[-1]))
    return re.compile(rf"{joined(fragments)}\Z", re.DOTALL)


def _members(text: str) -> str:
    safe = text.replace("[", "\\[").replace("&&", "&\\&").replace("~~", "~\\~")
    safe = safe.replace("||", "|\\|").replace("--", "-\\-")
    return f"\\{safe}" if safe.startswith("^") else safe
