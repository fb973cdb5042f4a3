"""Inputs read from the store: the sources at their computed path, the worker, the cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from hmls.catalog.cache import unpack_table
from hmls.catalog.lines import decoded
from hmls.catalog.lookup import moved_at, names_at, option_at
from hmls.catalog.table import Table
from hmls.catalog.worker import read_input
from hmls.homes.catalogued import Catalogued
from hmls.homes.sources import missing_inputs, sources_of
from hmls.homes.workspace import Views, Workspace
from hmls.ide.completion import complete
from hmls.ide.definition import declaration
from hmls.ide.hover import hover
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.thread import run
from tests.store import HOME_MANAGER, NIXPKGS, Store, lock, nar_hash_of
from tests.support import write_files
from tests.trees import FLAKE

Json = Any
HM = "nix-community/home-manager"


def table(store: Store, nar_hash: str) -> Table:
    path = store.path(nar_hash)
    content, problems = read_input("home-manager", str(path), f"/nix/store/{path.name}")
    assert problems == []
    return unpack_table(content)


def test_the_hash_is_that_of_nix(tmp_path: Path) -> None:
    # As `nix hash path` gives it for a folder with a file `a` of the text `b`.
    write_files(str(tmp_path / "x"), {"a": "b"})
    expected = "sha256-EBswNU9earkJWqUCyZjDFV4ek3eePOcnPPDpEINoCvA="
    assert nar_hash_of(tmp_path / "x") == expected


def test_home_manager_is_read_from_its_store_path(tmp_path: Path) -> None:
    store = Store(tmp_path)
    found = table(store, store.put(HOME_MANAGER))
    assert (found.label, found.exact) == ("Home Manager 25.99", True)
    assert [each.name for each in names_at(found, ("programs",))] == ["gitish"]
    option = option_at(found, ("programs", "gitish", "flavour"))
    assert option is not None
    assert option.description == "How it tastes."
    assert option.places == (("modules/git.nix", 4),)
    assert [each.name for each in names_at(found, ("programs", "gitish", "remotes", "x"))] == [
        "url"
    ]


def test_the_worker_writes_what_it_found(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = store.path(store.put(HOME_MANAGER))
    done = subprocess.run(
        [sys.executable, "-m", "hmls.catalog.worker", "home-manager", path, "/nix/store/x"],
        capture_output=True,
        check=True,
    )
    assert "programs" in unpack_table(done.stdout).options


@pytest.mark.parametrize(
    "files",
    [
        {"README": "nothing of the kind"},
        {"modules/modules.nix": "{ pkgs, lib }: ["},
        {"modules/modules.nix": "{ pkgs, lib }: let x = x; in x"},
        {"modules/modules.nix": "{ pkgs, lib }: [ ../../../../../etc/passwd ]"},
        {"modules/modules.nix": "{ pkgs, lib }: [ (builtins.readFile /etc/passwd) ]"},
        {"modules/modules.nix": "{ pkgs, lib }: " + "[" * 5000},
        {"modules/modules.nix": "{ pkgs, lib }: [ (import ./modules.nix) ]"},
    ],
)
def test_sources_that_are_nothing_of_the_kind(tmp_path: Path, files: dict[str, str]) -> None:
    store = Store(tmp_path)
    path = store.path(store.put(files))
    try:
        content, _ = read_input("home-manager", str(path), "/nix/store/x")
    except (NixError, Unknowable):
        return
    assert b"root:" not in zlib.decompress(content)


def test_one_module_that_fails_does_not_hide_the_others(tmp_path: Path) -> None:
    store = Store(tmp_path)
    files = {**HOME_MANAGER, "modules/old.nix": "{ lib, ... }: { options.a = lib.mkOption { type"}
    path = store.path(store.put(files))
    content, problems = read_input("home-manager", str(path), "/nix/store/x")
    assert problems
    found = unpack_table(content)
    assert not found.exact
    assert "programs" in found.options


def test_whether_there_is_an_attribute_is_written_down(tmp_path: Path) -> None:
    store = Store(tmp_path)
    asks = """
        { config, lib, options, ... }: {
          home.username = lib.mkIf (lib.any (x: x ? enable) options.programs.git.definitions) "a";
        }
    """
    path = store.path(store.put({**HOME_MANAGER, "modules/old.nix": asks}))
    content, problems = read_input("home-manager", str(path), "/nix/store/x")
    assert problems == []
    writes = unpack_table(content).writes
    written = [decoded(found) for where, found, *_ in writes if where[1] == "username"]
    ((_, (_, name, (_, number, body), _), value),) = written
    assert (name, value) == ("builtins.any", "a")
    given = ["ref", f"${number}"]
    assert body == ["call", "lib.attrsets.hasAttrByPath", ["list", "enable"], given]


def test_what_is_no_plain_file_is_not_read(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = store.path(store.put({**HOME_MANAGER, "modules/huge.nix": "1"}))
    names = ("home", "git", "pipe", "loop", "huge", "binary", "out")
    listed = " ".join(f"./{name}.nix" for name in names)
    (path / "modules/modules.nix").write_text(f"{{ pkgs, lib }}: [ {listed} ]")
    os.mkfifo(path / "modules/pipe.nix")
    os.symlink("loop.nix", path / "modules/loop.nix")
    os.symlink("/etc/hostname", path / "modules/out.nix")
    (path / "modules/binary.nix").write_bytes(bytes(range(256)) * 40)
    with (path / "modules/huge.nix").open("wb") as file:
        file.truncate(1 << 40)
    content, problems = read_input("home-manager", str(path), "/nix/store/x")
    assert len(problems) == 5
    found = unpack_table(content)
    assert not found.exact
    assert "programs" in found.options


def workspace(folder: Path, store: Store, locked: str, home: str) -> Workspace:
    write_files(
        str(folder),
        {"flake.nix": FLAKE, "flake.lock": locked, "homes/alice/default.nix": home},
    )
    found = Workspace(str(store.root))
    found.set_folders([str(folder)])
    return found


def test_the_sources_answer_for_the_lock_that_names_them(tmp_path: Path) -> None:
    store = Store(tmp_path / "root")
    nar_hash = store.put(HOME_MANAGER)
    known = table(store, nar_hash)
    home = "{ ... }: { programs. }"
    made = workspace(tmp_path / "f", store, lock({"home-manager": (HM, nar_hash)}), home)
    path = str(tmp_path / "f/homes/alice/default.nix")

    def ask(knowledge: Catalogued) -> list[str]:
        view = Views(made, knowledge).newest()
        return [item.label for item in complete(view, path, home.rindex(". }") + 1)]

    assert run(lambda: ask(Catalogued({("home-manager", known.revision): known}))) == ["gitish"]
    assert "git" in run(lambda: ask(Catalogued()))


def test_what_is_here_and_what_is_not(tmp_path: Path) -> None:
    store = Store(tmp_path / "root")
    nar_hash = store.put(HOME_MANAGER)
    away = nar_hash_of(tmp_path)
    locked = lock({"home-manager": (HM, nar_hash), "sops-nix": ("Mic92/sops-nix", away)})
    made = workspace(tmp_path / "f", store, locked, "{ }")

    def ask() -> tuple[list[tuple[str, bool]], list[str]]:
        (repository,) = Views(made).newest().repositories.values()
        found = [(source.input, source.is_here) for source in sources_of(repository)]
        return found, missing_inputs(repository)

    assert run(ask) == ([("home-manager", True)], ["sops-nix"])
    for name in ("release.json", "flake.nix"):
        os.unlink(store.path(nar_hash) / name)
    os.rename(store.path(nar_hash), tmp_path / "collected")
    assert run(ask) == ([("home-manager", False)], ["home-manager", "sops-nix"])


def nixos(store: Store) -> tuple[str, Table]:
    nar_hash = store.put(NIXPKGS)
    path = store.path(nar_hash)
    content, problems = read_input("nixos", str(path), f"/nix/store/{path.name}")
    assert problems == []
    return nar_hash, unpack_table(content)


def test_nixos_is_read_from_nixpkgs(tmp_path: Path) -> None:
    _, found = nixos(Store(tmp_path))
    assert (found.label, found.writes) == ("NixOS 25.99", [])
    assert {each.name for each in names_at(found, ("services", "lamp"))} == {
        "enable",
        "package",
        "bulbs",
    }
    option = option_at(found, ("services", "lamp", "bulbs", "hall", "colour"))
    assert option is not None
    assert option.type == 'one of "warm", "cold"'
    unit = option_at(found, ("boot", "unit"))
    assert unit is not None
    assert unit.type == 'one of "a", "b"'
    moved = moved_at(found, ("services", "candle"))
    assert moved is not None
    assert moved.target == ("services", "lamp")


ENDLESS = """
    { lib, ... }:
    let
      service = { ... }: {
        options.command = lib.mkOption { type = lib.types.str; };
        options.services = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule service); };
      };
      named = name: lib.types.submodule { options.${name} = lib.mkOption { type = named name; }; };
    in {
      options.system.services = lib.mkOption {
        type = lib.types.attrsOf (lib.types.submodule service);
      };
      options.system.chain = lib.mkOption { type = named "next"; };
      options.system.last = lib.mkOption { type = lib.types.int; };
    }
