"""Problems expected in the trees themselves: `# ^^^^ code` below the text that is marked."""

from __future__ import annotations

import os
import re
from pathlib import Path

from hmls.ide.diagnostics import Diagnostic
from hmls.syntax.text import LineIndex
from tests.diagnostics.trees import problems, read_tree

_EXPECTED = re.compile(r"\s*#\s*(\^+) ([a-z-]+)$")
Expected = tuple[str, int, int, int, str]


def check(root: Path, text: str) -> list[Diagnostic]:
    """A tree has exactly the problems that its comments tell. They are returned."""
    found = problems(root, text)
    assert sorted(_shown(root, d) for d in found) == sorted(_expected(text))
    return found


def _expected(text: str) -> list[Expected]:
    found: list[Expected] = []
    for name, content in read_tree(text).files.items():
        above = 0
        for number, line in enumerate(content.split("\n")):
            match = _EXPECTED.match(line)
            if match is None:
                above = number
            else:
                found.append((name, above, match.start(1), match.end(1), match[2]))
    return found


def _shown(root: Path, found: Diagnostic) -> Expected:
    lines = LineIndex(Path(found.path).read_bytes())
    line, start = lines.position(found.start, "utf-32")
    end_line, end = lines.position(found.end, "utf-32")
    name = os.path.relpath(found.path, root)
    return name, line, start, end if end_line == line else -1, found.code.name
