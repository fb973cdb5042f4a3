"""Files that nest thousands of levels deep: each feature answers in less than a second."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hmls.homes.catalogued import Catalogued
from hmls.homes.workspace import View, Views, Workspace
from hmls.ide import definition, references, rename, signature, structure, symbols
from hmls.ide.actions import actions_at
from hmls.ide.completion import complete
from hmls.ide.diagnostics import diagnose_text
from hmls.ide.hover import hover
from hmls.ide.inlay_hints import inlay_hints
from hmls.ide.links import document_links
from hmls.lang.budget import limited
from hmls.lang.thread import run
from tests.diagnostics.trees import default_flake
from tests.support import write_files

DEEP = 10_000
HOME = "homes/alice/default.nix"
TEXTS = {
    "with": "{ home.x = " + "with x; " * DEEP + "y; }",
    "let": "{ home.x = " + "let a = 1; in " * DEEP + "a; }",
    "sets": "{ home.x = " + "{ a = " * DEEP + "1" + "; }" * DEEP + "; }",
    "recursive sets": "{ home.x = " + "rec { a = " * DEEP + "1" + "; }" * DEEP + "; }",
    "lists": "{ home.x = " + "[ " * DEEP + "1" + " ]" * DEEP + "; }",
    "functions": "{ home.x = " + "x: " * DEEP + "x; }",
    "modules in functions": "x: " * DEEP + '{ home.username = "alice"; }',
    "strings": "{ home.x = " + '"${' * DEEP + "1" + '}"' * DEEP + "; }",
    "concatenations": "{ home.x = " + "[ 1 ] ++ " * DEEP + "[ 2 ]; }",
    "calls": "{ home.x = f" + " a" * DEEP + "; }",
    "conditions": "{ home.x = " + "if true then 1 else " * DEEP + "2; }",
    "imports of imports": "{ home.x = " + "import (" * DEEP + "./a.nix" + ")" * DEEP + "; }",
    "a name of many": "{ home" + ".b" * DEEP + " = 1; }",
}
Feature = Callable[[View, str, int], object]
FEATURES: dict[str, Feature] = {
    "hover": hover,
    "completion": complete,
    "definition": definition.definition,
    "declaration": definition.declaration,
    "references": lambda v, p, o: references.references(v, p, o, definitions=True),
    "highlights": references.highlights,
    "rename": lambda v, p, o: rename.rename(v, p, o, "zoe"),
    "signature": signature.signature,
    "selections": structure.selections,
    "folds": lambda v, p, _: structure.folds(v, p),
    "symbols": lambda v, p, _: symbols.document_symbols(v, p),
    "workspace symbols": lambda v, _, __: symbols.workspace_symbols(v, "a"),
    "links": lambda v, p, _: document_links(v, p),
    "hints": lambda v, p, o: inlay_hints(v, p, 0, o),
    "actions": lambda v, p, o: actions_at(v, p, o, o),
    "problems": lambda v, p, _: diagnose_text(v, p),
}


@pytest.mark.parametrize("name", TEXTS)
def test_every_feature_is_quick(tmp_path: Path, name: str) -> None:
    write_files(str(tmp_path), {"flake.nix": default_flake(), HOME: "{ }"})
    text = TEXTS[name]
    slow = run(lambda: _slow(tmp_path, text))
    assert slow == {}


def _slow(root: Path, text: str) -> dict[str, float]:
    """The features that take more than a second of processor time, at any of three places."""
    workspace = Workspace()
    workspace.set_folders([str(root)])
    views = Views(workspace, Catalogued())
    path = os.path.join(root, HOME)
    with limited(60_000_000):
        hover(views.newest(), path, 0)
    workspace.open(path, text.encode(), 1)
    took: dict[str, float] = {}
    places = (max(text.find("home."), 0) + 6, len(text) // 2, text.rfind(";") - 1)
    for feature, ask in FEATURES.items():
        for place in places:
            started = time.process_time()
            with limited(6_000_000):
                ask(views.newest(), path, place)
            took[feature] = max(took.get(feature, 0), time.process_time() - started)
    return {feature: seconds for feature, seconds in took.items() if seconds > 1}


def test_what_is_too_deep_is_left_alone(tmp_path: Path) -> None:
    """A variable that is used further down than anybody looks is not renamed by halves."""
    inner = "(" * 1000 + "a" + ")" * 1000
    text = "let a = 1; in { home.x = a; home.y = " + inner + "; }"
    write_files(str(tmp_path), {"flake.nix": default_flake(), HOME: text})

    def look() -> object:
        workspace = Workspace()
        workspace.set_folders([str(tmp_path)])
        return rename.rename(Views(workspace).newest(), os.path.join(tmp_path, HOME), 4, "b")

    assert "too deep" in str(run(look))
