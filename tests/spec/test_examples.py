"""Examples in pages are true: a tree in a ```nix fence, and below it what its settings are.

A ```values fence has one line for each setting: `target  path = value`, or
`target  path unknown: reason`, or `target  path fails: message`, the last two in part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from hmls.homes.settings import setting
from tests.trees import Tree, in_tree

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "docs/effective-values.md", *sorted(Path(__file__).parent.glob("*.md")))
_EXAMPLE = re.compile(r"^```nix\n(.*?)^```\n\s*```values\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"(\S+)\s+(\S+) (=|unknown:|fails:) (.*)")


@dataclass(frozen=True)
class Example:
    name: str
    files: str
    values: str


def examples() -> list[Example]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in _EXAMPLE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Example(f"{page.name}:{line}", match[1], match[2]))
    return found


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_the_values_are_as_the_page_says(tmp_path: Path, example: Example) -> None:
    lines = [line for line in example.values.splitlines() if line.strip()]
    found = in_tree(tmp_path, example.files, lambda tree: [told(tree, line) for line in lines])
    assert found == lines


def told(tree: Tree, line: str) -> str:
    """The line as it should be; as it is where the page gives a part of a message."""
    match = _LINE.fullmatch(line)
    assert match is not None, f"not a line of values: {line}"
    target, path, how, expected = match.groups()
    found = setting(tree.repository, tree.target(target), tuple(path.split(".")))
    begin = line[: match.start(3)]
    if found is None:
        return f"{begin}is no setting"
    if found.error is not None:
        is_same = how == "fails:" and expected in found.error
        return line if is_same else f"{begin}fails: {found.error}"
    if not found.known:
        is_same = how == "unknown:" and expected in found.reason
        return line if is_same else f"{begin}unknown: {found.reason}"
    return f"{begin}= {found.text}"
