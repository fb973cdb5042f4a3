"""The effective configuration of a target as a Nix text."""

from __future__ import annotations

import json
from pathlib import Path

from hmls.homes.catalogued import Catalogued
from hmls.ide.effective import effective, effective_of_base
from hmls.lang.thread import run
from tests.support import evaluate
from tests.trees import in_tree

TREE = """
    #- homes/alice/default.nix
    {
      imports = [ ];
      options.shell = lib.mkOption { type = lib.types.str; };
      options.names = lib.mkOption { type = lib.types.listOf lib.types.str; };
      options.other."a b".enable = lib.mkOption { type = lib.types.bool; };
      options.never = lib.mkOption { type = lib.types.int; };
      config.shell = lib.mkDefault "bash";
      config.names = [ "one" ];
      config.other."a b".enable = true;
      config.never = lib.mkIf false 1;
    }
    #- homes/alice@global/default.nix
    { shell = "zsh"; names = map toString (lib.range 100 140); }
"""


def shown(tmp_path: Path, text: str = TREE) -> str:
    return in_tree(tmp_path, text, lambda tree: effective(tree.repository, tree.target("alice")))


def test_winner_and_loser_are_named(tmp_path: Path) -> None:
    text = shown(tmp_path)
    assert 'shell = "zsh"; # homes/alice@global/default.nix:2 (global)' in text
    assert '# not "bash" of homes/alice/default.nix:8 (base): ' in text
    assert "# homes/alice/default.nix:10 (base)" in text


def test_it_is_nix_and_evaluates(tmp_path: Path) -> None:
    text = shown(tmp_path)

    def ask() -> tuple[object, object]:
        found = evaluate(text)
        return evaluate(f"({text}).shell"), len(evaluate(f"({text}).names") and found)

    assert run(ask)[0] == "zsh"
    assert '    "139"\n' in text


def test_what_is_unknown_is_said(tmp_path: Path) -> None:
    text = shown(
        tmp_path,
        """
        #- homes/alice/default.nix
        {
          options.editor = lib.mkOption { type = lib.types.package; };
          config.editor = pkgs.helix;
        }
        """,
    )
    assert "  # not wholly known: nixpkgs.helix: " in text
    assert "  editor = nixpkgs.helix /* ? */; # homes/alice/default.nix:4 (base)" in text


def test_a_default_whose_file_is_not_here_has_no_line(tmp_path: Path) -> None:
    locked = {"type": "github", "owner": "nix-community", "repo": "home-manager", "rev": "1" * 40}
    locked["narHash"] = f"sha256-{'A' * 43}="
    nodes = {"root": {"inputs": {"home-manager": "hm"}}, "hm": {"locked": locked}}
    lock = json.dumps({"nodes": nodes, "root": "root", "version": 7})
    text = in_tree(
        tmp_path,
        f"#- flake.lock\n{lock}\n"
        "#- homes/alice/default.nix\n{ gtk.enable = lib.mkIf false true; }",
        lambda tree: effective(tree.repository, tree.target("alice")),
        Catalogued(),
    )
    assert "enable = false; # modules/misc/gtk (default)" in text


def test_the_base_alone_is_without_the_layers_above_it(tmp_path: Path) -> None:
    text = in_tree(
        tmp_path, TREE, lambda tree: effective_of_base(tree.repository, tree.target("alice"))
    )
    assert text.startswith("# alice without alice@global\n# homeConfigurations.alice\n")
    assert 'shell = "bash"; # homes/alice/default.nix:8 (base)' in text
    assert 'names = [ "one" ]; # homes/alice/default.nix:9 (base)' in text


def test_an_error_is_a_throw(tmp_path: Path) -> None:
    text = shown(
        tmp_path,
        """
        #- homes/alice/default.nix
        {
          options.a = lib.mkOption { type = lib.types.int; };
          config.a = "x */ ${";
        }
        """.replace("${", "$"),
    )
    assert 'a = throw "' in text


def test_it_says_little_of_what_is_off(tmp_path: Path) -> None:
    text = shown(tmp_path)
    at = text.splitlines().index("  # never is not defined")
    assert text.splitlines()[at - 1].startswith("  # not 1 of homes/alice/default.nix:11 (base)")


def test_of_many_who_decide_some_are_named(tmp_path: Path) -> None:
    files = "".join(
        f'    #- homes/alice/m{n}.nix\n    {{ names = [ "{n}" ]; }}\n' for n in range(6)
    )
    text = shown(
        tmp_path,
        "    #- homes/alice/default.nix\n    {\n"
        "      imports = [ ./m0.nix ./m1.nix ./m2.nix ./m3.nix ./m4.nix ./m5.nix ];\n"
        "      options.names = lib.mkOption { type = lib.types.listOf lib.types.str; };\n    }\n"
        + files,
    )
    line = next(line for line in text.splitlines() if line.startswith("  names = "))
    assert line.count(".nix:") == 4
    assert line.endswith(" and 2 more")
