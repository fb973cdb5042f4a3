"""Reads one input in a process of its own: `python -m hmls.catalog.worker KIND ROOT STORE_PATH`.

ROOT is where the sources lie on disk. What was found goes to standard output as `cache.pack`
makes it, problems go to standard error; the exit code is 1 where the sources could not be
read at all. The process keeps out of the way of others: it is nice, and bound in
memory and time. Home Manager is read by two of them where there are two processors.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys

from hmls.catalog.beside import Both, beside, one_after_the_other
from hmls.catalog.cache import pack_packages, pack_table
from hmls.catalog.home_manager import extract_home_manager
from hmls.catalog.packages import read_packages
from hmls.catalog.systems import extract_system
from hmls.catalog.table import table_of
from hmls.catalog.tree import OneTree
from hmls.lang.errors import Interrupted, NixError, Unknowable
from hmls.lang.thread import run

_MAX_MEMORY = 3 << 30
_MAX_CPU_S = 300
"""Of a worker, and of a copy of it that nobody ends."""
_MAX_PROBLEMS = 20


def read_input(
    kind: str, root: str, store_path: str, both: Both[None] = one_after_the_other
) -> tuple[bytes, list[str]]:
    """What an input offers, packed, and what could not be read of it.

    Raises NixError, Unknowable and OSError for sources that are nothing of the kind.
    """
    reader = OneTree(root)
    if kind == "home-manager":
        found = run(lambda: extract_home_manager(reader, os.path.realpath(root), both))
        label = f"Home Manager {_release(root)}".strip()
        # Where something could not be read, options may exist that the table lacks.
        whole = not found.problems
        return pack_table(table_of(found, label, store_path, exact=whole)), found.problems
    if kind in ("nixos", "darwin"):
        found = run(lambda: extract_system(reader, os.path.realpath(root), kind))
        label = f"NixOS {_version(root)}" if kind == "nixos" else f"nix-darwin {_release(root)}"
        label = label.strip()
        return pack_table(table_of(found, label, store_path, exact=True)), found.problems
    if kind == "packages":
        listed = read_packages(
            os.path.realpath(root), f"nixpkgs {_version(root)}".strip(), store_path
        )
        return pack_packages(listed), []
    raise ValueError(f"there is nothing to read of the kind {kind}")


def _release(root: str) -> str:
    """As release.json says it, which nix-darwin calls version.json."""
    for name in ("release.json", "version.json"):
        try:
            with open(os.path.join(root, name), encoding="utf-8") as file:
                release = json.load(file)["release"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if isinstance(release, str):
            return release
    return ""


def _version(root: str) -> str:
    """As nixpkgs says it in lib/.version."""
    try:
        with open(os.path.join(root, "lib", ".version"), encoding="utf-8") as file:
            return file.read(64).strip()
    except (OSError, ValueError):
        return ""


def main() -> None:
    kind, root, store_path = sys.argv[1:4]
    _keep_out_of_the_way()
    try:
        content, problems = read_input(kind, root, store_path, beside)
    except NixError as error:
        sys.exit(f"{store_path}: {error.message}")
    except Unknowable as stop:
        sys.exit(f"{store_path}: {stop.unknown.text} is not known")
    except Interrupted:
        sys.exit(f"{store_path}: its evaluation takes too many steps")
    except (OSError, MemoryError, RecursionError) as error:
        sys.exit(f"{store_path}: {error}")
    for problem in problems[:_MAX_PROBLEMS]:
        sys.stderr.write(f"{problem}\n")
    sys.stdout.buffer.write(content)
    sys.stdout.flush()
    sys.stderr.flush()
    # To take apart a million objects first would take as long as the reading.
    os._exit(0)


def _keep_out_of_the_way() -> None:
    gc.disable()
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError):
        os.nice(10)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (_MAX_MEMORY, _MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_MAX_CPU_S, _MAX_CPU_S))


if __name__ == "__main__":
    main()
