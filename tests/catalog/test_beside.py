"""A long computation in two processes gives what it gives in one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from hmls.catalog.cache import unpack_table
from hmls.catalog.lines import decoded
from hmls.catalog.lookup import names_at
from hmls.catalog.table import Table
from hmls.catalog.worker import read_input
from tests.store import HOME_MANAGER, Store

# Run in a process of its own: this one has threads of its tests, which a copy would not have.
ASK = """
import os, sys
from hmls.catalog.beside import beside
from hmls.lang.errors import NixError

def fail():
    if os.getpid() != here:
        raise NixError("not in a copy")
    return "here"

here = os.getpid()
child, parent = beside(os.getpid, os.getpid)
print(parent == here, child == here, *beside(fail, lambda: "second"))
print(len(beside(lambda: "x" * 5_000_000, lambda: 1)[0]))
"""


def test_the_first_is_computed_by_a_copy_and_here_where_the_copy_fails() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    is_here = not hasattr(os, "fork") or os.cpu_count() == 1
    assert done.stdout.split() == ["True", str(is_here), "here", "second", "5000000"]


def test_a_worker_of_two_processes_finds_what_one_finds(tmp_path: Path) -> None:
    store = Store(tmp_path)
    more = """
        { config, lib, ... }: {
          options.x.y = lib.mkOption { type = lib.types.str; };
          config.programs.gitish.flavour = lib.mkIf (config.x.y == "a") "sweet";
          config.nobody.declares = true;
        }
    """
    nar_hash = store.put({**HOME_MANAGER, "modules/old.nix": more})
    path = store.path(nar_hash)
    worker = [sys.executable, "-m", "hmls.catalog.worker", "home-manager", path]
    done = subprocess.run([*worker, f"/nix/store/{path.name}"], capture_output=True, check=True)
    content, problems = read_input("home-manager", str(path), f"/nix/store/{path.name}")
    alone, both = unpack_table(content), unpack_table(done.stdout)
    assert done.stderr.decode().splitlines() == problems
    assert any("nobody" in problem for problem in problems)
    assert _told(alone) == _told(both)
    assert any(path == ["programs", "gitish", "flavour"] for path, *_ in both.writes)


def _told(found: Table) -> str:
    writes = [
        [path, decoded(what), found.files[file], line] for path, what, file, line in found.writes
    ]
    options = names_at(found, ("programs", "gitish"))
    return json.dumps([sorted(writes), options, found.exact])
