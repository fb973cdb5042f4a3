"""Nothing that navigates raises at any place of any text."""

from __future__ import annotations

import pytest

from hmls.ide.actions import actions_at
from hmls.ide.completion import complete
from hmls.ide.definition import declaration, definition
from hmls.ide.hover import hover
from hmls.ide.links import document_links
from hmls.ide.references import highlights, references
from hmls.ide.rename import prepare_rename, rename
from hmls.ide.signature import signature
from hmls.ide.structure import folds, selections
from hmls.ide.symbols import document_symbols
from tests.ide.tree import ask
from tests.trees import Tree

TEXTS = (
    "{ config, lib, ... }: { config = lib.mkIf true { a.b = config.a.c; }; options.a = { }; }",
    """{ pkgs, ... }@args: let x.y = 1; inherit (args) z; in with pkgs; { "🎉" = ''${x.y}''; }""",
    '{ a = ../x${y}/z + "/alice@global"; b = ./.; inherit a; inherit (c) "d e"; ${f} = 1; }',
    '{ home-manager.users.alice = { }; users.users."al',
    'rec { a = a; config = { }; imports = [ ./x (../. + "/alice@',
    "",
    "let",
)


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_is_raised_on_any_place(text: str) -> None:
    def question(tree: Tree) -> int:
        view, path = tree.view, tree.path
        source = view.source(path)
        assert source is not None
        document_links(view, path)
        document_symbols(view, path)
        folds(view, path)
        for offset in range(len(source.text) + 1):
            complete(view, path, offset)
            hover(view, path, offset)
            signature(view, path, offset)
            definition(view, path, offset)
            declaration(view, path, offset)
            references(view, path, offset, definitions=True)
            highlights(view, path, offset)
            prepare_rename(view, path, offset)
            rename(view, path, offset, "$(touch x)")
            rename(view, path, offset, "other")
            actions_at(view, path, offset, offset)
            assert selections(view, path, offset)
        return 1

    assert ask(f"#- homes/alice@workstation/default.nix\n$0{text}\n", question)
