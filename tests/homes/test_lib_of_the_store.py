"""What is not native of nixpkgs' lib is evaluated from the locked nixpkgs, where that is there."""

from __future__ import annotations

from pathlib import Path

from hmls.homes.settings import setting
from hmls.homes.workspace import Views, Workspace
from hmls.lang.thread import run
from tests.store import Store, lock
from tests.support import write_files
from tests.trees import FLAKE

LIB = {
    "lib/.version": "26.05\n",
    "lib/default.nix": """
        let
          lib = {
            maintainers = import ../maintainers/maintainer-list.nix;
            strings.shout = text: lib.toUpper "${text}!";
            inherit (import ./native.nix) toUpper;
            systems.doubles.all = [ "z80-cpm" ];
          };
        in lib
    """,
    "lib/native.nix": '{ toUpper = text: "UPPER ${text}"; }',
    "maintainers/maintainer-list.nix": '{ alice.name = "Alice A."; }',
}
HOME = """
    { lib, ... }:
    {
      options.my = lib.mkOption { type = lib.types.lazyAttrsOf lib.types.raw; };
      config.my = {
        maintainer = lib.maintainers.alice.name;
        nobody = lib.strings.nothing or "nobody";
        text = lib.strings.shout "hi";
        native = lib.toUpper "hi";
        platforms = lib.platforms.all;
        version = lib.trivial.release;
      };
    }
"""


def known(folder: Path, nixpkgs: dict[str, str]) -> dict[str, object]:
    """The settings of the home that are known, with a nixpkgs in its store."""
    store = Store(folder / "root")
    project = folder / "project"
    files = {"flake.nix": FLAKE, "homes/alice/default.nix": HOME}
    files["flake.lock"] = lock({"nixpkgs": ("NixOS/nixpkgs", store.put(nixpkgs))})
    write_files(str(project), files)
    workspace = Workspace(str(store.root))
    workspace.set_folders([str(project)])

    def read() -> dict[str, object]:
        repository = next(iter(Views(workspace).newest().repositories.values()))
        target = next(each for each in repository.targets.items if each.name == "alice")
        names = ("maintainer", "nobody", "text", "native", "platforms", "version")
        found = {name: setting(repository, target, ("my", name)) for name in names}
        return {name: each.value for name, each in found.items() if each and each.known}

    return run(read)


def test_functions_and_data_come_from_the_source(tmp_path: Path) -> None:
    assert known(tmp_path, LIB) == {
        "maintainer": "Alice A.",
        "nobody": "nobody",
        "text": "UPPER hi!",
        "native": "HI",
        "platforms": ["z80-cpm"],
        "version": "26.05",
    }


def test_a_source_without_its_first_file_is_none(tmp_path: Path) -> None:
    found = known(tmp_path, {"lib/.version": "26.05\n"})
    assert found.keys() == {"native", "platforms"}
