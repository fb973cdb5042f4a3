"""Problems and their quick fixes as an editor sees them."""

from __future__ import annotations

import shutil

from lsprotocol import types as lsp

from hmls.server.convert import path_of_uri
from tests.protocol.editor import Editor

ALICE = "homes/alice/default.nix"
GLOBAL = "homes/alice@global/default.nix"
OPTIONS = "modules/home/shell/🎉.nix"
DECLARED = """{ lib, ... }:
{ options.my.editor = lib.mkOption { type = lib.types.str; default = "vi"; }; }
"""


async def test_missing_import_and_its_fix(editor: Editor) -> None:
    text = '{ "🎉" = 1; imports = [ ../../modules/home/shh.nix ]; }'
    problems = await editor.problems(ALICE, text)
    assert [(p.code, editor.text_at(text, p.range)) for p in problems] == [
        ("missing-import", "../../modules/home/shh.nix")
    ]
    fixed = await editor.fixed(ALICE, text, problems[0], "Change to ../../modules/home/ssh.nix")
    assert "imports = [ ../../modules/home/ssh.nix ]" in fixed


async def test_problems_go_when_they_are_mended(editor: Editor) -> None:
    assert [p.code for p in await editor.problems(ALICE, "{ a = ; }")] == ["syntax-error"]
    assert await editor.problems(ALICE, "{ a = 1; }") == []


async def test_conflict_in_two_files_comes_and_goes(editor: Editor) -> None:
    editor.open(OPTIONS, DECLARED)
    base = '{ "🎉" = "🎉"; my.editor = "vim"; }'
    special = '{ lib, ... }: { my.editor = "🎉"; }'
    editor.open(GLOBAL, special)
    editor.open(ALICE, base)
    (found,) = await editor.problems_until(ALICE, "conflict")
    (other,) = await editor.problems_until(GLOBAL, "conflict")
    assert editor.text_at(base, found.range) == "my.editor"
    assert "The option `my.editor' has conflicting definition values:" in found.message
    assert found.related_information is not None
    elsewhere = found.related_information[0].location
    assert path_of_uri(elsewhere.uri) == str(editor.root / GLOBAL)
    assert elsewhere.range == other.range
    mended = await editor.fixed(GLOBAL, special, other, "Use lib.mkForce here")
    assert mended == '{ lib, ... }: { my.editor = lib.mkForce "🎉"; }'
    editor.open(GLOBAL, mended)
    await editor.problems_until(ALICE, None)
    await editor.problems_until(GLOBAL, None)
    for name in (ALICE, GLOBAL, OPTIONS):
        editor.close(name)


async def test_a_home_and_a_host_with_the_same_problem_offer_a_fix_once(editor: Editor) -> None:
    text = '{ "🎉" = 1; home.username = "bob"; }'
    editor.open(ALICE, text)
    found = await editor.problems_until(ALICE, "conflict")
    assert len({each.message for each in found if each.code == "conflict"}) == 2
    titles = [action.title for action in await editor.actions(ALICE, found[0].range, found)]
    assert titles.count("Use lib.mkForce here") == 1
    editor.close(ALICE)


async def test_fix_that_adds_an_argument(editor: Editor) -> None:
    text = "{ lib, ... }: { home.packages = [ pkgs.hello ]; }"
    problems = await editor.problems(ALICE, text)
    assert [p.code for p in problems] == ["undefined-variable"]
    fixed = await editor.fixed(ALICE, text, problems[0], "Take pkgs as an argument")
    assert fixed.startswith("{ pkgs, lib, ... }:")


async def test_layer_for_no_host_is_renamed(editor: Editor) -> None:
    name = "homes/bob@attic/default.nix"
    editor.open(name, "{ }")
    (found,) = await editor.problems_until(name, "unknown-host")
    assert found.code_description is not None
    assert found.code_description.href.endswith("/docs/diagnostics/unknown-host.md")
    editor.close(name)


async def test_layers_and_systems_that_come_and_go_on_disk(editor: Editor) -> None:
    await editor.problems(ALICE, "{ }")
    layer, system = "homes/bob@nas/default.nix", "systems/nas/default.nix"
    made(editor, layer)
    await editor.problems_until(layer, "unknown-host")
    made(editor, system)
    await editor.problems_until(layer, "unused-layer")  # It gives bob no account.
    removed(editor, system)
    await editor.problems_until(layer, "unknown-host")
    removed(editor, layer)
    await editor.problems_until(layer, None)


def made(editor: Editor, name: str) -> None:
    """A file is written by another program, in a folder that it makes."""
    path = editor.root / name
    path.parent.mkdir()
    path.write_text("{ }\n")
    editor.told(name, lsp.FileChangeType.Created)


def removed(editor: Editor, name: str) -> None:
    path = editor.root / name
    path.unlink()
    path.parent.rmdir()
    editor.told(name, lsp.FileChangeType.Deleted)


async def test_a_home_whose_folder_alone_is_told_of(editor: Editor) -> None:
    """VS Code tells of a folder that comes with its files, and not of each of them."""
    home = editor.root / "homes" / "zoë🎉"
    home.mkdir()
    (home / "default.nix").write_text("{ x = ; }")
    try:
        editor.told("homes/zoë🎉", lsp.FileChangeType.Created)
        found = await editor.problems_until("homes/zoë🎉/default.nix", "syntax-error")
        assert [problem.message for problem in found] == ["syntax error, unexpected ';'"]
    finally:
        shutil.rmtree(home)
    editor.told("homes/zoë🎉", lsp.FileChangeType.Deleted)
    await editor.problems_until("homes/zoë🎉/default.nix", None)
    # The profile of Neovim does not let a server say what to watch.
    for registration in editor.watched:
        options = registration.register_options
        assert isinstance(options, dict)
        patterns = {watcher["globPattern"] for watcher in options["watchers"]}
        assert {"**/homes", "**/homes/**"} <= patterns
    assert len(editor.watched) == (1 if editor.encoding == "utf-16" else 0)
