"""A text that is being typed is understood as what it is about to be."""

from __future__ import annotations

import pytest

from hmls.ide.place import find_place, without_marker
from hmls.syntax.cursor import BindingName, Formal, Selection, Variable
from hmls.syntax.parse import parse


@pytest.mark.parametrize(
    ("text", "kind", "path"),
    [
        ("{ a = 1; programs.gi$0", BindingName, "programs.gi"),
        ("{ a.b = {\n  c = { \"🎉\" = 1; d$0", BindingName, "a.b.c.d"),
        ("{ config, ... }: {\n  x = lib.mkIf (config.a$0\n  y = 2;\n}", Selection, "config.a"),
        ("{\n  a = b\n  programs.gi$0\n}", BindingName, "programs.gi"),
        ("{\n  a = b\n  $0\n}", BindingName, ""),
        ("{\n  a = b\n  c.d = 1;\n  programs.gi$0\n}", BindingName, "programs.gi"),
        ("{\n  a = [ ./b\n  c = 1;\n  d.e$0", BindingName, "d.e"),
        ("{ lib, ... }: let inherit (lib) $0", Variable, "lib."),
        ("{ x = ''\n a ${lib.$0", Selection, "lib."),
        ("{ x = if a then { b = lib.$0", Selection, "lib."),
        ("{ x = a: b: with b; [ c (d.$0", Selection, "d."),
        ("{ x = let y = a.$0", Selection, "a."),
        ("{ x = rec { z = assert a; b; y = a.b$0\n  };\n}", Selection, "a.b"),
        ("{ x = lib.mkIf a {\n b = 1;\n c$0\n; d = 1; }", BindingName, "x.c"),
    ],
)  # fmt: skip
def test_what_is_begun_is_ended(text: str, kind: type, path: str) -> None:
    found = _context(text)
    assert isinstance(found, kind)
    assert isinstance(found, BindingName | Selection | Variable)
    assert without_marker(".".join(found.path or ())) == path


@pytest.mark.parametrize(
    "text", ["{ a, b$0", "{ a ? 1, b$0", "{ conf$0\n\n{ x = 1; }", "{ a, $0 { }"]
)
def test_arguments(text: str) -> None:
    assert isinstance(_context(text), Formal)


def _context(text: str) -> object:
    content = text.encode()
    offset = content.index(b"$0")
    place = find_place(parse(content.replace(b"$0", b"")), offset)
    assert place is not None
    assert not place.source.has_error
    return place.context
