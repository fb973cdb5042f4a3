"""Whatever stands in a workspace, the server answers, soon, and runs nothing of it."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.diagnostics.trees import default_flake
from tests.protocol.editor import Editor

HOME = "homes/alice/default.nix"
DEEP = 10_000
_SOON_S = 10
"""For a machine that is busy with other tests; alone it is a tenth of it."""


def write(root: Path, name: str, content: str | bytes = "{ }\n") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


async def codes(editor: Editor, name: str, text: str | None = None) -> set[object]:
    content = (editor.root / name).read_text() if text is None else text
    found = await asyncio.wait_for(editor.problems(name, content), _SOON_S)
    return {problem.code for problem in found}


async def names(editor: Editor) -> set[str]:
    """The users that are completed: a question that needs the whole repository."""
    items = editor.complete("homes/zoe/default.nix", '{ home.username = "$0"; }')
    return {item.label for item in await asyncio.wait_for(items, _SOON_S)}


NEEDED = '{ home = { username = "a"; homeDirectory = "/a"; stateVersion = "24.11"; }; }'
"""What every home has to say."""


def flake(root: Path) -> None:
    write(root, "flake.nix", default_flake())
    write(root, "modules/home/default.nix", NEEDED)
    write(root, HOME)
    write(root, "homes/zoe/default.nix")


async def test_no_flake(editor: Editor) -> None:
    write(editor.root, HOME)
    assert await codes(editor, HOME) == {"no-flake"}


async def test_empty_homes(editor: Editor) -> None:
    write(editor.root, "flake.nix", default_flake())
    (editor.root / "homes").mkdir()
    assert await codes(editor, "flake.nix") == set()


async def test_a_flake_that_is_no_nix(editor: Editor) -> None:
    flake(editor.root)
    assert await codes(editor, "flake.nix", "{ outputs = ") == {"syntax-error"}
    assert await codes(editor, HOME) == set()


async def test_modules_that_import_each_other(editor: Editor) -> None:
    flake(editor.root)
    write(editor.root, HOME, "{ imports = [ ./a.nix ]; }")
    write(editor.root, "homes/alice/a.nix", "{ imports = [ ./default.nix ]; }")
    await editor.problems_until(HOME, "import-cycle")
    assert await names(editor) == {"alice", "zoe"}


async def test_symlinks_that_lead_to_themselves(editor: Editor) -> None:
    flake(editor.root)
    (editor.root / "homes/alice/self").symlink_to("self")
    (editor.root / "homes/alice/up").symlink_to("..")
    (editor.root / "homes/loop").symlink_to("loop")
    (editor.root / "homes/out").symlink_to("/")
    (editor.root / "homes/alice/link.nix").symlink_to("link.nix")
    write(editor.root, HOME, "{ imports = [ ./link.nix ./up/alice/x.nix ]; }")
    found = await editor.problems(HOME, (editor.root / HOME).read_text())
    assert [problem.message for problem in found] == [
        "homes/alice/link.nix is a symbolic link that leads to itself",
        "homes/alice/up/alice/x.nix does not exist",
    ]
    assert {"alice", "zoe"} <= await names(editor)


async def test_files_that_cannot_be_read(editor: Editor) -> None:
    flake(editor.root)
    write(editor.root, "homes/alice/closed.nix").chmod(0)
    os.mkfifo(editor.root / "homes/alice/pipe.nix")
    write(editor.root, HOME, "{ imports = [ ./closed.nix ]; x = ./pipe.nix; }")
    await codes(editor, HOME)
    assert await names(editor) == {"alice", "zoe"}


async def test_binary_files(editor: Editor) -> None:
    flake(editor.root)
    write(editor.root, "homes/alice/logo.nix", bytes(range(256)) * 100)
    write(editor.root, "homes/alice/latin.nix", '{ x = "caf\xe9"; }'.encode("latin-1"))
    write(editor.root, HOME, "{ imports = [ ./logo.nix ./latin.nix ]; }")
    assert await codes(editor, HOME) == set()
    await editor.problems_until("homes/alice/logo.nix", "syntax-error")
    assert editor.found("homes/alice/latin.nix") == []


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("[", "]"), ("(", ")"), ("{ a = ", "; }"), ("x: ", ""), ('"${', '}"'), ("!", ""), ("", "")],
    ids=["lists", "parentheses", "sets", "functions", "strings", "operators", "nothing"],
)
async def test_deep_nesting(editor: Editor, opening: str, closing: str) -> None:
    flake(editor.root)
    started = time.monotonic()
    text = f"{{ x = {opening * DEEP}1{closing * DEEP}; }}"
    await codes(editor, HOME, text)
    await codes(editor, HOME, text[: len(text) // 2])
    assert await names(editor) == {"alice", "zoe"}
    assert time.monotonic() - started < 2 * _SOON_S


async def test_a_very_large_file(editor: Editor) -> None:
    flake(editor.root)
    write(editor.root, "homes/alice/big.nix", "{ x = [\n" + "  1\n" * 1_300_000 + "]; }\n")
    write(editor.root, HOME, "{ imports = [ ./big.nix ]; }")
    assert await codes(editor, HOME) == set()
    found = await editor.problems_until("homes/alice/big.nix", "large-file")
    assert found[0].severity == lsp.DiagnosticSeverity.Information
    assert await names(editor) == {"alice", "zoe"}


@pytest.mark.parametrize(
    "name",
    [
        "two words", "it's", 'say "x"', "$(touch pwned)", "`touch pwned`", "a;touch pwned", "a\nb",
        "-rf", "${x}", "ünï", "🎉", "a\\b", "'; touch pwned; '",
    ],
)  # fmt: skip
async def test_odd_names(editor: Editor, name: str) -> None:
    flake(editor.root)
    write(editor.root, f"homes/{name}/default.nix", '{ home.username = "x"; }')
    write(editor.root, f"homes/alice@{name}/default.nix")
    write(editor.root, f"systems/{name}/default.nix")
    await codes(editor, f"homes/{name}/default.nix")
    assert await names(editor) == {"alice", "zoe", name}
    assert not [path for path in editor.root.rglob("*") if path.name == "pwned"]


async def test_names_that_are_no_utf8(editor: Editor) -> None:
    """A client whose JSON knows no halves of characters reads every message all the same."""
    flake(editor.root)
    folder = os.fsencode(editor.root / "homes") + b"/b\xff"
    os.mkdir(folder)
    (Path(os.fsdecode(folder)) / "default.nix").write_text(NEEDED)
    assert await names(editor) == {"alice", "zoe", "b\ufffd"}


@pytest.mark.parametrize(
    "uri", ["file:///nowhere/x.nix", "file:///a%00b.nix", "file:///%ff.nix", "untitled:x", "x", ""]
)
async def test_documents_that_are_nowhere(editor: Editor, uri: str) -> None:
    flake(editor.root)
    document, start = lsp.TextDocumentIdentifier(uri), lsp.Position(0, 0)
    at = lsp.HoverParams(document, start)
    assert await editor.client.text_document_hover_async(at) is None
    many = lsp.SelectionRangeParams(document, [start])
    assert await editor.client.text_document_selection_range_async(many) is None
    assert await names(editor) == {"alice", "zoe"}


async def test_an_endless_evaluation(editor: Editor) -> None:
    flake(editor.root)
    endless = "let f = n: f (n + 1); in { home.sessionVariables.A = f 0; }"
    await codes(editor, HOME, endless)
    assert await names(editor) == {"alice", "zoe"}
    assert await codes(editor, HOME, "{ home.sessionVariables.A = 1; }") == set()
