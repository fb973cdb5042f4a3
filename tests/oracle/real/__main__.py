"""Compare known settings of real repositories with what real Nix says of them.

    python -m tests.oracle.real --nix BIN --lib LIB --home-manager HM [--source NAME=FOLDER]… FLAKE…
    python -m tests.oracle.real --nix BIN --lib LIB --home-manager HM --random 100 --seed 1

BIN is the folder of `nix-instantiate`, LIB nixpkgs' `lib`, HM a checkout of Home Manager of the
release of the bundled table, and FLAKE a folder with flake.nix. A `--source` is the folder of a
further input, such as flake-parts. Everything else that a flake takes is replaced (standins.nix).
Only settings that hmls calls known are asked for. Nothing is fetched. Systems are evaluated from
their own modules over stand-ins for NixOS, nix-darwin and nix-on-droid (systems.nix), which
declare what homes read.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from hmls.catalog.contents import contents_of
from hmls.catalog.table import bundled
from hmls.homes.catalogued import Catalogued
from hmls.homes.inputs import role_of
from hmls.homes.repository import Repository
from hmls.homes.settings import settings
from hmls.homes.targets import Target
from hmls.homes.workspace import Views, Workspace
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.thread import run
from hmls.syntax.attrpath import split_attrpath
from tests.oracle.real.random_homes import write

_HERE = Path(__file__).parent
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_'-]*")
_ASSERTIONS = """
{ lib, ... }:
{
  options = {
    assertions = lib.mkOption { type = lib.types.listOf lib.types.unspecified; default = [ ]; };
    warnings = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
  };
}
"""
_META = """
{ lib, ... }:
{ options.meta = lib.mkOption { type = lib.types.attrsOf lib.types.anything; default = { }; }; }
"""
_HOMES = {
    "standalone": (),
    "host": ("home-manager", "users"),
    "droid": ("home-manager", "config"),
}
"""Where the configuration of the output has the home, its user's name left out."""
_MODULES_PATH = re.compile(
    r"modulesPath[^/\n]*(/[\w./-]+)|nixpkgs\}?[^/\n]*(/nixos/modules/[\w./-]+)"
)

