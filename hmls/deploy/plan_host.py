"""Plans for a whole machine: NixOS through nixos-rebuild, macOS through darwin-rebuild."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from hmls.deploy.flakeref import (
    configuration,
    nameable_by_wrappers,
    nameable_unquoted,
    root_reference,
)
from hmls.deploy.generations import NONE_TO_EXPIRE, Generation, expiring, system_profile
from hmls.deploy.plan_flake import STRUCTURED, build_step, check_step, refuse_name
from hmls.deploy.situation import Situation, refuse, refuse_activation
from hmls.deploy.step import FromStep, Plan, Preview, Step, specialised
from hmls.deploy.target import Refusal, Target
from hmls.deploy.tools import Tool, refuse_without

UNTRANSLATED = (("LC_ALL", "C"),)
Action = Literal["switch", "boot", "test", "dry-activate"]


def build(target: Target, situation: Situation) -> Plan | Refusal:
    """Build the system: through nixos-rebuild where it is, else by `nix build`.

    nixos-rebuild leaves ./result in a folder of ours. It alone knows how to use a build host.
    """
    if refusal := _refuse_build(target, situation):
        return refusal
    rebuild = situation.tools.has("nixos-rebuild") and _rebuild_knows(target)
    step = _rebuild_step(target, situation) if rebuild else build_step(target, situation)
    return Plan(step.title, target.flake_root, target, (step,))


def preview(target: Target, situation: Situation) -> Plan | Refusal:
    """Build the system, then show what switching to it would change."""
    if refusal := _refuse_build(target, situation):
        return refusal
    steps = (_first_build(target, situation), _preview_step(target, situation))
    return Plan(f"Preview {target.name}", target.flake_root, target, steps)


def dry_activate(target: Target, situation: Situation) -> Plan | Refusal:
    """Let NixOS say which services a switch would restart. Changes nothing but the store.

    It takes root all the same: switch-to-configuration does nothing without.
    """
    if target.kind == "darwin":
        return Refusal("no-tool", "darwin-rebuild has no `dry-activate`; preview it instead.")
    refusal = refuse_activation(target, situation) or refuse_without(
        situation.tools, "nix", "nixos-rebuild"
    )
    refusal = refusal or _refuse_wrapped_name(target)
    if refusal:
        return refusal
    title = f"Dry-activate {target.name}"
    argv = ("nixos-rebuild", *_rebuild_arguments("dry-activate", target, situation))
    step = replace(
        _as_root(argv, title, target, situation),
        name="dry-activate",
        changes="store",
        needs_confirmation=False,
    )
    return Plan(title, target.flake_root, target, (step,))


def activate(
    action: Literal["switch", "boot", "test"], target: Target, situation: Situation
) -> Plan | Refusal:
    """Check the flake, build the system, show what changes, and once confirmed activate it.

    `boot` makes it what the next start runs, `test` runs it until then, `switch` does both.
    """
    tool: Tool = "darwin-rebuild" if target.kind == "darwin" else "nixos-rebuild"
    if target.kind == "darwin" and action != "switch":
        return Refusal("no-tool", f"darwin-rebuild has no `{action}`.")
    refusal = refuse_activation(target, situation) or refuse_without(situation.tools, "nix", tool)
    refusal = refusal or refuse_name(target) or _refuse_wrapped_name(target)
    if refusal:
        return refusal
    local = situation.options.target_host is None
    arguments = _rebuild_arguments(action, target, situation)
    step = _as_root((tool, *arguments), f"{action.capitalize()} {target.name}", target, situation)
    return Plan(
        step.title,
        target.flake_root,
        target,
        (
            check_step(target.flake_root, situation),
            _first_build(target, situation),
            _preview_step(target, situation, action),
            step,
        ),
        profile=system_profile(situation.machine) if local else None,
        activated=situation.machine.running_system if local else None,
    )


def rollback(target: Target, generation: Generation, situation: Situation) -> Plan | Refusal:
    """Go back to a generation of this machine's system.

    Not by `nixos-rebuild switch --rollback`: it first builds a newer self from the Nix search path,
    where the machine of a flake has none, and a configuration that is broken is what one flees.
    """
    refusal = refuse_activation(target, _here(situation)) or refuse_without(
        situation.tools, "darwin-rebuild" if target.kind == "darwin" else "nix-env"
    )
    if refusal:
        return refusal
    title = f"Roll back {target.name} to generation {generation.number}"
    look = Preview("preview", "Preview", _running_system(situation), generation.path)
    commands = _rollback_commands(target, generation, situation)
    steps = tuple(_as_root(argv, title, target, situation) for argv in commands)
    named = tuple(replace(step, name=f"activate {place}") for place, step in enumerate(steps))
    profile = system_profile(situation.machine)
    return Plan(
        title,
        target.flake_root,
        target,
        (look, *named),
        profile=profile,
        activated=situation.machine.running_system,
    )


def expire(
    target: Target, generations: Sequence[Generation], situation: Situation
) -> Plan | Refusal:
    """Forget generations of this machine's system: exactly these, never the current one."""
    refusal = refuse_activation(target, _here(situation))
    refusal = refusal or refuse_without(situation.tools, "nix-env")
    if refusal:
        return refusal
    gone = [each for each in generations if not each.current]
    numbers = tuple(str(each.number) for each in gone)
    if not numbers:
        return Refusal("no-generation", NONE_TO_EXPIRE)
    profile = system_profile(situation.machine)
    argv = ("nix-env", "--profile", profile, "--delete-generations", *numbers)
    title = expiring(numbers, target.name)
    step = _as_root(argv, title, target, situation)
    steps = (replace(step, name="expire"),)
    notes = tuple(each.text for each in gone)
    return Plan(title, target.flake_root, target, steps, notes=notes)


