"""Causes of wrong, missing or late answers that were first met in public repositories."""

from __future__ import annotations

from pathlib import Path

from hmls.homes.catalogued import Catalogued
from hmls.homes.membership import home_files
from hmls.homes.settings import setting, settings
from hmls.ide.definition import definition
from hmls.ide.diagnostics import diagnose_all
from hmls.lang.show import brief_text, show
from hmls.lang.values import Attrs, Cause, Unknown, UnknownChoice
from tests.trees import Tree, in_tree


def test_the_text_of_an_unknown_value_that_holds_itself_ends() -> None:
    held = Attrs()
    choice = UnknownChoice(Unknown("c", Cause("package", "not evaluated")), held, None)
    held["again"] = choice
    assert len(show(choice)) < 2000


def test_two_unknown_conditions_are_shown_only_when_asked(tmp_path: Path) -> None:
    """The text of the outer condition holds the value that it decides about."""
    text = """
        #- homes/alice/default.nix
        { options.my.set = lib.mkOption { default = { }; type = lib.types.attrsOf lib.types.int; };
          config.my.set = lib.mkIf (pkgs.x == config.my.set) (lib.mkIf pkgs.y { a = 1; }); }
    """

    def ask(tree: Tree) -> list[str]:
        return [".".join(s.path) for s in settings(tree.repository, tree.target("alice"))]

    assert "my.set.a" in in_tree(tmp_path, text, ask)


def test_a_file_encrypted_by_git_crypt_is_unknown_and_no_error(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { imports = [ ./secrets.nix ];
          options.my.name = lib.mkOption { type = lib.types.str; };
          config.my.name = "alice"; }
        #- homes/alice/secrets.nix
        \0GITCRYPT\0 #
    """

    def ask(tree: Tree) -> tuple[object, list[str]]:
        target = tree.target("alice")
        found = setting(tree.repository, target, ("my", "name"))
        assert found is not None
        unread = tree.repository.evaluation(target).collected.unread
        return found.value, [each.unknown.text for each in unread]

    assert in_tree(tmp_path, text, ask, Catalogued()) == (
        "alice",
        ["./homes/alice/secrets.nix", "inputs.home-manager"],
    )


def test_a_renamed_option_that_only_a_false_condition_sets_is_not_defined(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { programs.git = lib.mkIf false { enable = true; aliases.a = "add"; }; }
    """

    def ask(tree: Tree) -> dict[str, tuple[bool, str | None]]:
        found = settings(tree.repository, tree.target("alice"), ("programs",))
        return {".".join(s.path): (s.defined, s.error) for s in found}

    assert in_tree(tmp_path, text, ask, Catalogued())["programs.git.aliases.a"] == (False, None)


def test_a_text_is_found_out_once_and_again_only_for_more_room() -> None:
    made: list[int] = []

    def text() -> str:
        made.append(1)
        return show(["x" * 500] * 3, 10_000)

    unknown = Unknown(text, Cause("package", "not evaluated"))
    assert len(brief_text(unknown, 100)) < 700
    assert brief_text(unknown, 150) == brief_text(unknown, 100)
    assert len(unknown.text) > 1500
    assert brief_text(unknown, 100) == unknown.text
    assert len(made) == 2


def test_a_module_that_is_imported_by_hand_is_a_file_of_the_home(tmp_path: Path) -> None:
    """As in `homeManagerModules = { fonts = import ./fonts.nix; }`."""
    text = """
        #- homes/alice/default.nix
        { imports = builtins.attrValues (import ../../shared); fonts.enable = true; }
        #- shared/default.nix
        { fonts = import ./fonts.nix; plain = import ./plain.nix; part = { my.part = 1; }; }
        #- shared/fonts.nix
        # Fonts.
        { lib, config, ... }:
        { config = lib.mkIf config.fonts.enable { fonts.fontconfig.en$0able = true; }; }
        #- shared/plain.nix
        /* Nothing. */ { my.plain = 1; }
    """

    def ask(tree: Tree) -> tuple[list[str], set[str]]:
        found = definition(tree.view, tree.path, tree.offset)
        assert found is not None
        files = home_files(tree.repository, tree.target("alice"))
        shared = {tree.relative(file) for file in files if "shared" in file}
        return [tree.relative(place.path) for place in found.places], shared

    assert in_tree(tmp_path, text, ask) == (
        ["shared/fonts.nix"],
        {"shared/fonts.nix", "shared/plain.nix"},
    )


def test_what_another_release_of_home_manager_refuses_is_unknown_and_no_error(
    tmp_path: Path,
) -> None:
    """The bundled table is of 2026; the lock below is of a release that has what it lacks."""
    text = """
        #- flake.lock
        { "nodes": { "root": { "inputs": { "home-manager": "hm", "nixpkgs": "np" } },
            "hm": { "locked": { "type": "github", "owner": "nix-community", "rev": "0",
              "repo": "home-manager", "lastModified": MODIFIED }, "original": {} },
            "np": { "locked": { "type": "github", "owner": "NixOS", "repo": "nixpkgs",
              "rev": "0", "lastModified": MODIFIED }, "original": {} } },
          "root": "root", "version": 7 }
        #- homes/alice/default.nix
        { options.home.uid = lib.mkOption { type = lib.types.int; };
          config = {
            home.uid = 1000;
            services.gpg-agent = { enable = true; pinentryFlavor = "qt"; };
            programs.firefox.profiles.a.extensions = [ 1 ];
          }; }
    """

    def ask(tree: Tree) -> dict[str, object]:
        found = settings(tree.repository, tree.target("alice"))
        answers = {".".join(s.path): s.value if s.known else s.error for s in found}
        codes = [d.code.name for d in diagnose_all(tree.view, tree.repository)]
        return {"codes": codes, "uid": answers["home.uid"], "errors": [
            path for path, value in answers.items() if isinstance(value, str) and "option" in value
        ]}  # fmt: skip

    old = text.replace("MODIFIED", "1700000000")
    assert in_tree(tmp_path / "old", old, ask, Catalogued()) == {
        "codes": [],
        "uid": 1000,
        "errors": [],
    }
    new = in_tree(tmp_path / "new", text.replace("MODIFIED", "1787400000"), ask, Catalogued())
    assert new["errors"]
    assert new["codes"]
