"""Which packages differ between two store paths, as dix, nvd or Nix itself says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from hmls.deploy.error_text import strip_escapes
from hmls.deploy.tools import FEATURE_FLAGS, Tools

Change = Literal["added", "removed", "changed"]

MARKED = re.compile(
    r"^\[(?P<mark>[A-Z]).?\]\s+(?:#\d+\s+)?(?P<name>\S+)"
    r"(?:\s+(?P<size>[+-][\d.]+ ?[KMGT]?i?B))?(?:\s+(?P<versions>.*))?$"
)
CLOSURE = re.compile(r"^(?P<name>\S[^:]*): (?P<rest>.+)$")
SIZE = re.compile(r"(?:^|, )(?P<size>[+-][\d.]+ [KMGT]?i?B)$")
NONE_AT_ALL = "∅"
SAID_OF_NONE = re.compile(r"<none>|ε|, <unchanged>|<unchanged>, ")
NO_PACKAGE = re.compile(r"(?:hm_|home-manager-|unit-|system-units$|user-units$)")
"""Store paths of files that Home Manager and NixOS write, which the tools list as packages."""
REAL_STORE = "/nix/store/"
"""The one store that dix and nvd know, whatever NIX_STORE_DIR says."""


@dataclass(frozen=True, slots=True)
class PackageChange:
    """One package. A version is empty where there is none; `size` is as the tool wrote it."""

    name: str
    change: Change
    before: str = ""
    after: str = ""
    size: str = ""


def diff_commands(old: str, new: str, tools: Tools) -> list[tuple[str, ...]]:
    """The commands that compare two store paths, best first: dix, nvd, Nix itself."""
    flags = tools.nix.feature_flags if tools.nix is not None else FEATURE_FLAGS
    by_nix = ("nix", *flags, "store", "diff-closures", old, new)
    if not (old.startswith(REAL_STORE) and new.startswith(REAL_STORE)):
        return [by_nix]
    dix = [("dix", old, new)] if tools.has("dix") else []
    nvd = [("nvd", "--color=never", "diff", old, new)] if tools.has("nvd") else []
    return [*dix, *nvd, by_nix]


def parse_diff(text: str) -> list[PackageChange]:
    """The packages in the output of any of the three; lines of no such shape are left out."""
    lines = [strip_escapes(line).strip() for line in text.splitlines()]
    marked = [_from_mark(match) for line in lines if (match := MARKED.match(line))]
    found = marked or [_from_closure(match) for line in lines if (match := CLOSURE.match(line))]
    return [each for each in found if NO_PACKAGE.match(each.name) is None]


def _from_mark(match: re.Match[str]) -> PackageChange:
    """A line of dix or nvd: `[U.]  #1  git  +1.2KiB  2.43.0 -> 2.44.0`; not all have a size."""
    name, size = match["name"], match["size"] or ""
    versions = SAID_OF_NONE.sub("", match["versions"] or "").strip()
    match match["mark"]:
        case "A":
            return PackageChange(name, "added", after=versions, size=size)
        case "R":
            return PackageChange(name, "removed", before=versions, size=size)
        case _:
            before, _, after = versions.partition(" -> ")
            return PackageChange(name, "changed", before.strip(), after.strip(), size)


def _from_closure(match: re.Match[str]) -> PackageChange:
    """A line of Nix: `dolphin: 20.08.1 → 20.08.2, +13.9 KiB`."""
    rest = match["rest"]
    sized = SIZE.search(rest)
    size = sized["size"] if sized else ""
    before, _, after = (rest[: sized.start()] if sized else rest).partition(" → ")
    if before == NONE_AT_ALL:
        return PackageChange(match["name"], "added", after=SAID_OF_NONE.sub("", after), size=size)
    if after == NONE_AT_ALL:
        before = SAID_OF_NONE.sub("", before)
        return PackageChange(match["name"], "removed", before=before, size=size)
    before, after = SAID_OF_NONE.sub("", before), SAID_OF_NONE.sub("", after)
    return PackageChange(match["name"], "changed", before, after, size)
