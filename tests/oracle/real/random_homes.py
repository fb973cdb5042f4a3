"""Random homes on Home Manager's own options, as flakes to compare with real Nix.

Options of a few modules are defined in three layers and a shared module, with all priorities and
conditions, and read back by options of the home's own. Values are mostly of the type.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from hmls.catalog.contents import Contents, Entry

Json = Any
Names = tuple[str, ...]
_FLAKE = """\
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.home-manager.url = "github:nix-community/home-manager";
  outputs = { self, nixpkgs, home-manager }: {
    nixosConfigurations.desk = nixpkgs.lib.nixosSystem {
      modules = [
        home-manager.nixosModules.home-manager
        {
          nixpkgs.hostPlatform = "x86_64-linux";
          networking.hostName = "desk";
          users.users.alice.isNormalUser = true;
          home-manager.useUserPackages = %s;
          home-manager.useGlobalPkgs = %s;
          home-manager.users.alice.home.stateVersion = "%s";
          home-manager.users.alice.imports = [
            ./modules/home/shared
            ./homes/alice
            (./homes + "/alice@desk")
          ];
        }
      ];
    };
    homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
      modules = [
        {
          home.username = "alice";
          home.homeDirectory = "/home/alice";
          home.stateVersion = "%s";
        }
        ./modules/home/shared
        ./homes/alice
        (./homes + "/alice@global")
      ];
    };
  };
}
"""
_MODULE = "{ config, lib, pkgs, ... }:\n{\n%s}\n"
_OWN = "  options.own = lib.mkOption { type = lib.types.lazyAttrsOf lib.types.raw; };\n"
_SHARED = "modules/home/shared"
_PLACES = ("homes/alice", "homes/alice@global", "homes/alice@desk", _SHARED)
_RELEASES = ("23.05", "24.05", "25.05", "25.11", "26.05")
_OFTEN = (
    *("home.sessionVariables", "home.sessionPath", "home.shellAliases", "home.language.base"),
    *("home.file", "xdg.configFile", "xdg.enable", "xdg.configHome", "xdg.mimeApps.enable"),
    *("programs.bash.enable", "programs.zsh.enable", "programs.fish.enable", "programs.git.enable"),
    *("programs.starship.enable", "programs.fzf.enable", "programs.neovim.enable", "gtk.enable"),
    *("systemd.user.services", "systemd.user.sessionVariables", "home.preferXdgDirectories"),
    *("home.shell.enableShellIntegration", "dconf.settings", "fonts.fontconfig.enable"),
)
"""Options that many of Home Manager's modules write or read."""
_WRONG = ("true", "1", '"s"', "[ ]", "{ }", "null")
_STRINGS = (
    *('"a"', '"b"', '"x y"', '"10"', '""', '"#fff"', '"en_US.UTF-8"', "''\n  two\n  lines\n''"),
    *('"${config.home.homeDirectory}/a"', '"${config.xdg.configHome}/b"', '"${pkgs.hello}/bin"'),
)
_SIMPLE = {
    "bool": ("true", "false"),
    "int": ("-1", "0", "2", "10"),
    "float": ("1.5", "0.25"),
    "path": ('"/a/b"', "./file.txt", '"${config.home.homeDirectory}/p"'),
    "package": ("pkgs.hello", "pkgs.git"),
}
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_'-]*")


@dataclass(frozen=True, slots=True)
class _Definable:
    """An option with the keys that stand for its placeholders."""

    path: Names
    type: int
    has_keys: bool


def write(folder: Path, seed: int, contents: Contents) -> None:
    """Write one random flake to a folder."""
    random = Random(seed)
    chosen = _chosen(random, contents)
    flags = [each.path for each in chosen if contents.table.types[each.type] == "bool"]
    conditions = ["true", "false"]
    for path in random.sample(flags, min(4, len(flags))):
        conditions += [f"config.{_shown(path)}", f"!config.{_shown(path)}"]
    values = _Values(random, contents.table.types)
    lines: dict[str, dict[Names, str]] = {place: {} for place in _PLACES}
    for each in chosen:
        for place in random.sample(_PLACES, 1 if random.random() < 0.75 else 2):
            if not any(_meet(each.path, path) for path in lines[place]):
                value = _wrapped(random, values.of(each.type), conditions)
                lines[place][each.path] = f"{_shown(each.path)} = {value};"
    read = [each.path for each in random.sample(chosen, min(12, len(chosen)))]
    read += [each.path for each in _definable(random, random.sample(_open(contents), 6))]
    for number, path in enumerate(read):
        length = max(2, len(path) - random.randint(0, 1))
        lines[_SHARED]["own", str(number)] = f"own.r{number} = config.{_shown(path[:length])};"
    for place, defined in lines.items():
        body = "".join(f"  config.{line}\n" for line in defined.values())
        (folder / place).mkdir(parents=True)
        text = _MODULE % (_OWN + body if place == _SHARED else body)
        (folder / place / "default.nix").write_text(text, encoding="utf-8")
        (folder / place / "file.txt").write_text("text\n", encoding="utf-8")
    switches = [random.choice(("true", "false")) for _ in range(2)]
    releases = [random.choice(_RELEASES) for _ in range(2)]
    text = _FLAKE % (*switches, *releases)
    (folder / "flake.nix").write_text(text, encoding="utf-8")


def _open(contents: Contents) -> list[Entry]:
    """What a home may define, but for what the packages themselves are made of."""
    return [
        entry
        for entry in contents.options.entries
        if not entry.content[1].get("readOnly")
        and entry.path[0] not in ("uninstall", "nixpkgs")
        and entry.path != ("home", "stateVersion")
    ]


