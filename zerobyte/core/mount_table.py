"""The kernel's table of mounts, read from /proc; an unreadable table counts as empty."""

from pathlib import Path


def read() -> list[tuple[str, str, str, str]]:
    """Return device, root inside its file system, mount point and type of every mount."""
    try:
        text = Path("/proc/self/mountinfo").read_bytes().decode(errors="surrogateescape")
    except OSError:
        return []
    found: list[tuple[str, str, str, str]] = []
    for line in text.splitlines():
        parts, _, rest = line.partition(" - ")
        words = parts.split(" ")
        if len(words) > 4:
            kind = rest.split(" ")[0]
            found.append((words[2], _unescaped(words[3]), _unescaped(words[4]), kind))
    return found


def _unescaped(text: str) -> str:
    for code_point, character in (("040", " "), ("011", "\t"), ("012", "\n"), ("134", "\\")):
        text = text.replace(f"\\{code_point}", character)
    return text
