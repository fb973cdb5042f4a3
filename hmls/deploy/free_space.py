"""Whether a failure may be that of a full disk, whose own words are often lost or misleading."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping

from hmls.deploy.target import Machine

TOO_LITTLE_BYTES = 1 << 18


def full_disks(machine: Machine, environ: Mapping[str, str]) -> str:
    """A sentence on the folders of a deployment whose disk is full; empty if none is.

    SQLite calls it an I/O error, and what cannot be written may be the message itself.
    """
    folders = (
        environ.get("NIX_STORE_DIR") or "/nix/store",
        machine.home,
        machine.state_home,
        environ.get("TMPDIR") or tempfile.gettempdir(),
        environ.get("XDG_CACHE_HOME") or machine.home,
    )
    full = [folder for folder in dict.fromkeys(folders) if _is_full(folder)]
    return f"The disk is full that holds {' and '.join(full)}." if full else ""


def _is_full(folder: str) -> bool:
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    return found.f_blocks > 0 and found.f_bavail * found.f_frsize < TOO_LITTLE_BYTES
