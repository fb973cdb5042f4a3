"""Fetch a current Nix for the tests, from Debian's packages, into a folder of its own.

    python tests/get_nix.py DEST [SUITE]

leaves DEST/bin/nix and its old-style names beside it. Nothing is installed on the machine: apt runs
with its own state and only downloads. The wrapper in DEST/bin carries a configuration for tests: no
substituter, no registry, no sandbox, no daemon. It reads NIX_STORE_DIR and NIX_STATE_DIR, so a test
may have a store of its own and needs no root.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

DEFAULT_SUITE = "sid"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
FALLBACK_MIRROR = "http://deb.debian.org/debian"
OLD_STYLE_NAMES = ("nix-build", "nix-env", "nix-hash", "nix-instantiate", "nix-store")

NIX_CONF = """\
experimental-features = nix-command flakes
substitute = false
sandbox = false
build-users-group =
flake-registry =
"""

DECLINING_HOOK = """\
#!/bin/sh
# Tells Nix that no other machine builds for it. Version 2.8 does not take an empty hook for that,
# and 2.26 takes none from its configuration, only from its command line.
echo "# decline-permanently" >&2
cat > /dev/null
"""

WRAPPER = """\
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
root=$here/../root
export NIX_REMOTE="${NIX_REMOTE-local}" NIX_CONF_DIR="${NIX_CONF_DIR:-$here/../conf}"
export NIX_DATA_DIR="$root/usr/share"
exec "$root/@LOADER@" --argv0 "$(basename "$0")" --library-path "@LIBRARIES@" \\
    "$root/usr/bin/nix" --option build-hook "$here/../conf/decline-builds" "$@"
"""


class NixUnavailable(Exception):
    """Nix could not be fetched; the message says which step failed and what to do instead."""


def get_nix(destination: Path, suite: str = DEFAULT_SUITE) -> Path:
    """Make `destination`/bin/nix, if it is not there yet, and return `destination`/bin."""
    bin_folder = destination / "bin"
    if works(bin_folder / "nix"):
        return bin_folder
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise NixUnavailable(
                f"{tool} is not on this machine, so Nix cannot be fetched from Debian. "
                "Set HMLS_NIX to the folder that holds a `nix` program."
            )
    # Tests run in several processes, and one of them fetches.
    destination.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{destination}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not works(bin_folder / "nix"):
            _fetch(destination, suite)
    return bin_folder


def _fetch(destination: Path, suite: str) -> None:
    shutil.rmtree(destination, ignore_errors=True)
    unpack(destination, suite, "nix-bin")
    _write_wrapper(destination)
    if not works(destination / "bin/nix"):
        raise NixUnavailable(f"the Nix unpacked into {destination} does not run")


def works(nix: Path) -> bool:
    """Tell whether `nix` is a program that says its version."""
    if not nix.exists():
        return False
    answer = subprocess.run([nix, "--version"], capture_output=True, check=False)
    return answer.returncode == 0 and answer.stdout.startswith(b"nix ")


def unpack(destination: Path, suite: str, package: str) -> None:
    """Unpack a package of Debian and what it depends on into `destination`/root."""
    state = destination / "apt"
    for folder in (
        "etc/apt.conf.d",
        "etc/preferences.d",
        "lists/partial",
        "cache/archives/partial",
    ):
        (state / folder).mkdir(parents=True)
    (state / "status").touch()
    (state / "sources.list").write_text(f"deb [signed-by={KEYRING}] {_mirror()} {suite} main\n")
    (state / "apt.conf").write_text(
        f'Dir::Etc "{state}/etc"; Dir::Etc::sourcelist "{state}/sources.list";\n'
        f'Dir::Etc::sourceparts "/dev/null"; Dir::State "{state}";\n'
        f'Dir::State::status "{state}/status"; Dir::Cache "{state}/cache";\n'
        'APT::Install-Recommends "false"; Acquire::Languages "none";\n'
        f'APT::Sandbox::User "{_user_name()}"; Debug::NoLocking "true";\n'
    )
    apt = ["apt-get", "-qq", "-c", str(state / "apt.conf")]
    _run([*apt, "update"])
    _run([*apt, "-y", "--download-only", "install", package])
    root = destination / "root"
    root.mkdir()
    for archive in sorted((state / "cache/archives").glob("*.deb")):
        _run(["dpkg-deb", "-x", str(archive), str(root)])
    shutil.rmtree(state)


def _write_wrapper(destination: Path) -> None:
    root = destination / "root"
    loaders = sorted(root.glob("**/ld-linux*.so.*"))
    if not loaders:
        raise NixUnavailable(f"the packages in {root} bring no dynamic loader")
    folders = sorted({library.parent for library in root.glob("**/lib*.so*")})
    libraries = ":".join(f"$root/{folder.relative_to(root)}" for folder in folders)
    text = WRAPPER.replace("@LOADER@", str(loaders[0].relative_to(root)))
    (destination / "conf").mkdir()
    _write_program(destination / "conf/decline-builds", DECLINING_HOOK)
    (destination / "conf/nix.conf").write_text(NIX_CONF)
    (destination / "bin").mkdir()
    _write_program(destination / "bin/nix", text.replace("@LIBRARIES@", libraries))
    for name in OLD_STYLE_NAMES:
        (destination / "bin" / name).symlink_to("nix")


def _write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def _mirror() -> str:
    """The mirror that this machine already uses, so that a proxy or a local copy is honoured."""
    answer = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)"],
        capture_output=True,
        text=True,
        check=False,
    )
    mirrors = [
        line.strip() for line in answer.stdout.splitlines() if re.search(r"/debian/?$", line)
    ]
    return mirrors[0] if mirrors else FALLBACK_MIRROR


def _user_name() -> str:
    """Apt drops its rights to this user while it downloads, and must write into our folder."""
    return "root" if os.geteuid() == 0 else os.environ.get("USER", "nobody")


def _run(command: list[str]) -> None:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        last_words = answer.stderr.strip().splitlines()[-3:]
        raise NixUnavailable(f"`{' '.join(command)}` failed: {' '.join(last_words)}")


def main(arguments: list[str]) -> int:
    """Fetch into arguments[0], from suite arguments[1] if given; 0 when Nix is there afterwards."""
    if not 1 <= len(arguments) <= 2:
        sys.stderr.write(__doc__ or "")
        return 2
    try:
        folder = get_nix(Path(arguments[0]).absolute(), *arguments[1:])
    except NixUnavailable as problem:
        sys.stderr.write(f"get_nix: {problem}\n")
        return 1
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
