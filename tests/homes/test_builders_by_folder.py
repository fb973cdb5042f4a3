"""import-tree, ez-configs and blueprint, which find modules by their folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.homes.catalogued import Catalogued
from hmls.homes.settings import setting
from tests.trees import Tree, in_tree

_INPUTS = """
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.home-manager.url = "github:nix-community/home-manager";
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.ez-configs.url = "github:ehllie/ez-configs";
  inputs.import-tree.url = "github:vic/import-tree";
"""
_TREE = f"""
#- flake.nix
{{
  {_INPUTS}
  outputs = inputs: {{
    homeConfigurations.alice = inputs.home-manager.lib.homeManagerConfiguration {{
      pkgs = inputs.nixpkgs.legacyPackages.x86_64-linux;
      modules = [ ./options.nix MODULE ];
    }};
  }};
}}
#- options.nix
{{ lib, ... }}: {{
  options.names = lib.mkOption {{ type = lib.types.listOf lib.types.str; default = [ ]; }};
}}
#- tree/a.nix
{{ names = [ "a" ]; }}
#- tree/b/b.nix
{{ names = [ "b" ]; }}
#- tree/b/_c/c.nix
{{ names = [ "c" ]; }}
#- tree/_d.nix
{{ names = [ "d" ]; }}
#- tree/notes.txt
nothing
#- other/e.nix
{{ names = [ "e" ]; }}
"""


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("(inputs.import-tree ./tree)", ["b", "a"]),
        ("(inputs.import-tree [ ./tree ./other ])", ["e", "b", "a"]),
        ("(inputs.import-tree ./tree/b/_c)", ["c"]),
        ("((inputs.import-tree.match \".*/b/.*\") ./tree)", ["b"]),
        ("((inputs.import-tree.matchNot \".*/b/.*\") ./tree)", ["a"]),
        ("((inputs.import-tree.filter (inputs.nixpkgs.lib.hasInfix \"a\")) ./tree)", ["a"]),
        ("((inputs.import-tree.addPath ./other).addPath ./tree)", ["b", "a", "e"]),
        (
            "((inputs.import-tree.initFilter (inputs.nixpkgs.lib.hasSuffix \"d.nix\")) ./tree)",
            ["d"],
        ),
        ("((inputs.import-tree.map (x: { imports = [ x x ]; })) ./other)", ["e"]),
        (
            "{ names = map baseNameOf "
            "((inputs.import-tree.withLib inputs.nixpkgs.lib).leafs ./tree); }",
            ["a.nix", "b.nix"],
        ),
        (
            "{ names = [ (toString (builtins.length ((inputs.import-tree.withLib "
            "inputs.nixpkgs.lib).addPath ./tree).files)) ]; }",
            ["2"],
        ),
    ],
)  # fmt: skip
def test_import_tree(tmp_path: Path, module: str, names: list[str]) -> None:
    assert _ask(tmp_path, _TREE.replace("MODULE", module), "alice", "names") == names


def _ask(folder: Path, text: str, name: str, path: str) -> object:
    def ask(tree: Tree) -> object:
        target = tree.target(name)
        assert target.by_convention is None
        found = setting(tree.repository, target, tuple(path.split(".")))
        assert found is not None
        assert found.known, found
        return found.value

    return in_tree(folder, text, ask, Catalogued())


_EZ = f"""
#- flake.nix
{{
  {_INPUTS}
  outputs = inputs: inputs.flake-parts.lib.mkFlake {{ inherit inputs; }} {{
    imports = [ inputs.ez-configs.flakeModule ];
    systems = [ "x86_64-linux" ];
    ezConfigs = {{
      root = ./.;
      globalArgs.greeting = "hi";
      nixos.hosts.desk.userHomeModules = [ "alice" ];
      home.users.bob = {{ importDefault = false; nameFunction = host: "bob-on-${{host}}"; }};
      home.users.carol.standalone = {{
        enable = true;
        pkgs = inputs.nixpkgs.legacyPackages.x86_64-linux;
      }};
    }};
  }};
}}
#- home-modules/default.nix
{{ ezModules, lib, ... }}: {{
  options.text = lib.mkOption {{ type = lib.types.str; default = "none"; }};
  config.home.sessionPath = builtins.attrNames ezModules;
}}
#- home-modules/linux/default.nix
{{ home.sessionPath = [ "linux" ]; }}
#- home-modules/darwin.nix
{{ home.sessionPath = [ "darwin" ]; }}
#- home-configurations/alice.nix
{{ osConfig, greeting, ... }}: {{
  text = "${{greeting}} ${{osConfig.networking.hostName}}";
  home = {{ username = "alice"; homeDirectory = "/home/alice"; stateVersion = "24.11"; }};
}}
#- home-configurations/bob/default.nix
{{ home = {{ username = "bob"; homeDirectory = "/home/bob"; stateVersion = "24.11"; }}; }}
#- home-configurations/carol.nix
{{ osConfig, ... }}: {{
  text = if osConfig == {{ }} then "alone" else "not";
  home = {{ username = "carol"; homeDirectory = "/home/carol"; stateVersion = "24.11"; }};
}}
#- nixos-configurations/desk/default.nix
{{
  nixpkgs.hostPlatform = "x86_64-linux";
  networking.hostName = "desk";
  users.users.alice = {{ isNormalUser = true; }};
}}
"""


def test_ez_configs_finds_homes_and_hosts(tmp_path: Path) -> None:
    def targets(tree: Tree) -> list[tuple[str, str, str | None]]:
        items = tree.repository.targets.items
        assert all(target.by_convention is None for target in items)
        return sorted((target.name, target.kind, target.system) for target in items)

    assert in_tree(tmp_path, _EZ, targets, Catalogued()) == [
        ("alice@desk", "host", "x86_64-linux"),
        ("alice@desk:standalone", "standalone", "x86_64-linux"),
        ("bob-on-desk", "standalone", "x86_64-linux"),
        ("carol", "standalone", "x86_64-linux"),
    ]


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("alice@desk", "text", "hi desk"),
        ("alice@desk", "home.sessionPath", ["linux", "darwin", "default", "linux"]),
        ("bob-on-desk", "home.sessionPath", []),
        ("carol", "text", "alone"),
    ],
)
def test_ez_configs_modules_and_arguments(
    tmp_path: Path, name: str, path: str, value: object
) -> None:
    assert _ask(tmp_path, _EZ, name, path) == value


@pytest.mark.parametrize(
    ("written", "system"),
    [
        ('localSystem.system = "aarch64-linux"', "aarch64-linux"),
        ('localSystem = "aarch64-linux"', "aarch64-linux"),
        ('system = "aarch64-linux"', "aarch64-linux"),
    ],
)
def test_a_host_that_says_its_platform_in_an_older_way(
    tmp_path: Path, written: str, system: str
) -> None:
    text = _EZ.replace('hostPlatform = "x86_64-linux"', written)
    found = in_tree(
        tmp_path,
        text,
        lambda tree: {t.system for t in tree.repository.targets.items if t.kind == "host"},
        Catalogued(),
    )
    assert found == {system}


_BLUEPRINT = """
#- flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.home-manager.url = "github:nix-community/home-manager";
  inputs.nix-darwin.url = "github:LnL7/nix-darwin";
  inputs.blueprint.url = "github:numtide/blueprint";
  outputs = inputs: inputs.blueprint { inherit inputs; systems = [ "x86_64-linux" ]; };
}
#- lib/default.nix
{ ... }: { five = 5; }
#- modules/home/shared.nix
{ flake, inputs }: { lib, config, ... }: {
  options.text = lib.mkOption { type = lib.types.str; default = "none"; };
  config.home.sessionPath = builtins.attrNames flake.homeModules;
}
#- hosts/desk/configuration.nix
{ hostName, ... }: {
  nixpkgs.hostPlatform = "x86_64-linux";
  networking.hostName = hostName;
  users.users.ann.isNormalUser = true;
}
#- hosts/desk/users/ann/home-configuration.nix
{ flake, osConfig ? null, ... }: {
  imports = [ flake.homeModules.shared ];
  home.stateVersion = "24.11";
  text = if osConfig == null then "alone" else osConfig.networking.hostName;
}
#- hosts/mac/darwin-configuration.nix
{ nixpkgs.hostPlatform = "aarch64-darwin"; users.users.cy.home = "/Users/cy"; }
#- hosts/mac/users/cy.nix
{ flake, ... }: {
  imports = [ flake.modules.home.shared ];
  home.stateVersion = "24.11";
  text = toString flake.lib.five;
}
#- hosts/away/users/dee.nix
{ home.stateVersion = "24.11"; }
"""


def test_blueprint_finds_homes_and_hosts(tmp_path: Path) -> None:
    def targets(tree: Tree) -> list[tuple[str, str, str | None]]:
        items = tree.repository.targets.items
        assert all(target.by_convention is None for target in items)
        return sorted((target.name, target.kind, target.system) for target in items)

    assert in_tree(tmp_path, _BLUEPRINT, targets, Catalogued()) == [
        ("ann@desk", "host", "x86_64-linux"),
        ("ann@desk:standalone", "standalone", "x86_64-linux"),
        ("cy@mac", "host", "aarch64-darwin"),
        ("cy@mac:standalone", "standalone", "x86_64-linux"),
        ("dee@away", "standalone", "x86_64-linux"),
    ]


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("ann@desk:standalone", "text", "alone"),
        ("ann@desk:standalone", "home.homeDirectory", "/home/ann"),
        ("cy@mac:standalone", "text", "5"),
        ("cy@mac:standalone", "home.sessionPath", ["shared"]),
        ("dee@away", "home.username", "dee"),
    ],
)
def test_blueprint_modules_and_arguments(
    tmp_path: Path, name: str, path: str, value: object
) -> None:
    assert _ask(tmp_path, _BLUEPRINT, name, path) == value


_PARTS = f"""
#- flake.nix
{{
  {_INPUTS}
  outputs = inputs: inputs.flake-parts.lib.mkFlake {{ inherit inputs; }} (
    {{ flake-parts-lib, ... }}: {{
      systems = [ "x86_64-linux" ];
      flake.homeModules.names = flake-parts-lib.importApply ./names.nix {{ name = "🎉"; }};
      flake.homeConfigurations.alice = inputs.home-manager.lib.homeManagerConfiguration {{
        pkgs = inputs.nixpkgs.legacyPackages.x86_64-linux;
        modules = [ inputs.self.homeModules.names ];
      }};
    }}
  );
}}
#- names.nix
{{ name }}: {{ lib, ... }}: {{
  options.names = lib.mkOption {{ type = lib.types.listOf lib.types.str; }};
  config.names = [ name ];
}}
"""


def test_flake_parts_import_apply(tmp_path: Path) -> None:
    assert _ask(tmp_path, _PARTS, "alice", "names") == ["🎉"]


def test_a_mistake_in_a_flake_of_parts_is_in_its_flake_nix(tmp_path: Path) -> None:
    wrong = _PARTS.replace("flake.homeModules", "flake.nixosConfigurations = 5; flake.homeModules")

    def ask(tree: Tree) -> list[str]:
        return [error.message for error in tree.repository.targets.errors]

    assert "/flake.nix'" in " ".join(in_tree(tmp_path, wrong, ask, Catalogued()))