"""


def test_options_that_hold_themselves_have_no_end(tmp_path: Path) -> None:
    store = Store(tmp_path)
    modules = {"nixos/modules/module-list.nix": "[ ./a.nix ]", "nixos/modules/a.nix": ENDLESS}
    content, problems = read_input("nixos", str(store.path(store.put(modules))), "/nix/store/x")
    assert problems == []
    found = unpack_table(content)
    assert {each.name for each in names_at(found, ("system",))} == {"services", "chain", "last"}
    inner = ("system", "services", *("a", "services") * 7, "b")
    assert {each.name for each in names_at(found, inner)} == {"command", "services"}
    assert [each.name for each in names_at(found, ("system", "chain", *["next"] * 7))] == ["next"]


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("systems/desk/default.nix", "{ ... }: { services.$0 }", "lamp"),
        ("systems/desk/default.nix", "{ services.lamp.bulbs.hall.$0 }", "colour"),
        ("modules/nixos/x.nix", "{ ... }: { environment.$0 }", "systemPackages"),
        (
            "homes/alice@desk/default.nix",
            "{ osConfig, ... }: { x = osConfig.services.$0; }",
            "lamp",
        ),
        ("systems/desk/default.nix", "{ home-manager.users.alice.programs.$0 }", "git"),
    ],
)
def test_the_place_of_a_file_decides_its_options(
    tmp_path: Path, file: str, text: str, expected: str
) -> None:
    store = Store(tmp_path / "root")
    nar_hash, table = nixos(store)
    root = tmp_path / "flake"
    files = {
        "flake.nix": FLAKE,
        "flake.lock": lock({"nixpkgs": ("NixOS/nixpkgs", nar_hash)}),
        "homes/alice@desk/default.nix": "{ }",
        "systems/desk/default.nix": "{ }",
        file: text.replace("$0", ""),
    }
    write_files(str(root), files)

    def ask() -> list[str]:
        workspace = Workspace(str(store.root))
        workspace.set_folders([str(root)])
        view = Views(workspace, Catalogued({("nixos", table.revision): table})).newest()
        return [item.label for item in complete(view, str(root / file), text.index("$0"))]

    found = run(ask)
    assert expected in found
    assert ("lamp" in found) == (expected == "lamp")


def test_an_option_of_the_wrong_kind_is_named_as_such(tmp_path: Path) -> None:
    store = Store(tmp_path / "root")
    nar_hash, table = nixos(store)
    root = tmp_path / "flake"
    home = "{ ... }: { services.lamp.bulbs = { }; }"
    files = {
        "flake.nix": FLAKE,
        "flake.lock": lock({"nixpkgs": ("NixOS/nixpkgs", nar_hash)}),
        "modules/home/unused.nix": home,
        "modules/nixos/unused.nix": "{ ... }: { programs.git.lfs.skipSmudge = 1; }",
    }
    write_files(str(root), files)

    def ask(name: str, at: str) -> str:
        workspace = Workspace(str(store.root))
        workspace.set_folders([str(root)])
        view = Views(workspace, Catalogued({("nixos", table.revision): table})).newest()
        found = hover(view, str(root / name), files[name].index(at))
        return "" if found is None else found.plain

    told = run(lambda: ask("modules/home/unused.nix", "bulbs"))
    assert "**this is an option of NixOS**, which a home does not have" in told
    told = run(lambda: ask("modules/nixos/unused.nix", "skipSmudge"))
    assert "**this is an option of Home Manager**, which a system does not have" in told


SECRETS = {
    "flake.nix": """
        {
          outputs = { self }: {
            homeManagerModules.secrets = ./module.nix;
            homeManagerModules.default = self.homeManagerModules.secrets;
          };
        }
    """,
    "module.nix": """
        { config, lib, ... }: {
          options.secrets = lib.mkOption {
            description = "What nobody is to know.";
            type = lib.types.attrsOf (lib.types.submodule {
              options.path = lib.mkOption { type = lib.types.str; };
              options.mode = lib.mkOption { type = lib.types.enum [ "0400" "0440" ]; };
            });
          };
        }
    """,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ inputs, ... }: { secrets.mail.$0 }", "mode"),
        ("{ inputs, ... }: { secrets.mail.mode = $0; }", '"0440"'),
        ("{ inputs, ... }: { $0 }", "secrets"),
        ("{ inputs, ... }: { imports = [ $0 ]; }", "inputs.secrets.homeManagerModules.secrets"),
        ("{ inputs, ... }: { imports = [ inputs.secrets.$0 ]; }", "homeManagerModules"),
        ("{ inputs, ... }: { imports = [ inputs.secrets.homeManagerModules.$0 ]; }", "default"),
    ],
)
def test_modules_of_other_inputs(tmp_path: Path, text: str, expected: str) -> None:
    store = Store(tmp_path / "root")
    nar_hash = store.put(SECRETS)
    # The file at hand does not parse: what others import counts.
    module = "{ inputs, ... }: { imports = [ inputs.secrets.homeManagerModules.default ]; }"
    write_files(str(tmp_path / "f"), {"modules/home/default.nix": module})
    home = text
    locked = lock({"secrets": ("someone/secrets", nar_hash)})
    made = workspace(tmp_path / "f", store, locked, home.replace("$0", ""))
    path = str(tmp_path / "f/homes/alice/default.nix")

    def ask() -> list[str]:
        view = Views(made, Catalogued()).newest()
        return [item.label for item in complete(view, path, home.index("$0"))]

    assert expected in run(ask)


MADE = {
    "flake.nix": "{ outputs = _: { homeModules.default = ./folder; }; }",
    "folder/default.nix": """
        { lib, ... }: {
          imports = [ ../made.nix ];
          options.plain = lib.mkOption { type = lib.types.str; };
        }
    """,
    "made.nix": "args: import ./make.nix args",
    "make.nix": """
        # A function that others call.
        { lib, ... }: {

          options.made = lib.mkOption { type = lib.types.str; };
        }
    """,
}


@pytest.mark.parametrize(
    ("name", "file", "found_text"),
    [
        ("plain", "folder/default.nix", "options.plain"),
        # Nix says that made.nix declares it, which only calls the function that does.
        ("made", "make.nix", "options.made"),
    ],
)
@pytest.mark.parametrize("text", ["{ NAME = 1; }", "{ options, ... }: { x = options.NAME; }"])
def test_declarations_are_in_the_store_wherever_it_lies(
    tmp_path: Path, name: str, file: str, found_text: str, text: str
) -> None:
    store = Store(tmp_path / "root")
    nar_hash = store.put(MADE)
    module = "{ inputs, ... }: { imports = [ inputs.made.homeModules.default ]; }"
    write_files(str(tmp_path / "f"), {"modules/home/default.nix": module})
    home = text.replace("NAME", name)
    made = workspace(tmp_path / "f", store, lock({"made": ("someone/made", nar_hash)}), home)
    path = str(tmp_path / "f/homes/alice/default.nix")

    def ask() -> list[tuple[str, int]]:
        view = Views(made, Catalogued()).newest()
        found = declaration(view, path, home.index(name))
        return [] if found is None else [(place.path, place.start) for place in found.places]

    ((target, start),) = run(ask)
    assert target == str(store.path(nar_hash) / file)
    assert Path(target).read_text()[start:].lstrip().startswith(found_text)


def test_an_input_that_is_a_folder_of_the_flake_itself(tmp_path: Path) -> None:
    """`path:./shared`: Nix 2.26 and later lock it without a hash."""
    node = {"locked": {"path": "./shared", "type": "path"}, "original": {}, "parent": []}
    nodes = {"root": {"inputs": {"shared": "shared"}}, "shared": node}
    module = "{ inputs, ... }: { imports = [ inputs.shared.homeManagerModules.default ]; }"
    files = {
        **{f"shared/{name}": text for name, text in SECRETS.items()},
        "modules/home/default.nix": module,
    }
    write_files(str(tmp_path / "f"), files)
    locked = json.dumps({"version": 7, "root": "root", "nodes": nodes})
    home = "{ ... }: { secrets.mail. }"
    made = workspace(tmp_path / "f", Store(tmp_path / "root"), locked, home)
    path = str(tmp_path / "f/homes/alice/default.nix")

    def ask() -> tuple[list[str], list[str]]:
        view = Views(made, Catalogued()).newest()
        (repository,) = view.repositories.values()
        labels = [item.label for item in complete(view, path, home.rindex(". }") + 1)]
        return labels, missing_inputs(repository)

    assert run(ask) == (["mode", "path"], [])