Path_ = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the real things are."""

    nix: Path
    lib: Path
    home_manager: Path
    sources: dict[str, str]


@dataclass(slots=True)
class Found:
    """What came of one home."""

    agree: int = 0
    wrong: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """Settings on which Nix fails with these stand-ins, or that are absent there.

    Without stand-ins they are wrong: each is asked for by itself.
    """


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nix", type=Path, required=True)
    parser.add_argument("--lib", type=Path, required=True)
    parser.add_argument("--home-manager", type=Path, required=True)
    parser.add_argument("--source", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--homes", type=int, default=3, help="at most, of each flake")
    parser.add_argument("--random", type=int, default=0, metavar="N", help="homes made at random")
    parser.add_argument("--seed", type=int, default=1, help="of the first of them")
    parser.add_argument("--kind", action="append", choices=list(_HOMES), help="default all")
    parser.add_argument("flakes", type=Path, nargs="*")
    given = parser.parse_args()
    sources = dict(each.split("=", 1) for each in given.source)
    tools = Tools(given.nix, given.lib.resolve(), given.home_manager.resolve(), sources)
    agree = wrong = 0
    for name, found in _all(tools, given):
        agree += found.agree
        wrong += len(found.wrong)
        sys.stdout.write(
            f"{name}: {found.agree} agree, {len(found.wrong)} wrong, "
            f"{len(found.failed)} not to be had\n"
        )
        sys.stdout.writelines(f"  WRONG {text}\n" for text in found.wrong)
        sys.stdout.writelines(f"  {text}\n" for text in found.failed)
        sys.stdout.flush()
    sys.stdout.write(f"all: {agree} agree, {wrong} wrong\n")
    return 1 if wrong else 0


def _all(tools: Tools, given: argparse.Namespace) -> Iterator[tuple[str, Found]]:
    kinds = given.kind or list(_HOMES)
    for flake in given.flakes:
        for name, found in compare(tools, flake.resolve(), given.homes, kinds):
            yield f"{flake.name} {name}", found
    contents = run(lambda: contents_of(bundled()))
    for seed in range(given.seed, given.seed + given.random):
        with tempfile.TemporaryDirectory() as folder:
            flake = Path(folder).resolve()
            write(flake, seed, contents)
            for name, found in compare(tools, flake, given.homes, kinds):
                if "nixpkgs" in tools.sources:
                    found.wrong += found.failed
                    found.failed = []
                yield f"random {seed} {name}", found


def compare(tools: Tools, flake: Path, most: int, kinds: list[str]) -> Iterator[tuple[str, Found]]:
    """The homes of one flake, at most some of them."""
    repository = run(lambda: _repository(flake))
    targets = run(lambda: [t for t in repository.targets.items if t.kind in kinds])
    words = sorted(_words(flake) | _words(tools.home_manager / "modules"))
    for target in [t for t in targets if t.by_convention is None][:most]:
        ours = run(lambda target=target: _known(repository, target))  # type: ignore[misc]
        yield target.name, _compared(tools, repository, target, ours, words)


def _repository(flake: Path) -> Repository:
    workspace = Workspace()
    workspace.set_folders([str(flake)])
    found = Views(workspace, Catalogued()).newest().repositories
    if not found:
        raise SystemExit(f"{flake} holds no flake with homes")
    return next(iter(found.values()))


def _known(repository: Repository, target: Target) -> dict[Path_, Any]:
    try:
        return {s.path: s.value for s in settings(repository, target) if s.known and s.defined}
    except (NixError, Unknowable):
        return {}


def _compared(
    tools: Tools,
    repository: Repository,
    target: Target,
    ours: dict[Path_, Any],
    words: list[str],
) -> Found:
    found = Found()
    with tempfile.TemporaryDirectory() as folder:
        told = {
            "lib": str(tools.lib),
            "homeManager": str(tools.home_manager),
            "folder": tools.sources.get("nixpkgs")
            or _nixpkgs(folder, tools.lib, _system_modules(Path(repository.root))),
            "words": words,
            "sources": tools.sources,
            "system": target.system or "x86_64-linux",
            "flake": repository.root,
            "inputs": _roles(repository),
            "output": list(split_attrpath(target.output)),
            "home": [*_HOMES[target.kind], *([target.user] if target.kind == "host" else [])],
        }
        for path, answer in _asked(tools, folder, told, list(ours)):
            name = ".".join(path)
            if not isinstance(answer, list):
                found.failed.append(f"{name}: {answer}; here {json.dumps(ours[path])[:200]}")
            elif _same(json.loads(answer[0]), ours[path]):
                found.agree += 1
            else:
                here = json.dumps(ours[path])[:600]
                found.wrong.append(f"{name}\n    Nix:  {answer[0][:600]}\n    here: {here}")
    return found


def _same(theirs: Any, ours: Any) -> bool:
    return json.dumps(theirs, sort_keys=True) == json.dumps(ours, sort_keys=True)


def _roles(repository: Repository) -> dict[str, str | None]:
    def roles() -> dict[str, str | None]:
        return {name: role_of(name, each) for name, each in repository.flake.every_input().items()}

    return run(roles)


@lru_cache(maxsize=2)
def _words(folder: Path) -> frozenset[str]:
    """All that may be a name in the Nix files below a folder."""
    found: set[str] = set()
    for path in folder.rglob("*.nix"):
        if path.is_file():
            found.update(_WORD.findall(path.read_text(encoding="utf-8", errors="replace")))
    return frozenset(found)


def _system_modules(flake: Path) -> set[str]:
    """The modules of NixOS that files of a flake import by a path, relative to its modules."""
    found: set[str] = set()
    for path in flake.rglob("*.nix"):
        if path.is_file():
            for match in _MODULES_PATH.finditer(path.read_text("utf-8", "replace")):
                found.add((match.group(1) or match.group(2)).removeprefix("/nixos/modules"))
    return found


def _nixpkgs(folder: str, lib: Path, system_modules: set[str]) -> str:
    """A folder that is nixpkgs as far as Home Manager reads it, and empty modules of NixOS."""
    for name in system_modules:
        at = Path(f"{folder}/nixpkgs/nixos/modules{name}")
        if not name.endswith(".nix"):
            at = at / "default.nix"
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text("{ }", "utf-8")
    misc = os.path.join(folder, "nixpkgs/nixos/modules/misc")
    os.makedirs(misc, exist_ok=True)
    os.symlink(lib, f"{folder}/nixpkgs/lib")
    for path, text in (
        (f"{misc}/assertions.nix", _ASSERTIONS),
        (f"{misc}/meta.nix", _META),
        (f"{folder}/nixpkgs/default.nix", _packages(folder)),
    ):
        Path(path).write_text(text, encoding="utf-8")
    return f"{folder}/nixpkgs"


def _packages(folder: str) -> str:
    """`import nixpkgs { system = …; }`."""
    return f"""
{{ system ? null, ... }}:
let
  told = builtins.fromJSON (builtins.readFile {folder}/told.json);
  arguments = {{
    inherit (told) homeManager folder words sources;
    lib = import told.lib;
    system = if builtins.isString system then system else told.system;
  }};
in
(import {_HERE}/standins.nix arguments).packages
"""


def _asked(
    tools: Tools, folder: str, told: dict[str, Any], paths: list[Path_]
) -> Iterator[tuple[Path_, Any]]:
    """What Nix says of each path; an error that it cannot catch is looked for by halves.

    Neighbours of a path that fails are not asked for again.
    """
    hopeless: dict[Path_, str] = {}
    waiting = [paths]
    while waiting:
        batch = waiting.pop()
        for path in batch:
            if path[:3] in hopeless:
                yield path, hopeless[path[:3]]
        batch = [path for path in batch if path[:3] not in hopeless]
        if not batch:
            continue
        answers = _evaluated(tools, folder, {**told, "paths": batch})
        if isinstance(answers, list):
            yield from zip(batch, answers, strict=True)
        elif len(batch) == 1:
            hopeless[batch[0][:3]] = answers
            yield batch[0], answers
        else:
            middle = len(batch) // 2
            waiting += [batch[middle:], batch[:middle]]


def _evaluated(tools: Tools, folder: str, told: dict[str, Any]) -> list[Any] | str:
    """The answers, or the message of an error that ends the evaluation."""
    given = Path(folder) / "told.json"
    given.write_text(json.dumps(told), encoding="utf-8")
    command = [
        str(tools.nix / "nix-instantiate"),
        *("--extra-experimental-features", "pipe-operators"),
        *("--eval", "--strict", "--json", "--read-write-mode", str(_HERE / "evaluate.nix")),
        *("--argstr", "given", str(given)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode == 0:
        answers: list[Any] = json.loads(done.stdout)
        return answers
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    return (errors or ["error: ?"])[-1].strip()


if __name__ == "__main__":
    sys.exit(main())
