"""Modules of inputs whose flakes are made by other flakes, on homes and on hosts."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from hmls.catalog.cache import unpack_table
from hmls.catalog.lookup import is_open, names_at
from hmls.catalog.worker import read_input
from hmls.homes.catalogued import Catalogued
from hmls.homes.workspace import Views, Workspace
from hmls.ide.completion import complete
from hmls.lang.thread import run
from hmls.report.check import check_json
from tests.store import HOME_MANAGER, NIXPKGS, Store, lock
from tests.support import write_files

LIB = {
    "lib/.version": "25.11\n",
    "lib/default.nix": "{ trivial.oldestSupportedRelease = 2511; }\n",
    "lib/flake-version-info.nix": """
        self: final: prev: {
          trivial = prev.trivial // {
            versionSuffix = ".${self.lastModifiedDate}.${self.shortRev}";
          };
        }
    """,
}
"""As much of a nixpkgs as tells its version."""
PARTS = {
    "flake.nix": """
        {
          outputs = { nixpkgs-lib, ... }: let inherit (nixpkgs-lib) lib; in {
            lib.mkFlake = { inputs }: module: (lib.evalModules {
              specialArgs = { inherit inputs; };
              modules = [
                module
                {
                  options.flake = lib.mkOption {
                    type = lib.types.submodule {
                      freeformType = lib.types.lazyAttrsOf lib.types.raw;
                    };
                  };
                  options.onlyHere = lib.mkOption { default = [ "theme" ]; };
                }
              ];
            }).config.flake;
          };
        }
    """
}
"""A flake-parts that is another one than the one that is known natively."""
THEMES = {
    "flake.nix": """
        { outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } ./parts.nix; }
    """,
    "parts.nix": """
        { config, lib, ... }: {
          flake = lib.mkMerge [
            (lib.genAttrs config.onlyHere (_: ./theme.nix))
            (lib.mkIf (!lib.oldestSupportedReleaseIsAtLeast 2505) { theme = ./other.nix; })
            { version = lib.version; }
          ];
        }
    """,
    "theme.nix": """
        { config, lib, options, ... }: {
          options.theme = {
            enable = lib.mkOption { type = lib.types.bool; default = true; };
            colour = lib.mkOption { type = lib.types.str; default = ""; };
          };
          # What NixOS declares is not known.
          config = lib.mkMerge (map (_: { }) (lib.attrNames options.services));
        }
    """,
}
FLAKE = """
    {
      inputs.home-manager.url = "github:nix-community/home-manager";
      outputs = { self, nixpkgs, home-manager, themes, ... }@inputs: {
        homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
          pkgs = nixpkgs.legacyPackages.x86_64-linux;
          modules = [ ./homes/alice themes.theme ];
        };
        nixosConfigurations.desk = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            home-manager.nixosModules.home-manager
            themes.theme
            ({ config, lib, ... }: {
              home-manager.useGlobalPkgs = true;
              home-manager.users = lib.mkIf (config.home-manager.useGlobalPkgs) {
                alice = import ./homes/alice;
              };
            })
          ];
        };
      };
    }
