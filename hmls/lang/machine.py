"""What an impure evaluation sees of the machine it runs on, beyond files.

Evaluation for an editor is pure, as a flake's is; `hmls eval` is impure, as `nix-instantiate` is.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_ARCHITECTURES = {"arm64": "aarch64", "amd64": "x86_64", "i386": "i686", "i586": "i686"}


@dataclass(frozen=True, slots=True)
class Machine:
    """`time_s` are seconds since 1970; `search_path` are prefixes and folders, in order.

    `say` is told what `builtins.trace` and `builtins.warn` print.
    """

    system: str
    environment: Mapping[str, str]
    time_s: int
    search_path: tuple[tuple[str, str], ...]
    say: Callable[[str], None]

    @property
    def home(self) -> str:
        return self.environment.get("HOME", "/homeless-shelter")


def this_machine(say: Callable[[str], None]) -> Machine:
    """The one that this process runs on."""
    return Machine(
        system=_system(),
        environment=os.environ,
        time_s=int(time.time()),
        search_path=tuple(_search_path(os.environ)),
        say=say,
    )


def _system() -> str:
    architecture = platform.machine().lower()
    return f"{_ARCHITECTURES.get(architecture, architecture)}-{platform.system().lower()}"


def _search_path(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """The entries of NIX_PATH, or the defaults that exist. Source: nix eval-settings.cc."""
    given = environment.get("NIX_PATH")
    if given is not None:
        entries = (entry.rpartition("=") for entry in _entries(given))
        return [(prefix, path) for prefix, _, path in entries]
    profiles = "/nix/var/nix/profiles/per-user/root/channels"
    home = environment.get("HOME", "")
    defaults = (
        ("", f"{home}/.nix-defexpr/channels"),
        ("nixpkgs", f"{profiles}/nixpkgs"),
        ("", profiles),
    )
    return [(prefix, path) for prefix, path in defaults if os.path.exists(path)]


def _entries(text: str) -> list[str]:
    """What the colons separate that are not part of an address."""
    found: list[str] = []
    for part in text.split(":"):
        if found and part.startswith("//"):
            found[-1] += f":{part}"
        elif part:
            found.append(part)
    return found
