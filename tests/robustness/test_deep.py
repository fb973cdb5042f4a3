"""Files that nest thousands of levels deep: what a feature takes grows with them, and no faster."""

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
from hmls.lang.check import static_problems
from hmls.lang.thread import run
from tests.diagnostics.trees import default_flake
from tests.support import write_files

DEEP = 10_000
_NOISE_S = 0.1
"""What a garbage collection or a first call may take, whatever the text."""
HOME = "homes/alice/default.nix"
TEXTS: dict[str, Callable[[int], str]] = {
    "with": lambda n: "{ home.x = " + "with x; " * n + "y; }",
    "let": lambda n: "{ home.x = " + "let a = 1; in " * n + "a; }",
    "sets": lambda n: "{ home.x = " + "{ a = " * n + "1" + "; }" * n + "; }",
    "recursive sets": lambda n: "{ home.x = " + "rec { a = " * n + "1" + "; }" * n + "; }",
    "lists": lambda n: "{ home.x = " + "[ " * n + "1" + " ]" * n + "; }",
    "functions": lambda n: "{ home.x = " + "x: " * n + "x; }",
    "modules in functions": lambda n: "x: " * n + '{ home.username = "alice"; }',
    "strings": lambda n: "{ home.x = " + '"${' * n + "1" + '}"' * n + "; }",
    "concatenations": lambda n: "{ home.x = " + "[ 1 ] ++ " * n + "[ 2 ]; }",
    "calls": lambda n: "{ home.x = f" + " a" * n + "; }",
    "conditions": lambda n: "{ home.x = " + "if true then 1 else " * n + "2; }",
    "imports of imports": lambda n: "{ home.x = " + "import (" * n + "./a.nix" + ")" * n + "; }",
    "names of names": lambda n: "{ home.x = " + "{ ${" * n + '"a"' + "} = 1; }" * n + "; }",
    "a path of many": lambda n: "{ imports = [ ./a" + "/a" * n + " ]; }",
    "a path far up": lambda n: "{ imports = [ " + "../" * n + "a.nix ]; }",
    "a name of many": lambda n: "{ home" + ".b" * n + " = 1; }",
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
def test_time_grows_with_depth(tmp_path: Path, name: str) -> None:
    write_files(str(tmp_path), {"flake.nix": default_flake(), HOME: "{ }"})
    text = TEXTS[name]
    short, long = run(lambda: [_took(tmp_path, text(depth)) for depth in (DEEP // 4, DEEP)])
    # Four times the text: four times as long, or sixteen times for what is quadratic.
    assert [each for each in FEATURES if long[each] > 10 * max(short[each], _NOISE_S)] == []


def _took(root: Path, text: str) -> dict[str, float]:
    """Seconds of the processor that each feature takes at the slowest of three places."""
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
    return took


def test_a_variable_that_is_undefined_in_many_places_takes_few_looks(tmp_path: Path) -> None:
    text = "{ home.x = [ " + "(lib.f 1) " * 3000 + "]; }"
    write_files(str(tmp_path), {"flake.nix": default_flake(), HOME: text})

    def look() -> tuple[int, float, float]:
        workspace = Workspace()
        workspace.set_folders([str(tmp_path)])
        view, path = Views(workspace).newest(), os.path.join(tmp_path, HOME)
        source = view.source(path)
        assert source is not None
        started = time.process_time()
        assert len(tuple(static_problems(source, path))) == 3000
        looked = time.process_time()
        fixes = sum(len(problem.fixes) for problem in diagnose_text(view, path))
        return fixes, looked - started, time.process_time() - looked

    fixes, once, whole = run(look)
    assert fixes == 50
    assert whole < 25 * once


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
