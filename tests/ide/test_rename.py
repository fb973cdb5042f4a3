"""Renaming users, hosts and variables."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from hmls.homes.workspace import View, Views, Workspace
from hmls.ide.rename import Refused, apply_edits, prepare_rename, rename
from hmls.ide.types import RenameFile, TextEdit
from hmls.lang.thread import run
from tests.ide.tree import ask
from tests.trees import Tree

HOMELAB = Path(__file__).parents[2] / "examples" / "homelab"


def renamed(text: str, new_name: str) -> dict[str, str] | str:
    """The changed files under their new names, and `old -> new` of folders, or why not."""

    def question(tree: Tree) -> dict[str, str] | str:
        edit = rename(tree.view, tree.path, tree.offset, new_name)
        if isinstance(edit, Refused):
            return edit.why
        edits: dict[str, list[TextEdit]] = {}
        found: dict[str, str] = {}
        for each in edit.edits:
            if isinstance(each, TextEdit):
                edits.setdefault(each.path, []).append(each)
            elif isinstance(each, RenameFile):
                old, new = (os.path.relpath(p, tree.root) for p in (each.old, each.new))
                found[old] = new
        for path, changes in edits.items():
            source = tree.view.source(path)
            assert source is not None
            name = os.path.relpath(path, tree.root)
            found[name] = apply_edits(source.text, changes).decode().split("... }:\n")[-1].strip()
        found.pop("flake.nix", None)
        return found

    return ask(text, question)


def test_a_user_with_all_folders_and_mentions() -> None:
    assert renamed(
        """
        #- homes/alice/default.nix
        { home.username = "al$0ice"; home.homeDirectory = "/home/alice"; "🎉" = "alice"; }
        #- homes/alice@workstation/default.nix
        { imports = [ ../alice/x.nix ]; up = "🎉 home-manager switch --flake .#alice"; }
        #- systems/workstation/default.nix
        { users.users.alice = { }; users.users."alice".uid = 1; }
        """,
        "eve.x",
    ) == {
        "homes/alice": "homes/eve.x",
        "homes/alice@global": "homes/eve.x@global",
        "homes/alice@workstation": "homes/eve.x@workstation",
        "homes/alice/default.nix": '{ home.username = "eve.x"; home.homeDirectory = '
        '"/home/eve.x"; "🎉" = "alice"; }',
        "homes/alice@workstation/default.nix": "{ imports = [ ../eve.x/x.nix ]; "
        'up = "🎉 home-manager switch --flake .#eve.x"; }',
        "systems/workstation/default.nix": '{ users.users."eve.x" = { }; '
        'users.users."eve.x".uid = 1; }',
    }


def test_a_user_in_paths_and_lists_of_accounts() -> None:
    found = renamed(
        """
        #- homes/alice/default.nix
        { home.sessionVariables.X = "🎉 /home/ali$0ce/b:/Users/alice:/home/bob:/srv/home/alice"; }
        #- systems/workstation/default.nix
        { nix.settings.trusted-users = [ "root" "alice" ]; services.getty.autologinUser = "alice"; }
        """,
        "zoe",
    )
    assert isinstance(found, dict)
    assert "/home/zoe/b:/Users/zoe:/home/bob:/srv/home/alice" in found["homes/alice/default.nix"]
    assert 'trusted-users = [ "root" "zoe" ]' in found["systems/workstation/default.nix"]
    assert 'autologinUser = "zoe"' in found["systems/workstation/default.nix"]


def test_a_user_in_the_units_that_activate_homes() -> None:
    found = renamed(
        """
        #- homes/alice/default.nix
        { home.username = "al$0ice"; }
        #- systems/workstation/default.nix
        {
          systemd.services.home-manager-alice.after = [ "home-manager-alice.service" ];
          systemd.services."home-manager-alice" = { };
          networking.domain = "home-manager-alicent";
        }
        """,
        "eve.x",
    )
    assert isinstance(found, dict)
    text = found["systems/workstation/default.nix"]
    assert 'services."home-manager-eve.x".after = [ "home-manager-eve.x.service" ]' in text
    assert 'services."home-manager-eve.x" = { }' in text
    assert "home-manager-alicent" in text


def test_a_user_in_the_flake() -> None:
    def question(tree: Tree) -> str:
        edit = rename(tree.view, tree.path, tree.offset, "eve")
        assert not isinstance(edit, Refused)
        path = os.path.join(tree.root, "flake.nix")
        changes = [e for e in edit.edits if isinstance(e, TextEdit) and e.path == path]
        source = tree.view.source(path)
        assert source is not None
        return apply_edits(source.text, changes).decode()

    text = ask('#- homes/alice/default.nix\n{ home.username = "al$0ice"; }', question)
    assert "alice" not in text
    assert '(./homes + "/eve@workstation")' in text
    assert "homeConfigurations.eve =" in text


def test_a_host() -> None:
    assert renamed(
        """
        #- homes/alice/default.nix
        { osConfig, lib, ... }: lib.mkIf (osConfig.networking.hostName == "work$0station") { }
        #- systems/workstation/default.nix
        { networking.hostName = "workstation"; a = "🎉 workstation"; }
        """,
        "desk",
    ) == {
        "systems/workstation": "systems/desk",
        "homes/alice@workstation": "homes/alice@desk",
        "homes/alice/default.nix": "{ osConfig, lib, ... }: lib.mkIf "
        '(osConfig.networking.hostName == "desk") { }',
        "systems/workstation/default.nix": '{ networking.hostName = "desk"; '
        'a = "🎉 workstation"; }',
    }


@pytest.mark.parametrize(
    "name", ["", "a b", 'a"b', "$(touch x)", "../x", "a@b", "a/b", "-x", "${x}", "alice", "🎉"]
)
def test_a_name_that_is_none_is_refused(name: str) -> None:
    text = """
        #- homes/bob/default.nix
        { home.username = "bo$0b"; }
    """
    assert isinstance(renamed(text, name), str)


def test_a_name_that_is_taken_is_refused() -> None:
    text = """
        #- homes/alice/default.nix
        { home.username = "al$0ice"; }
        #- homes/bob/default.nix
        { }
    """
    assert renamed(text, "bob") == "There is a user bob already."


def test_a_variable() -> None:
    assert renamed(
        """
        #- homes/alice/default.nix
        let te$0xt = "🎉"; in { a = text; b = { inherit text; }; c = { inherit (x) text; }; }
        """,
        "words",
    ) == {
        "homes/alice/default.nix": 'let words = "🎉"; in { a = words; b = { text = words; }; '
        "c = { inherit (x) text; }; }"
    }


def test_a_variable_among_others_that_are_inherited() -> None:
    assert renamed(
        """
        #- homes/alice/default.nix
        let a = 1; b = 2; in { inherit $0a b; }
        """,
        "c",
    ) == {"homes/alice/default.nix": "let c = 1; b = 2; in { inherit b; a = c; }"}


def test_an_argument_of_a_function_of_the_file() -> None:
    assert renamed(
        """
        #- homes/alice/default.nix
        let f = { x, y ? x }: x + y; y = 1; in { a = f { x$0 = 1; }; b = f { inherit y; x = 2; }; }
        """.replace("{ x$0 = 1; }", "{ x = 1; }").replace("{ x, y ? x }", "{ x$0, y ? x }"),
        "z",
    ) == {
        "homes/alice/default.nix": "let f = { z, y ? z }: z + y; y = 1; in "
        "{ a = f { z = 1; }; b = f { inherit y; z = 2; }; }"
    }


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("{ pk$0gs, ... }: { }", "p", "Callers of the function give it pkgs by this name."),
        (
            "let x = rec { a$0 = 1; b = a; }; in x",
            "c",
            "a is an attribute, which others may select by its name.",
        ),
        ("let a$0 = 1; b = 2; in { }", "b", "b is used in this file already."),
        ("let a$0 = 1; in { }", "in", "“in” is no valid name of a variable."),
        ("{ a = 1$0; }", "x", "Only users, hosts and variables of a file can be renamed."),
    ],
)
def test_what_cannot_be_renamed_says_why(text: str, name: str, why: str) -> None:
    assert renamed(f"#- homes/alice/default.nix\n{text}", name) == why


def test_prepare_gives_the_name_alone() -> None:
    def question(tree: Tree) -> object:
        return prepare_rename(tree.view, tree.path, tree.offset)

    found = ask('#- systems/workstation/default.nix\n{ users.users."al$0ice" = { }; }', question)
    assert not isinstance(found, Refused)
    assert getattr(found, "name", None) == "alice"


@pytest.mark.parametrize(("name", "new_name"), [("alice", "eve"), ("workstation", "desk")])
def test_the_homelab_has_the_same_targets_under_the_new_name(
    tmp_path: Path, name: str, new_name: str
) -> None:
    root = tmp_path / "homelab"
    shutil.copytree(HOMELAB, root)

    def targets(view: View) -> list[tuple[str, list[str]]]:
        (repository,) = view.repositories.values()
        return [(t.name, [x.name for x in t.layers]) for t in repository.targets.items]

    def view() -> View:
        workspace = Workspace()
        workspace.set_folders([str(root)])
        return Views(workspace).newest()

    def question() -> None:
        def new(text: str) -> str:
            return "@".join(new_name if part == name else part for part in text.split("@"))

        before = view()
        expected = [(new(target), [new(x) for x in layers]) for target, layers in targets(before)]
        path = str(root / "systems/workstation/default.nix")
        source = before.source(path)
        assert source is not None
        edit = rename(before, path, source.text.index(name.encode()) + 1, new_name)
        assert not isinstance(edit, Refused)
        texts = [each for each in edit.edits if isinstance(each, TextEdit)]
        for changed in {each.path for each in texts}:
            content = Path(changed).read_bytes()
            mine = [each for each in texts if each.path == changed]
            Path(changed).write_bytes(apply_edits(content, mine))
        for each in edit.edits:
            if isinstance(each, RenameFile):
                os.rename(each.old, each.new)
        assert sorted(targets(view())) == sorted(expected)

    run(question)


def test_a_user_who_is_a_key_of_sets_outside_of_the_options() -> None:
    found = renamed(
        """
        #- homes/alice/default.nix
        { home.username = "al$0ice"; }
        #- homes/bob/default.nix
        { }
        #- systems/workstation/default.nix
        { lib, ... }: let people = { alice.uid = 1; bob.uid = 2; }; inherit (people) alice bob; in {
          "🎉" = alice.uid; b = people.alice.uid; c = lib.mapAttrs (n: v: v.uid) people;
          users.users = { inherit (people) alice; }; d = { inherit (people) alice; };
        }
        """,
        "eve",
    )
    assert isinstance(found, dict)
    assert found["systems/workstation/default.nix"].split("\n") == [
        "{ lib, ... }: let people = { eve.uid = 1; bob.uid = 2; }; inherit (people) bob; "
        "alice = people.eve; in {",
        '  "🎉" = alice.uid; b = people.eve.uid; c = lib.mapAttrs (n: v: v.uid) people;',
        "  users.users = { inherit (people) eve; }; d = { alice = people.eve; };",
        "}",
    ]


def test_a_user_who_is_a_key_of_a_set_in_another_file() -> None:
    found = renamed(
        """
        #- homes/alice/default.nix
        { home.username = "al$0ice"; }
        #- lib/people.nix
        { alice = { mail = "🎉"; }; root = { }; }
        #- systems/workstation/default.nix
        { ... }: let people = import ../../lib/people.nix; in { a = people.alice.mail; }
        """,
        "eve.x",
    )
    assert isinstance(found, dict)
    assert found["lib/people.nix"] == '{ "eve.x" = { mail = "🎉"; }; root = { }; }'
    assert 'a = people."eve.x".mail' in found["systems/workstation/default.nix"]


def test_attributes_that_are_no_users_keep_their_names() -> None:
    found = renamed(
        """
        #- homes/alice/default.nix
        { home.username = "al$0ice"; }
        #- systems/workstation/default.nix
        { ... }: let wonderland = { alice = 1; rabbit = 2; }; inherit (wonderland) alice; in {
          colours = { alice = "red"; }; a = wonderland.alice; b = alice;
        }
        """,
        "eve",
    )
    assert isinstance(found, dict)
    assert "systems/workstation/default.nix" not in found