"""


def _flake(
    folder: Path, home: str, nixpkgs: Mapping[str, str] = LIB
) -> tuple[Workspace, Catalogued]:
    store = Store(folder / "root")
    manager = store.put(HOME_MANAGER)
    path = store.path(manager)
    known = unpack_table(read_input("home-manager", str(path), f"/nix/store/{path.name}")[0])
    packages = store.put(nixpkgs)
    tables = {("home-manager", known.revision): known}
    if nixpkgs is not LIB:
        path = store.path(packages)
        system = unpack_table(read_input("nixos", str(path), f"/nix/store/{path.name}")[0])
        tables["nixos", system.revision] = system

    def node(owner: str, repo: str, nar_hash: str, **inputs: object) -> dict[str, object]:
        named = {"owner": owner, "repo": repo, "type": "github"}
        locked = {**named, "narHash": nar_hash, "rev": "a" * 40, "lastModified": 1_760_000_000}
        return {"locked": locked, "original": named, "inputs": inputs}

    nodes = {
        "root": {"inputs": {name: name for name in ("nixpkgs", "home-manager", "themes")}},
        "nixpkgs": node("NixOS", "nixpkgs", packages),
        "home-manager": node("nix-community", "home-manager", manager),
        "parts": node(
            "hercules-ci", "flake-parts", store.put(PARTS), **{"nixpkgs-lib": ["nixpkgs"]}
        ),
        "themes": node("someone", "themes", store.put(THEMES), **{"flake-parts": "parts"}),
    }
    lock = json.dumps({"version": 7, "root": "root", "nodes": nodes})
    files = {"flake.nix": FLAKE, "flake.lock": lock, "homes/alice/default.nix": home}
    write_files(str(folder / "f"), files)
    made = Workspace(str(store.root))
    made.set_folders([str(folder / "f")])
    return made, Catalogued(tables)


def test_a_flake_of_another_flake_is_read(tmp_path: Path) -> None:
    home = "{ ... }: { theme. }"
    made, catalogued = _flake(tmp_path, home)
    path = str(tmp_path / "f/homes/alice/default.nix")

    def ask() -> list[str]:
        view = Views(made, catalogued).newest()
        return [item.label for item in complete(view, path, home.rindex(". }") + 1)]

    assert run(ask) == ["colour", "enable"]


def test_an_inner_flake_knows_its_version_of_nixpkgs(tmp_path: Path) -> None:
    made, catalogued = _flake(tmp_path, "{ inputs, ... }: { }")

    def ask() -> object:
        from hmls.lang.force import expect_attrs, force, get

        (repository,) = Views(made, catalogued).newest().repositories.values()
        return force(get(expect_attrs(get(repository.flake.inputs, "themes")), "version"))

    assert run(ask) == "25.11.20251009085320.aaaaaaa"


@pytest.mark.parametrize(
    ("home", "expected"),
    [
        ("{ programs.gitish.enabel = true; }", "undeclared-option"),
        ("{ programs.gitish.enable = true; }", ""),
    ],
)
def test_users_of_a_host_whose_modules_ask_what_nobody_knows(
    tmp_path: Path, home: str, expected: str
) -> None:
    """NixOS was not read, so that a module of an input defines something unknown."""
    made, catalogued = _flake(tmp_path, home)

    def ask() -> tuple[list[str], list[str]]:
        view = Views(made, catalogued).newest()
        (repository,) = view.repositories.values()
        targets = repository.recent_targets
        assert targets.assumptions == ()
        found = [each for each in check_json(view)["diagnostics"] if "git" in each["message"]]
        return [each.key for each in targets.items], [each["code"] for each in found]

    targets, codes = run(ask)
    assert targets == ["standalone:alice", "host:alice@desk"]
    assert codes == [expected] * bool(expected)


DARWIN = {
    "version.json": '{ "release": "26.05", "isReleaseBranch": false }',
    "modules/module-list.nix": "[ ./dock.nix ]",
    "modules/dock.nix": """
        { lib, pkgs, ... }: {
          options.system.defaults.dock.autohide = lib.mkOption {
            type = lib.types.nullOr lib.types.bool;
            description = "Whether it hides.";
          };
          options.system.secret = pkgs.lib.makeSecretOption { };
          options.system.odd = pkgs.lib.makeOption { } // {
            defaultText = lib.literalExpression "something";
          };
        }
    """,
}
_OF_SYSTEMS = """
    {
      inputs.nixpkgs.url = "github:NixOS/nixpkgs";
      inputs.darwin.url = "github:nix-darwin/nix-darwin";
      outputs = { nixpkgs, darwin, ... }: {
        darwinConfigurations.mac = darwin.lib.darwinSystem {
          modules = [ ./systems/mac ./modules/both.nix ];
        };
        nixosConfigurations.desk = nixpkgs.lib.nixosSystem {
          modules = [ ./systems/desk ./modules/both.nix ];
        };
      };
    }
