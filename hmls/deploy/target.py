"""What is deployed, where we are, and why some deployments are refused."""

from __future__ import annotations

import os
import platform
import plistlib
import pwd
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from xml.parsers.expat import ExpatError

Kind = Literal["standalone", "host", "darwin", "droid"]
MACOS_NAMES = "/Library/Preferences/SystemConfiguration/preferences.plist"


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that can be deployed.

    `flake_root` is the absolute folder of flake.nix. `output` is the attribute path of the
    configuration in the flake, one string per segment: ("homeConfigurations", "alice") or
    ("nixosConfigurations", "workstation"). `user` is the user of the layer at hand; `host` is None
    for a standalone home. `system` is Nix's name of the platform, as "x86_64-linux", or None where
    that is not known.
    """

    flake_root: str
    kind: Kind
    user: str
    host: str | None
    output: tuple[str, ...]
    system: str | None

    @property
    def name(self) -> str:
        """The target as a person names it: `alice`, or `workstation` for a whole machine."""
        return self.output[-1]

    @property
    def is_home(self) -> bool:
        """Whether activation writes into a person's home and nowhere else."""
        return self.kind == "standalone" or self.output[0] == "homeConfigurations"


@dataclass(frozen=True, slots=True)
class Machine:
    """Where this program runs and as whom. All folders are absolute."""

    user: str
    uid: int
    home: str
    hostname: str
    system: str
    state_home: str
    """XDG_STATE_HOME: Nix keeps the profiles of a user there."""
    nix_state: str = "/nix/var/nix"
    running_system: str = "/run/current-system"

    @property
    def state_folder(self) -> str:
        """Where locks, logs and records of deployments are kept."""
        return os.path.join(self.state_home, "hmls")

    def is_called(self, host: str | None) -> bool:
        """Whether this is the machine of a name. Names of machines know no upper and lower case."""
        names = {self.hostname, self.hostname.split(".", 1)[0]}
        return host is not None and host.casefold() in {name.casefold() for name in names}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A deployment that is not offered, and why, in one sentence for the user."""

    code: Literal[
        "untrusted",
        "root",
        "other-user",
        "other-machine",
        "other-system",
        "no-tool",
        "bad-name",
        "no-generation",
    ]
    reason: str


def make_target(
    flake_root: str, user: str, host: str | None, output: str, system: str | None
) -> Target:
    """A target from the text of its output, as `nixosConfigurations."web.example"`.

    What kind it is, its output tells.
    """
    path = attribute_path(output)
    kinds: dict[str, Kind] = {
        "nixosConfigurations": "host",
        "darwinConfigurations": "darwin",
        "nixOnDroidConfigurations": "droid",
    }
    return Target(flake_root, kinds.get(path[0], "standalone"), user, host, path, system)


def attribute_path(text: str) -> tuple[str, ...]:
    """`programs."a.b".enable` → ("programs", "a.b", "enable")."""
    pieces = re.findall(r'"((?:[^"\\]|\\.)*)"|([^."]+)', text)
    return tuple(_unescaped(quoted) if quoted else plain for quoted, plain in pieces)


def _unescaped(text: str) -> str:
    named = {"n": "\n", "r": "\r", "t": "\t"}
    return re.sub(r"\\(.)", lambda match: named.get(match[1], match[1]), text)


def this_machine(environ: Mapping[str, str] = os.environ) -> Machine:
    """The machine and the user of this process.

    The user is the one that the kernel knows, whatever USER says: `sudo` and containers leave a
    wrong USER behind, and Home Manager refuses to activate under it.
    """
    uid = os.geteuid()
    try:
        entry = pwd.getpwuid(uid)
        user, home = entry.pw_name, entry.pw_dir
    except KeyError:
        user, home = environ.get("USER", str(uid)), environ.get("HOME", "/")
    home = environ.get("HOME") or home
    return Machine(
        user=user,
        uid=uid,
        home=home,
        hostname=local_host_name(MACOS_NAMES) or socket.gethostname(),
        system=nix_system(platform.machine(), platform.system(), platform.version()),
        state_home=environ.get("XDG_STATE_HOME") or os.path.join(home, ".local/state"),
        nix_state=environ.get("NIX_STATE_DIR") or "/nix/var/nix",
    )


def local_host_name(names: str) -> str | None:
    """The name by which darwin-rebuild looks for its host; None where it is not macOS.

    `scutil --get LocalHostName` says it, and reads this file. That of the kernel is often what the
    network at hand calls the machine.
    """
    try:
        with open(names, "rb") as file:
            found = plistlib.load(file)
    except (OSError, ValueError, ExpatError):
        return None
    for key in ("System", "Network", "HostNames", "LocalHostName"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) and found else None


def nix_system(machine: str, kernel: str, version: str = "") -> str:
    """Nix's name for a platform, from what uname says: ("arm64", "Darwin") → "aarch64-darwin".

    A program for Intel on a mac of Apple's is told another machine, and the kernel's true name.
    """
    if kernel == "Darwin" and "_ARM64" in version:
        machine = "arm64"
    cpu = {"arm64": "aarch64", "amd64": "x86_64", "i386": "i686"}.get(machine.lower(), machine)
    return f"{cpu}-{kernel.lower()}"


def refuse_switch(
    target: Target, machine: Machine, *, trusted: bool, remote: bool = False
) -> Refusal | None:
    """Why `target` must not be activated from here, or None.

    `remote` says that the user named a machine to deploy to, so that ours need not be the one.
    """
    if refusal := refuse_run(trusted=trusted):
        return refusal
    if target.is_home or target.kind == "droid":
        return _refuse_home(target, machine)
    return None if remote else _refuse_system(target, machine)


def refuse_run(*, trusted: bool) -> Refusal | None:
    """Why nothing at all is run, or None."""
    if trusted:
        return None
    return Refusal("untrusted", "This workspace is not trusted, so nothing of it is run.")


def _refuse_home(target: Target, machine: Machine) -> Refusal | None:
    if machine.uid == 0:
        return Refusal(
            "root",
            f"You are root. A home is activated by its own user: run this as {target.user}, "
            "without sudo.",
        )
    if machine.user != target.user and target.kind != "droid":
        return Refusal(
            "other-user",
            f"This is the home of {target.user}, and you are {machine.user}. "
            f"Only {target.user} can switch to it.",
        )
    if not _runs_here(target.system, machine.system):
        return Refusal(
            "other-system",
            f"{target.name} is for {target.system}, and this machine is {machine.system}.",
        )
    return None


def _refuse_system(target: Target, machine: Machine) -> Refusal | None:
    here = machine.hostname.split(".", 1)[0]
    if not machine.is_called(target.host):
        return Refusal(
            "other-machine",
            f"{target.host} is another machine; this one is {here}. "
            "Set a target host to deploy to it from here.",
        )
    if not _runs_here(target.system, machine.system):
        return Refusal(
            "other-system",
            f"{target.name} is for {target.system}, and this machine is {machine.system}.",
        )
    return None


def _runs_here(wanted: str | None, present: str) -> bool:
    """Whether programs for one system run on the other: for 32 bits, and on macs for Intel."""
    also = {"x86_64-linux": "i686-linux", "aarch64-darwin": "x86_64-darwin"}
    return wanted in (None, present, also.get(present))