def unattended(step: Step) -> Step:
    """The step as it is tried where no terminal can ask for a password: it fails if one is due.

    sudo says so in the user's language, and a program reads it.
    """
    if step.argv[:1] == ("sudo",):
        argv = ("sudo", "-n", *step.argv[1:])
    else:
        argv = tuple(word for word in step.argv if word != "--ask-sudo-password")
    return replace(step, argv=argv, env=UNTRANSLATED, needs_terminal=False)


def _here(situation: Situation) -> Situation:
    """The situation without a target host: generations are only ever those of this machine."""
    return replace(situation, options=replace(situation.options, target_host=None))


def _refuse_build(target: Target, situation: Situation) -> Refusal | None:
    refusal = refuse(situation) or refuse_without(situation.tools, "nix") or refuse_name(target)
    if refusal is None and situation.options.build_host is not None:
        refusal = refuse_without(situation.tools, "nixos-rebuild") or _refuse_wrapped_name(target)
    return refusal


def _first_build(target: Target, situation: Situation) -> Step:
    """What is previewed: built here by Nix, or on a build host, which may have another platform."""
    if situation.options.build_host is not None and target.kind == "host":
        return _rebuild_step(target, situation)
    return build_step(target, situation)


def _rebuild_knows(target: Target) -> bool:
    """Whether nixos-rebuild can build this target from a folder other than its flake."""
    return (
        target.kind == "host"
        and nameable_by_wrappers(target.name)
        and root_reference(target.flake_root) != "."
    )


def _rebuild_step(target: Target, situation: Situation) -> Step:
    host = situation.options.build_host
    return Step(
        "build",
        f"Build {target.name} on {host}" if host is not None else f"Build {target.name}",
        ("nixos-rebuild", *_rebuild_arguments("build", target, situation), *STRUCTURED),
        scratch_folder(situation),
        "store",
        env=UNTRANSLATED,
    )


def scratch_folder(situation: Situation) -> str:
    """A folder of our own, where `nixos-rebuild build` may leave its ./result."""
    return os.path.join(situation.machine.state_folder, "scratch")


def _rebuild_arguments(action: str, target: Target, situation: Situation) -> tuple[str, ...]:
    options = situation.options
    arguments = [action, "--flake", configuration(target.flake_root, target.name)]
    if options.build_host is not None and target.kind == "host":
        arguments += ["--build-host", options.build_host]
    if options.target_host is not None and target.kind == "host" and action != "build":
        arguments += ["--target-host", options.target_host]
    if options.specialisation is not None and _specialises(action, target):
        arguments += ["--specialisation", options.specialisation]
    return (*arguments, *options.extra_arguments)


def _specialises(action: str, target: Target) -> bool:
    """Whether a specialisation can be asked for; nix-darwin knows none."""
    return action in ("switch", "test") and target.kind == "host"


def _as_root(argv: tuple[str, ...], title: str, target: Target, situation: Situation) -> Step:
    """A step that changes the system: through sudo here, through nixos-rebuild's own elsewhere."""
    remote = situation.options.target_host if "--target-host" in argv else None
    needs_terminal = situation.machine.uid != 0
    if remote is not None:
        needs_terminal = not remote.startswith("root@")
        argv = (*argv, "--sudo", "--ask-sudo-password") if needs_terminal else argv
    elif needs_terminal and "--build-host" in argv:
        argv = (*argv, "--sudo")  # Root has not the keys with which the user reaches it.
    elif needs_terminal:
        argv = ("sudo", *argv)
    return Step(
        "activate",
        title,
        argv,
        target.flake_root,
        "system",
        env=() if needs_terminal else UNTRANSLATED,
        needs_confirmation=True,
        needs_terminal=needs_terminal,
    )


def _rollback_commands(
    target: Target, generation: Generation, situation: Situation
) -> list[tuple[str, ...]]:
    if target.kind == "darwin":
        return [("darwin-rebuild", "--switch-generation", str(generation.number))]
    profile = system_profile(situation.machine)
    return [
        ("nix-env", "--profile", profile, "--switch-generation", str(generation.number)),
        (os.path.join(generation.path, "bin/switch-to-configuration"), "switch"),
    ]


def _preview_step(target: Target, situation: Situation, action: str = "switch") -> Preview:
    """Compared with what runs here, if the target is this machine. A boot asks which one later."""
    machine, options = situation.machine, situation.options
    here = machine.is_called(target.host) and options.target_host is None
    return Preview(
        "preview",
        f"Preview {target.name}",
        _running_system(situation) if here else None,
        FromStep(
            "build", specialised(options.specialisation if _specialises(action, target) else None)
        ),
        machine.home if here and machine.user == target.user else None,
        "" if here else f"What runs on {target.host} is not seen from here.",
    )


def _running_system(situation: Situation) -> str | None:
    link = situation.machine.running_system
    return os.path.realpath(link) if os.path.exists(link) else None


def _refuse_wrapped_name(target: Target) -> Refusal | None:
    if target.kind == "darwin" and not nameable_unquoted(target.name):
        return Refusal(
            "bad-name", f"darwin-rebuild cannot be told of a host named {target.name!r}."
        )
    if nameable_by_wrappers(target.name):
        return None
    return Refusal("bad-name", f"nixos-rebuild cannot be told of a host named {target.name!r}.")
