"""What a plan depends on besides its target: the machine, its tools, and the user's settings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hmls.config import DeploySettings
from hmls.deploy.target import Machine, Refusal, Target, refuse_run, refuse_switch
from hmls.deploy.tools import Tools

FILE_NAME_PART = re.compile(r"(?!-)(?!\.{1,2}$)[^/\x00-\x1f\x7f]+")
REMOTE = re.compile(r"(?!-)[^\s\x00-\x1f\x7f'\"`$;&|<>()\\]+")


@dataclass(frozen=True, slots=True)
class Options:
    """What the user set. `extra_arguments` are added to every command of Nix that builds."""

    backup_extension: str | None = None
    specialisation: str | None = None
    target_host: str | None = None
    build_host: str | None = None
    extra_arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """Where and with what a plan would run. `trusted` is the editor's word on the workspace."""

    machine: Machine
    tools: Tools
    options: Options = Options()
    trusted: bool = True


def options_for(settings: DeploySettings, host: str | None) -> Options:
    """The options of a target on `host`, or of a standalone home, from the user's settings."""
    return Options(
        backup_extension=settings.backup_extension or None,
        specialisation=settings.specialisation or None,
        target_host=settings.target_hosts.get(host) if host is not None else None,
        build_host=settings.build_hosts.get(host) if host is not None else None,
        extra_arguments=tuple(settings.extra_arguments),
    )


def refuse(situation: Situation) -> Refusal | None:
    """Why nothing is run with these settings, or None."""
    return refuse_run(trusted=situation.trusted) or _refuse_options(situation.options)


def refuse_activation(target: Target, situation: Situation) -> Refusal | None:
    """Why `target` is not activated from here, or None."""
    remote = situation.options.target_host is not None
    return refuse(situation) or refuse_switch(
        target, situation.machine, trusted=situation.trusted, remote=remote
    )


def _refuse_options(options: Options) -> Refusal | None:
    """Settings that a program would read as an option or a path of its own are not passed on."""
    for name, value in (
        ("backup extension", options.backup_extension),
        ("specialisation", options.specialisation),
    ):
        if value is not None and FILE_NAME_PART.fullmatch(value) is None:
            return Refusal("bad-name", f"{value!r} cannot be the name of a {name}.")
    for name, value in (("target host", options.target_host), ("build host", options.build_host)):
        if value is not None and REMOTE.fullmatch(value) is None:
            return Refusal("bad-name", f"{value!r} is no {name}; write `host` or `user@host`.")
    return None
