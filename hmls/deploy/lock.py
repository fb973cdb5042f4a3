"""One deployment of a flake at a time, and a record of it that outlives a crash.

The lock is the kernel's, on a file in the user's state folder: it is free as soon as its holder is
gone, however that ended. The record beside it says what was going on.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from hmls.deploy.step import Changes


@dataclass(frozen=True, slots=True)
class Record:
    """What is going on. Times are in seconds since 1970; `group` is the running process group.

    `identity` tells a process from a later one with the same number. `profile_before` is where
    the profile pointed at the start. `output` is the folder with what the step printed.
    """

    title: str
    step: str
    changes: Changes
    command: str
    started_s: float
    group: int | None = None
    identity: str | None = None
    profile: str | None = None
    profile_before: str | None = None
    activated: str | None = None
    output: str | None = None


@dataclass(slots=True)
class Lock:
    """A held lock. `record` what goes on, `forget` it when it is over, `free` the lock."""

    path: Path
    _file: int

    def record(self, record: Record) -> None:
        """Write the record, whole or not at all. OSError when the disk is full."""
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(record)), encoding="utf-8")
        draft.replace(self.path.with_suffix(".json"))

    def forget(self) -> None:
        """Remove the record: nothing goes on any more, and nothing is left to be told."""
        for suffix in (".json", ".draft"):
            self.path.with_suffix(suffix).unlink(missing_ok=True)

    def free(self) -> None:
        """Free the lock and leave no file of it."""
        self.path.unlink(missing_ok=True)
        os.close(self._file)


@dataclass(frozen=True, slots=True)
class Busy:
    """Another deployment of the flake holds the lock; its record, if it wrote one."""

    record: Record | None


def take(state_folder: str, flake_root: str) -> Lock | Busy:
    """Take the lock of a flake. OSError when the state folder cannot be written."""
    path = lock_path(state_folder, flake_root)
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return Busy(read_record(state_folder, flake_root))
        if _is_still_there(file, path):
            return Lock(path, file)
        os.close(file)


def read_record(state_folder: str, flake_root: str) -> Record | None:
    """The record of a deployment that goes on, or that was broken off; None if there is none."""
    path = lock_path(state_folder, flake_root).with_suffix(".json")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Record(**{each.name: data[each.name] for each in fields(Record)})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def lock_path(state_folder: str, flake_root: str) -> Path:
    """The lock file of a flake, whatever name its folder is reached by."""
    real = os.path.realpath(flake_root).encode("utf-8", "surrogateescape")
    return Path(state_folder, "deploy", hashlib.sha256(real).hexdigest()[:16] + ".lock")


def process_identity(pid: int) -> str | None:
    """When a process started, as the system tells it; None once it is gone."""
    try:
        stat = Path("/proc", str(pid), "stat").read_text(errors="replace")
        return stat.rpartition(")")[2].split()[19]
    except FileNotFoundError:
        return None if os.path.isdir("/proc/self") else _identity_by_ps(pid)
    except OSError:
        return None


def _identity_by_ps(pid: int) -> str | None:
    """For systems without /proc. An editor and a terminal may differ in language and time zone."""
    said: Any = subprocess.run(
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
    )
    return said.stdout.strip() or None


def _is_still_there(file: int, path: Path) -> bool:
    """Whether the locked file is still the one at `path`: its last holder may have removed it."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
