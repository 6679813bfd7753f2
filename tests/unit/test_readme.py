"""What the README says is what there is: settings, make targets and folders.

`python -m tests.unit.test_readme` writes the generated table anew.
"""

import re
from pathlib import Path

from zerobyte.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
OPENING = "<!-- settings: generated, `python -m tests.unit.test_readme` rewrites it -->\n"
CLOSING = "<!-- /settings -->"


def generated(text: str) -> str:
    before, _, rest = text.partition(OPENING)
    _, _, after = rest.partition(CLOSING)
    return f"{before}{OPENING}\n{Settings.table()}\n\n{CLOSING}{after}"


def test_the_table_of_settings_is_that_of_the_code() -> None:
    text = README.read_text()
    assert OPENING in text
    assert text == generated(text)


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    commands = re.findall(r"^make ([a-z -]+)|`make ([a-z -]+)", README.read_text(), re.MULTILINE)
    named = {word for pair in commands for words in pair for word in words.split()}
    assert {"run", "test", "demo"} <= named
    assert named <= targets


def test_every_file_and_folder_that_is_linked_exists() -> None:
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", README.read_text())
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


if __name__ == "__main__":
    README.write_text(generated(README.read_text()))
