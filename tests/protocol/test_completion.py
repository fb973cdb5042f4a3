"""Completion as an editor sees it."""

from __future__ import annotations

import pytest
from lsprotocol import types as lsp

from hmls.server.completion import without_places
from tests.protocol.editor import Editor

ALICE = "homes/alice/default.nix"


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ('{ x = "home-manager switch --flake .#$0"; }', {"alice", "bob", "carol"}),
        ('{ x = "nixos-rebuild switch --flake .#$0"; }', {"laptop", "pi", "workstation"}),
        ('{ home.username = "$0"; }', {"alice", "bob", "carol"}),
        ('{ networking.hostName = "$0"; }', {"laptop", "pi", "workstation"}),
        ("{ self, ... }: { x = self.homeConfigurations.$0 }", {"alice", "bob", "carol"}),
        ("{ self, ... }: { x = self.nixosConfigurations.$0; }", {"laptop", "pi", "workstation"}),
        ("{ home-manager.users.$0 }", {"alice", "bob", "carol"}),
        ("{ home-manager = { users = { $0 }; }; }", {"alice", "bob", "carol"}),
        ("{ users.users.$0 = { }; }", {"alice", "bob", "carol"}),
        (
            '{ osConfig, ... }: { a = osConfig.networking.hostName == "$0"; }',
            {"laptop", "pi", "workstation"},
        ),
        ('{ x = "home-manager switch --flake ${y}/🎉#$0"; }', {"alice", "bob", "carol"}),
        ('{ x = "home-manager switch --flake $F#$0"; }', {"alice", "bob", "carol"}),
        ("# sudo nixos-rebuild switch --flake '.#$0'\n{ }", {"laptop", "pi", "workstation"}),
        (
            "{ x = ''\n home-manager switch --flake .#al\n nixos-rebuild test --flake .#$0\n''; }",
            {"laptop", "pi", "workstation"},
        ),
        ('{ x = [ "home-manager" "switch" "--flake" ".#$0" ]; }', {"alice", "bob", "carol"}),
        ('{ x = "nix build .#homeConfigurations.\\"$0"; }', {"alice", "bob", "carol"}),
        ('{ x = "nix build .#homeConfigurations.alice.$0"; }', set()),
        ('{ x = "nix-on-droid switch --flake .#$0"; }', {"alice"}),
        ('{ x = "nix shell nixpkgs#$0"; }', set()),
        ('{ colour = "#$0"; }', set()),
        ('{ style = "window#$0"; }', set()),
        ("{ self, ... }: { x = self.darwinConfigurations.$0 }", set()),
        ('{ nix.settings.trusted-users = [ "$0" ]; }', {"alice", "bob", "carol"}),
        ("{ host, ... }: { x = { pi = 1; $0 }.${host}; }", {"laptop", "pi", "workstation"}),
        ("let all = { pi = 1; laptop = 2; $0 }; in { }", {"laptop", "pi", "workstation"}),
    ],
)
async def test_names(editor: Editor, text: str, labels: set[str]) -> None:
    assert {item.label for item in await editor.complete(ALICE, text)} == labels


async def test_path_with_an_at_sign_becomes_valid_nix(editor: Editor) -> None:
    text = "{ a = '' 🎉 ''; imports = [ ../alice@$0 ]; }"
    done = await editor.completed(ALICE, text, "alice@global")
    assert done == "{ a = '' 🎉 ''; imports = [ (../. + \"/alice@global\") ]; }"


async def test_path_behind_text_beyond_the_bmp(editor: Editor) -> None:
    text = '{ "🎉" = ../../modules/home/$0; }'
    done = await editor.completed(ALICE, text, "ssh.nix")
    assert done == '{ "🎉" = ../../modules/home/ssh.nix; }'


async def test_item_says_what_it_is(editor: Editor) -> None:
    items = await editor.complete(ALICE, '{ home.username = "al$0"; }')
    alice = next(item for item in items if item.label == "alice")
    assert alice.detail == "user · base, droid, global, laptop, workstation"
    resolved = await editor.client.completion_item_resolve_async(alice)
    assert "home-manager switch --flake .#alice" in resolved.documentation.value


