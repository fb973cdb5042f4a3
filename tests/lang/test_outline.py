"""What the text of a module tells before it is called; None where that cannot be told."""

from __future__ import annotations

import pytest

from hmls.lang.interp import Compiled
from hmls.lang.unit import Unit
from hmls.modules.outline import Outline, outline_of

TOLD = {
    "{ }": "",
    "{ a = 1; b.c = 2; b.d = 3; }": "a b",
    "# of me\n{ config, lib ? 1, ... }: with lib; let x = 1; in ({ inherit x; })": "x",
    "args: rec { inherit (args) a b; imports = [ ]; }": "a b imports",
    "{ outer = { ${config.name} = { a = 1; }; }; }": "outer",
    '{ "a" = 1; ${"b"} = 1; }': "a b",
    "{ a.b = 1; a = { c = 2; }; }": "a",
}
NOT_TOLD = (
    "",
    "1",
    "{ config, lib }: { a = 1; }",
    "a: b: { c = 1; }",
    "{ ${name} = 1; a = 2; }",
    "rec { __overrides = { }; }",
    "let ${x} = 1; in { a = 1; }",
    "let x = 1; x = 2; in { a = x; }",
    "if true then { a = 1; } else { }",
    "{ a = 1; } // { imports = [ ]; }",
)
DEFINED = {
    "{ lib, ... }: { config = { a = 1; b.c = 2; }; }": "a b",
    "{ lib, ... }: { a = 1; b.c = 2; }": "a b",
    "{ lib, ... }: { config = lib.mkIf x.y { a = 1; }; }": "a",
    "{ lib, ... }: with lib; { config = mkMerge [ { a = 1; } (mkIf x.y { b = 1; }) ]; }": "a b",
    "{ lib, ... }: let inherit (lib) mkIf; in { config = mkIf x.y { a = 1; }; }": "a",
    "{ lib, ... }: { config = let x = 1; in with x; lib.mkIf x.y { b = 1 + x; }; }": "b",
}
"""Module → the names that it defines."""
NOT_DEFINED = (
    "{ lib, ... }: { config = f { a = 1; }; }",
    "{ lib, ... }: { config = mkIf x.y { a = 1; }; }",
    "{ ... }: with lib; { config = mkIf x.y { a = 1; }; }",
    "lib: { config = lib.mkIf x.y { a = 1; }; }",
    "{ lib, ... }: with lib; with pkgs; { config = mkIf x.y { a = 1; }; }",
    "{ lib, ... }: with lib; let mkIf = a: b: b; in { config = mkIf x.y { a = 1; }; }",
    "{ lib, ... }: let lib = { }; in { config = lib.mkIf x.y { a = 1; }; }",
    "{ lib, ... }: let lib = { }; inherit (lib) mkIf; in { config = mkIf x.y { a = 1; }; }",
    "{ lib, ... }: { config = lib.mkIf or f x { a = 1; }; }",
    "{ lib, ... }: { config = lib.mkIf x; }",
    "{ lib, ... }: { config = lib.mkIf x.y { ${a} = 1; }; }",
    "{ lib, ... }: { config = lib.mkMerge [ { a = 1; } x ]; }",
    "{ lib, ... }: { config = lib.mkMerge [ { a = 1; } (f x) ]; }",
    "{ lib, ... }: { config = { _type = x; a = 1; }; }",
    "{ lib, ... }: { config = rec { a = 1; }; }",
    # A variable or function is no thunk of its own, which a message of Nix may show.
    "{ lib, x, ... }: { config = { a = x; }; }",
    "{ lib, x, ... }: { config = { a = _: 1; }; }",
    "{ lib, x, ... }: { config = lib.mkIf x { a = 1; }; }",
)


@pytest.mark.parametrize("text", TOLD)
def test_told(text: str) -> None:
    found = outline_of(_compiled(text))
    assert found is not None
    assert found.names == frozenset(TOLD[text].split())


@pytest.mark.parametrize("text", NOT_TOLD)
def test_not_told(text: str) -> None:
    assert outline_of(_compiled(text)) is None


@pytest.mark.parametrize("text", DEFINED)
def test_defined(text: str) -> None:
    names = _config(text).names
    assert names is not None
    assert " ".join(names) == DEFINED[text]


@pytest.mark.parametrize("text", NOT_DEFINED)
def test_not_defined(text: str) -> None:
    assert _config(text).names is None


def test_conditions_and_places_are_told() -> None:
    text = "{ lib, ... }: with lib; { config = mkMerge [ (mkIf x.a { a = 1; }) { a = 2; } ]; }"
    names = _config(text).names
    assert names is not None
    first, second = names["a"]
    assert [guard.path for guard in first.guards] == [("config", "contents", 0)]
    assert (first.site.text(), second.site.text()) == ("a = 1", "a = 2")
    assert second.guards == ()


def test_deep_nesting_is_left_alone() -> None:
    deep = "".join(f"a{number} = {{ " for number in range(5000)) + "}; " * 5000
    outline, depth = _config(f"{{ {deep} }}"), 0
    while outline.names:
        [outline] = [bound.outline for [bound] in outline.names.values()]
        depth += 1
    assert 2 < depth < 50


def _config(text: str) -> Outline:
    found = outline_of(_compiled(text))
    assert found is not None
    return found.config


def _compiled(text: str) -> Compiled:
    unit = Unit("/test/module.nix", text.encode())
    return Compiled(unit, lambda _env: None, not unit.source().has_error)
