"""The pages of docs/diagnostics: each shows its problem, and how it is mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.ide.diagnostics import CODES
from tests.diagnostics.trees import DOCS, fences, problems

PAGES = sorted(page.stem for page in DOCS.glob("*.md") if page.stem != "README")


def test_each_code_has_its_page() -> None:
    assert sorted(code.name for code in CODES) == PAGES


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_page(code, tmp_path: Path) -> None:
    page = (DOCS / f"{code.name}.md").read_text()
    assert page.startswith(f"# {code.name}\n\n{code.title}")
    failing, mended = fences(page)
    found = problems(tmp_path / "failing", failing)
    assert {d.code.name for d in found} == {code.name}, [d.message for d in found]
    assert code.severity in {d.level for d in found}
    assert [d.message for d in problems(tmp_path / "mended", mended)] == []


def test_index_names_every_page() -> None:
    index = (DOCS / "README.md").read_text()
    for code in CODES:
        assert f"| [{code.name}]({code.name}.md) | {code.severity} | {code.title} |" in index