async def test_path_of_the_flake_with_a_string_added(editor: Editor) -> None:
    text = '{ self, ... }: { imports = [ (self + "/homes/alice@l$0") ]; }'
    items = await editor.complete(ALICE, text)
    layer = next(item for item in items if item.label == "alice@laptop")
    assert layer.detail == "host layer of alice on laptop"
    resolved = await editor.client.completion_item_resolve_async(layer)
    assert "sudo nixos-rebuild switch --flake .#laptop" in resolved.documentation.value


async def test_options_tell_more_when_one_is_chosen(editor: Editor) -> None:
    items = await editor.complete(ALICE, "{ ... }: { a = '' 🎉 ''; programs.git.$0 }")
    item = next(item for item in items if item.label == "signing")
    assert item.documentation is None
    items = await editor.complete(ALICE, "{ ... }: { a = '' 🎉 ''; programs.git.signing.$0 }")
    item = next(item for item in items if item.label == "signByDefault")
    assert (item.detail, item.documentation) == ("null or boolean", None)
    resolved = await editor.client.completion_item_resolve_async(item)
    assert "Default: `null`" in resolved.documentation.value


async def test_what_is_the_same_in_a_list_is_said_once(editor: Editor) -> None:
    at = editor.open(ALICE, "{ ... }: { a = '' 🎉 ''; programs.g$0 }")
    found = await editor.client.text_document_completion_async(
        lsp.CompletionParams(at.text_document, at.position)
    )
    assert isinstance(found, lsp.CompletionList)
    assert found.item_defaults is not None
    start = lsp.Position(at.position.line, at.position.character - 1)
    assert found.item_defaults.edit_range == lsp.Range(start, at.position)
    git = next(item for item in found.items if item.label == "git")
    assert (git.text_edit, git.text_edit_text, git.data) == (None, None, None)


async def test_item_of_a_list_before_the_last_is_not_told_of_another(editor: Editor) -> None:
    text = "{ ... }: { programs.git.$0 }"
    enable = next(i for i in await editor.complete(ALICE, text) if i.label == "enable")
    await editor.complete(ALICE, "{ ... }: { programs.bat.$0 }")
    resolved = await editor.client.completion_item_resolve_async(enable)
    assert resolved.documentation is None


async def test_values_by_type(editor: Editor) -> None:
    text = "{ ... }: { a = '' 🎉 ''; programs.git.signing.format = $0; }"
    labels = [item.label for item in await editor.complete(ALICE, text)]
    assert labels[:4] == ['"openpgp"', '"ssh"', '"x509"', "null"]
    done = await editor.completed(ALICE, text, '"ssh"')
    assert done == """{ ... }: { a = '' 🎉 ''; programs.git.signing.format = "ssh"; }"""


async def test_functions_of_lib(editor: Editor) -> None:
    text = "{ lib, ... }: { a = '' 🎉 ''; b = lib.mkI$0; }"
    items = await editor.complete(ALICE, text)
    item = next(item for item in items if item.label == "mkIf")
    resolved = await editor.client.completion_item_resolve_async(item)
    assert "Definitions that count only if a condition holds." in resolved.documentation.value
    assert await editor.completed(ALICE, text, "mkIf") == text.replace("mkI$0", "mkIf")


async def test_signature_help(editor: Editor) -> None:
    at = editor.open(ALICE, "{ lib, ... }: { a = '' 🎉 ''; b = lib.mkIf true $0; }")
    found = await editor.client.text_document_signature_help_async(
        lsp.SignatureHelpParams(at.text_document, at.position)
    )
    assert found is not None
    assert found.signatures[0].label == "mkIf condition definitions"
    assert found.active_parameter == 1


def test_a_skeleton_is_plain_text_for_a_client_without_snippets() -> None:
    assert [without_places(text) for text in ("[ $0 ]", "${1:x}: $0")] == ["[  ]", "x: "]


async def test_unfinished_text(editor: Editor) -> None:
    text = '{ ... }: {\n  "🎉" = "🎉";\n  programs.git = {\n    enable = true\n    sign$0'
    assert await editor.completed(ALICE, text, "signing") == text.replace("sign$0", "signing")
