"""Names of things in a flake, as Nix reads them on a command line.

A name reaches Nix as `<root>#<attribute path>`. The part behind `#` is percent-decoded and then
split at dots outside double quotes; there is no escape for a double quote
(`parseAttrPath` in src/libexpr/attr-path.cc). In front of `#`, a path may hold anything but `#` and
`?`, and older versions percent-decode it.
"""

from __future__ import annotations

import re
from urllib.parse import quote

PLAIN_PATH = re.compile(r"/[A-Za-z0-9._~/+@,=-]*", re.ASCII)
PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_'-]*", re.ASCII)
INPUT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:/[A-Za-z][A-Za-z0-9_-]*)*", re.ASCII)


def root_reference(root: str) -> str:
    """The flake itself: its path, or `.` where Nix would misread the path.

    Every step runs in the flake root, so `.` means the same, whatever characters the path has.
    """
    return root if PLAIN_PATH.fullmatch(root) else "."


def installable(root: str, *segments: str) -> str:
    """`/repo#homeConfigurations.alice.activationPackage`. Segments must be `nameable`."""
    return f"{root_reference(root)}#{'.'.join(_segment(segment) for segment in segments)}"


def configuration(root: str, name: str) -> str:
    """`/repo#alice`, as home-manager and nixos-rebuild read it: they quote the name themselves."""
    return f"{root_reference(root)}#{name}"


def nameable(segment: str) -> bool:
    """Whether Nix can be told of an attribute of this name at all."""
    return '"' not in segment and "\0" not in segment and segment != ""


def nameable_by_wrappers(name: str) -> bool:
    """Whether home-manager and nixos-rebuild pass this name on unharmed.

    Both cut their argument at `#`, and nixos-rebuild takes no double quote.
    """
    return nameable(name) and "#" not in name and "\n" not in name and "%" not in name


def nameable_unquoted(name: str) -> bool:
    """Whether darwin-rebuild and nix-on-droid pass this name on: they put no quotes around it."""
    return PLAIN_NAME.fullmatch(name) is not None


def is_input_name(name: str) -> bool:
    """Whether `name` names an input, as `nixpkgs` or `home-manager/nixpkgs`, and nothing else."""
    return INPUT_NAME.fullmatch(name) is not None


def _segment(name: str) -> str:
    if PLAIN_NAME.fullmatch(name):
        return name
    return f'"{quote(name, safe="@:+,= ", errors="surrogateescape")}"'
