"""Flakes of snowfall-lib: homes, hosts, modules and the library come from their folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hmls.deploy.repository import named
from hmls.homes.catalogued import Catalogued
from hmls.homes.settings import setting, settings
from hmls.ide.actions.deploy import deploy
from tests.trees import Tree, in_tree

FLAKE = """
    #- flake.nix
    {
      inputs.snowfall-lib.url = "github:snowfallorg/lib";
      outputs = inputs:
        let lib = inputs.snowfall-lib.mkLib {
              inherit inputs; src = ./.; snowfall.namespace = "zoo";
            };
        in lib.mkFlake {
          homes.modules = [ { options.zoo.shared = lib.mkOption { default = 0; }; } ];
          systems.modules.nixos = [ inputs.home-manager.nixosModules.home-manager ];
        };
    }
    #- flake.lock
    { "nodes": {
        "root": { "inputs": { "home-manager": "home-manager", "snowfall-lib": "snowfall-lib" } },
        "home-manager": { "locked": { "type": "github", "owner": "nix-community",
          "repo": "home-manager", "rev": "00" }, "original": { "type": "github",
          "owner": "nix-community", "repo": "home-manager" } },
        "snowfall-lib": { "locked": { "type": "github", "owner": "snowfallorg", "repo": "lib",
          "rev": "00" }, "original": { "type": "github", "owner": "snowfallorg", "repo": "lib" } }
      }, "root": "root", "version": 7 }
    #- lib/module/default.nix
    { lib, ... }: { enabled = { enable = true; }; int = default: lib.mkOption {
      type = lib.types.int; inherit default; }; }
    #- modules/home/lions/default.nix
    { lib, namespace, config, host ? "none", ... }: {
      options.${namespace}.lions = {
        enable = lib.mkEnableOption "lions";
        count = lib.zoo.int 2;
        host = lib.mkOption { type = lib.types.str; };
      };
      config.zoo.lions.host = host;
    }
    #- homes/x86_64-linux/alice@den/default.nix
    { lib, ... }: { zoo.lions = lib.zoo.enabled // { count = 3; }; zoo.shared = 1; }
    #- systems/x86_64-linux/den/default.nix
    { lib, ... }: { snowfallorg.users.alice.home.config.zoo.shared = lib.mkForce 5; }
"""


def test_homes_and_hosts_are_found(tmp_path: Path) -> None:
    found = in_tree(tmp_path, FLAKE, _targets)
    assert found == {
        ("standalone", "alice@den:standalone", 'homeConfigurations."alice@den"', "x86_64-linux"),
        ("host", "alice@den", "nixosConfigurations.den", "x86_64-linux"),
    }


def test_the_lines_that_decide_are_those_of_the_call(tmp_path: Path) -> None:
    """Where everything lies, and what is said of all homes and of all hosts."""

    def ask(tree: Tree) -> dict[str, list[int]]:
        flake = tree.repository.flake
        return {
            target.name: [
                site.unit.lines.line_of(site.start) + 1 for site in flake.sites_of(target.output)
            ]
            for target in tree.repository.targets.items
        }

    found = in_tree(tmp_path, FLAKE, ask)
    assert {name: lines[:2] for name, lines in found.items()} == {
        "alice@den:standalone": [5, 8],
        "alice@den": [5, 9],
    }


def test_a_home_and_that_on_the_host_are_told_apart(tmp_path: Path) -> None:
    """They are called the same, and each action is to deploy what it says."""

    def ask(tree: Tree) -> dict[str, str]:
        found = deploy(tree.view, tree.path, 0, 0)
        asked = [each.command.argument["target"] for each in found if each.command is not None]
        called = [named(tree.repository, str(name), "alice") for name in asked]
        outputs = [each.output for each in called if each is not None]
        return dict(zip((each.title for each in found), outputs, strict=True))

    found = in_tree(tmp_path, FLAKE.replace("zoo.shared = 1", "zoo.shared = $01"), ask)
    home, host = 'homeConfigurations."alice@den"', "nixosConfigurations.den"
    told = "alice@den:standalone: home-manager switch --flake .#alice@den"
    assert found[f"Switch {told}"] == home
    assert found["Switch den: sudo nixos-rebuild switch --flake .#den"] == host
    assert found["Test den: sudo nixos-rebuild test --flake .#den"] == host


def test_an_output_names_a_target(tmp_path: Path) -> None:
    def ask(tree: Tree) -> list[str]:
        names = ("alice@den", 'homeConfigurations."alice@den"', "nixosConfigurations.den")
        found = [tree.repository.targets.called(name) for name in names]
        return [each.kind for each in found if each is not None]

    assert in_tree(tmp_path, FLAKE, ask) == ["host", "standalone", "host"]


def _targets(tree: Tree) -> set[tuple[str, str, str, str | None]]:
    targets = tree.repository.targets
    assert not targets.assumptions
    assert not targets.errors
    return {(t.kind, t.name, t.output, t.system) for t in targets.items}


def test_a_home_without_a_host_is_part_of_those_of_hosts_and_of_no_standalone(
    tmp_path: Path,
) -> None:
    text = (
        FLAKE
        + """
    #- homes/x86_64-linux/alice/default.nix
    { zoo.shared = 2; }
    """
    )

    def ask(tree: Tree) -> set[tuple[str, tuple[str, ...]]]:
        items = tree.repository.targets.items
        return {(f"{t.kind} {t.name}", tuple(layer.name for layer in t.layers)) for t in items}

    assert in_tree(tmp_path, text, ask) == {
        ("standalone alice", ("alice",)),
        ("standalone alice@den:standalone", ("alice@den",)),
        ("host alice@den", ("alice", "alice@den")),
    }


def test_modules_get_the_library_and_the_namespace(tmp_path: Path) -> None:
    found = in_tree(tmp_path, FLAKE, lambda tree: _values(tree, "standalone"))
    assert found == {
        "zoo.lions.enable": True,
        "zoo.lions.count": 3,
        "zoo.lions.host": "den",
        "zoo.shared": 1,
    }


def test_a_system_adds_to_the_homes_of_its_users(tmp_path: Path) -> None:
    found = in_tree(tmp_path, FLAKE, lambda tree: _values(tree, "host"))
    assert found["zoo.shared"] == 5
    assert found["zoo.lions.count"] == 3


def _values(tree: Tree, kind: str) -> dict[str, Any]:
    target = next(t for t in tree.repository.targets.items if t.kind == kind)
    found = settings(tree.repository, target)
    return {".".join(s.path): s.value if s.known else s.text for s in found}


def test_the_functions_of_snowfall_list_files(tmp_path: Path) -> None:
    text = (
        FLAKE
        + """
    #- modules/home/birds/default.nix
    { lib, ... }: { imports = lib.snowfall.fs.get-non-default-nix-files ./.; }
    #- modules/home/birds/owl.nix
    { lib, ... }: {
      options.zoo.owl = lib.mkOption { default = "none"; };
      config.zoo.owl = lib.snowfall.path.get-file-name-without-extension (
        builtins.head (lib.snowfall.fs.get-files-recursive (lib.snowfall.fs.get-file "songs")));
    }
    #- songs/night/hoot.txt
    hoo
    """
    )
    found = in_tree(tmp_path, text, lambda tree: _values(tree, "standalone"))
    assert found["zoo.owl"] == "hoot"


def test_a_fork_may_give_modules_more_arguments(tmp_path: Path) -> None:
    text = (
        FLAKE.replace('"owner": "snowfallorg"', '"owner": "somebody"')
        + """
    #- modules/home/birds/default.nix
    { lib, call ? "none", ... }@args: {
      options.zoo.call = lib.mkOption { default = call; };
      options.zoo.name = lib.mkOption { default = args._name; };
      config.zoo = { inherit call; name = args._name; };
    }
    """
    )

    def ask(tree: Tree) -> dict[str, tuple[bool, str | None, str]]:
        target = next(t for t in tree.repository.targets.items if t.kind == "standalone")
        found = settings(tree.repository, target, ("zoo",))
        return {".".join(s.path): (s.known, s.error, s.kind) for s in found}

    found = in_tree(tmp_path, text, ask)
    assert found["zoo.call"] == (False, None, "missing-input")
    assert found["zoo.name"] == (False, None, "missing-input")


def test_a_definition_that_may_not_exist_does_not_set_a_read_only_option(tmp_path: Path) -> None:
    text = (
        FLAKE
        + """
    #- modules/home/birds/default.nix
    { lib, inputs, ... }: {
      options.zoo.owl.final = lib.mkOption { readOnly = true; };
      config = lib.mkMerge [ { zoo.owl.final = 1; } { zoo.owl = inputs.nest.owl // { }; } ];
    }
    """
    )

    def ask(tree: Tree) -> tuple[bool, str | None]:
        target = next(t for t in tree.repository.targets.items if t.kind == "standalone")
        found = next(s for s in settings(tree.repository, target) if s.path[1:2] == ("owl",))
        return found.known, found.error

    text = text.replace('inputs.snowfall-lib.url', 'inputs.nest.url = "github:a/nest"; inputs.snowfall-lib.url', 1)  # fmt: skip  # noqa: E501
    assert in_tree(tmp_path, text, ask) == (False, None)


def test_flake_utils_plus_comes_first(tmp_path: Path) -> None:
    """Its definitions stand behind those of the user, as lines that came first do."""

    def ask(tree: Tree) -> object:
        found = setting(
            tree.repository, tree.target("alice@den:standalone"), ("nix", "extraOptions")
        )
        assert found is not None
        return found.value if found.known else found.reason

    text = FLAKE.replace("zoo.shared = 1; }", "zoo.shared = 1; nix.extraOptions = ''a = 1''; }")
    told = in_tree(tmp_path, text, ask, Catalogued())
    assert told == "a = 1\nextra-experimental-features = nix-command flakes"