"""


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("systems/mac/default.nix", "{ $0 }", {"system"}),
        ("systems/mac/default.nix", "{ system.defaults.dock.$0 }", {"autohide"}),
        ("systems/desk/default.nix", "{ $0 }", {"services", "environment", "boot"}),
        ("modules/darwin/more.nix", "{ ... }: { $0 }", {"system"}),
        ("darwin-modules/more.nix", "{ ... }: { $0 }", {"system"}),
        ("modules/nixos/more.nix", "{ ... }: { $0 }", {"services", "environment", "boot"}),
        ("homes/alice@mac/default.nix", "{ osConfig, ... }: osConfig.$0", {"system"}),
    ],
)
def test_options_of_nix_darwin(tmp_path: Path, file: str, text: str, expected: set[str]) -> None:
    store = Store(tmp_path / "root")
    hashes = {"nixpkgs": store.put(NIXPKGS), "darwin": store.put(DARWIN)}
    tables = {
        kind: unpack_table(read_input(kind, str(path), f"/nix/store/{path.name}")[0])
        for kind, path in (
            ("nixos", store.path(hashes["nixpkgs"])),
            ("darwin", store.path(hashes["darwin"])),
        )
    }
    locked = {
        "nixpkgs": ("NixOS/nixpkgs", hashes["nixpkgs"]),
        "darwin": ("nix-darwin/nix-darwin", hashes["darwin"]),
    }
    files = {
        "flake.nix": _OF_SYSTEMS,
        "flake.lock": lock(locked),
        "systems/mac/default.nix": "{ }",
        "systems/desk/default.nix": "{ }",
        "modules/both.nix": "{ }",
        file: text.replace("$0", ""),
    }
    write_files(str(tmp_path / "f"), files)
    made = Workspace(str(store.root))
    made.set_folders([str(tmp_path / "f")])
    known = Catalogued({(kind, table.revision): table for kind, table in tables.items()})

    def ask() -> set[str]:
        items = complete(Views(made, known).newest(), str(tmp_path / "f" / file), text.index("$0"))
        return {item.label for item in items if item.kind == "option"}

    found = run(ask)
    assert found & {"system", "services", "environment", "boot", "autohide"} == expected


def test_what_cannot_be_read_is_an_option_all_the_same(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = store.path(store.put(DARWIN))
    content, problems = read_input("darwin", str(path), "/nix/store/x")
    assert len(problems) == 2
    table = unpack_table(content)
    assert table.label == "nix-darwin 26.05"
    assert {each.name for each in names_at(table, ("system",))} == {"defaults", "odd", "secret"}
    for name in ("odd", "secret"):
        assert names_at(table, ("system", name)) == ()
        assert is_open(table, ("system", name))


def test_the_lib_of_nixpkgs_by_its_path(tmp_path: Path) -> None:
    home = 'home.username = "a"; home.homeDirectory = "/a"; home.stateVersion = "25.05";'
    made, catalogued = _flake(tmp_path, f"{{ {home} }}")
    lib = 'lib = (import "${nixpkgs}/lib").extend (_: _: { });'
    (tmp_path / "f/flake.nix").write_text(FLAKE.replace("modules =", f"{lib} modules =", 1))
    assert run(lambda: check_json(Views(made, catalogued).newest())["diagnostics"]) == []


WRONG = """
{ config, lib, pkgs, ... }: {
  imports = [ IMPORT ];
  options.mine.port = lib.mkOption { type = lib.types.port; default = 1; };
  config = lib.mkMerge [
    { mine.port = 2; services.lamp.enable = true; services.lamp.bulbs.hall.colour = "warm"; }
    (lib.mkIf config.services.lamp.enable { services.lamb.enable = true; })
    (lib.optionalAttrs (lib.trivial.release == "1") { homebrew.enable = true; })
    { services.lamp.bulbs.hall.color = "cold"; services.candle = true; mine.prot = 3; }
    { services.wax.candle.on = true; services.torch.lit = true; }
    (lib.mkIf (config.mine.port == 3) { services.torch.lit = true; })
    { programs.gitish.enable = true; }
    { boot = if lib.trivial.release == "1" then { unti = "a"; } else { unit = "a"; }; }
  ];
}
"""


@pytest.mark.parametrize(
    ("imported", "expected"),
    [
        (
            "",
            [
                (7, "`services.lamb' does not exist. Did you mean `services.lamp'?"),
                (9, "`services.lamp.bulbs.hall.color' does not exist. Did you mean `"),
                (9, "services.candle is called services.lamp now"),
                (9, "`mine.prot' does not exist. Did you mean `mine.port'?"),
                (10, "services.wax.candle is called services.lamp now"),
                (10, "`services.torch.lit' no longer has any effect; please remove it.\nIt burnt."),
                (12, "`programs' does not exist. It is one of Home Manager"),
            ],
        ),
        # One that nobody knows may declare anything.
        ("themes.other", []),
        ('"${modulesPath}/more.nix"', []),
    ],
)
def test_options_that_no_system_has(
    tmp_path: Path, imported: str, expected: list[tuple[int, str]]
) -> None:
    made, catalogued = _flake(tmp_path, "{ }", NIXPKGS)
    host = "modules = [ ./desk.nix ]; specialArgs = { inherit themes; };"
    outputs = f"nixosConfigurations.desk = nixpkgs.lib.nixosSystem {{ {host} }};"
    flake = "{ outputs = { nixpkgs, themes, ... }: { OUTPUTS }; }".replace("OUTPUTS", outputs)
    text = WRONG.replace("IMPORT", imported).replace("pkgs, ...", "pkgs, themes, modulesPath, ...")
    write_files(str(tmp_path / "f"), {"flake.nix": flake, "desk.nix": text})

    def ask() -> list[tuple[int, str]]:
        found = check_json(Views(made, catalogued).newest())["diagnostics"]
        return [(each["line"], each["message"]) for each in found if each["file"] == "desk.nix"]

    found = run(ask)
    assert len(found) == len(expected), found
    for (line, message), (expected_line, text) in zip(found, expected, strict=True):
        assert line == expected_line
        assert text in message


def test_a_link_in_the_store_that_leads_out_of_it(tmp_path: Path) -> None:
    home = "{ theme. }"
    made, catalogued = _flake(tmp_path, home)
    (inside,) = (tmp_path / "root/nix/store").glob("*/lib/flake-version-info.nix")
    os.rename(inside.parent.parent, tmp_path / "elsewhere")
    inside.parent.parent.symlink_to(tmp_path / "elsewhere")
    path = str(tmp_path / "f/homes/alice/default.nix")

    def ask() -> list[str]:
        view = Views(made, catalogued).newest()
        return [item.label for item in complete(view, path, home.rindex(". }") + 1)]

    # Its version is not known, so that nobody knows whether it still is a theme.
    assert run(ask) == []


@pytest.mark.parametrize("outputs", ["[ ]", "1", "throw ''no''", "self: self", "{ theme = 1; }"])
def test_an_input_of_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outputs: str
) -> None:
    made_of = outputs if outputs.startswith("self") else f"_: {outputs}"
    monkeypatch.setitem(THEMES, "flake.nix", f"{{ outputs = {made_of}; }}")
    made, catalogued = _flake(tmp_path, "{ programs. }")
    path = str(tmp_path / "f/homes/alice/default.nix")

    def ask() -> list[str]:
        view = Views(made, catalogued).newest()
        check_json(view)
        return [item.label for item in complete(view, path, len("{ programs."))]

    assert "gitish" in run(ask)