def _chosen(random: Random, contents: Contents) -> list[_Definable]:
    """Some options of some modules, many with what enables them, and some that much depends on."""
    entries = _open(contents)
    by_path = {entry.path: entry for entry in entries}
    files = random.sample(sorted({entry.file for entry in entries}), random.randint(4, 9))
    found: list[Entry] = []
    for file in files:
        of_file = [entry for entry in entries if entry.file == file]
        found += random.sample(of_file, min(len(of_file), random.randint(2, 8)))
    often = [by_path[path] for name in _OFTEN if (path := tuple(name.split("."))) in by_path]
    found += random.sample(often, random.randint(3, 8))
    for entry in list(found):
        enables = (
            by_path.get((*entry.path[:end], "enable")) for end in range(len(entry.path) - 1, 0, -1)
        )
        enable = next((each for each in enables if each is not None), None)
        if enable is not None and random.random() < 0.5:
            found.append(enable)
    return _definable(random, found)


def _definable(random: Random, entries: list[Entry]) -> list[_Definable]:
    return [
        _Definable(
            tuple(random.choice(("n1", "n2.x")) if _is_key(n) else n for n in entry.path),
            entry.content[0],
            any(map(_is_key, entry.path)),
        )
        for entry in entries
        if "*" not in entry.path
    ]


def _is_key(name: str) -> bool:
    return name.startswith("<")


def _meet(one: Names, other: Names) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _wrapped(random: Random, value: str, conditions: list[str]) -> str:
    match random.choices(
        ("", "default", "force", "override", "if", "merge", "order"), (*(55, 12, 8, 4, 14, 4, 3),)
    )[0]:
        case "default":
            return f"lib.mkDefault ({value})"
        case "force":
            return f"lib.mkForce ({value})"
        case "override":
            return f"lib.mkOverride {random.choice((10, 60, 100, 140, 900, 1500))} ({value})"
        case "if":
            return f"lib.mkIf ({random.choice(conditions)}) ({value})"
        case "merge":
            return f"lib.mkMerge [ ({value}) ]"
        case "order":
            return f"{random.choice(('lib.mkBefore', 'lib.mkAfter'))} ({value})"
        case _:
            return value


class _Values:
    """Values of the table's types as Nix text."""

    def __init__(self, random: Random, types: list[Json]) -> None:
        self.random = random
        self.types = types

    def of(self, number: int, depth: int = 0) -> str:
        if self.random.random() < 0.02:
            return self.random.choice(_WRONG)
        written = self.types[number]
        if isinstance(written, str):
            return self._simple(written)
        return self._compound(written, depth + 1)

    def _simple(self, name: str) -> str:
        for known, texts in _SIMPLE.items():
            if name.startswith(known):
                return self.random.choice(texts)
        if name.startswith(("ints", "number")):
            return self.random.choice(("1", "12"))
        if name in ("str", "lines", "nonEmptyStr", "singleLineStr"):
            return self.random.choice(_STRINGS)
        return self._anything(0)

    def _compound(self, written: list[Json], depth: int) -> str:
        random = self.random
        match written:
            case ["nullOr", int(inner)]:
                return "null" if random.random() < 0.3 else self.of(inner, depth)
            case ["attrsOf" | "lazyAttrsOf" | "dagOf", int(inner), *_]:
                keys = random.sample(("a", "b", "c d"), random.randint(0, 2) if depth < 6 else 0)
                return _set({(key,): self.of(inner, depth) for key in keys})
            case ["listOf" | "nonEmptyListOf", int(inner)]:
                items = [
                    self.of(inner, depth) for _ in range(random.randint(0, 3 if depth < 6 else 0))
                ]
                return "[ " + "".join(f"({item}) " for item in items) + "]"
            case ["either", int(left), int(right)]:
                return self.of(random.choice((left, right)), depth)
            case ["enum", [*values]] if values:
                return _literal(random.choice(values))
            case ["coercedTo", int(source), _, int(target)]:
                return self.of(random.choice((source, target)), depth)
            case ["described" | "checked" | "uniq" | "functionTo", int(inner), *_]:
                value = self.of(inner, depth)
                return f"_: {value}" if written[0] == "functionTo" else value
            case ["submodule", {"options": dict(options)}] if depth < 6:
                some = random.sample(sorted(options), min(len(options), random.randint(0, 3)))
                return _set(
                    {
                        (name,): self.of(options[name][0], depth)
                        for name in some
                        if isinstance(options[name], list)
                    }
                )
            case ["intBetween" | "numberBetween", low, high]:
                return str(random.choice((low, high)))
            case ["separatedString", *_] | ["strMatching", *_]:
                return random.choice(_STRINGS)
            case ["submodule", *_]:
                return "{ }"
            case _:
                return self._anything(depth)

    def _anything(self, depth: int) -> str:
        match self.random.choice(("set", "list", "plain", "plain") if depth < 3 else ("plain",)):
            case "set":
                keys = self.random.sample(("a", "b", "c"), self.random.randint(0, 2))
                return _set({(key,): self._anything(depth + 1) for key in keys})
            case "list":
                return f"[ ({self._anything(depth + 2)}) ]"
            case _:
                return self.random.choice(("true", "false", "1", *_STRINGS))


def _set(values: dict[Names, str]) -> str:
    return "{ " + "".join(f"{_shown(path)} = {value}; " for path, value in values.items()) + "}"


def _literal(value: Json) -> str:
    return json.dumps(value).replace("${", "\\${")


def _shown(path: Names) -> str:
    return ".".join(n if _IDENTIFIER.fullmatch(n) else _literal(n) for n in path)
