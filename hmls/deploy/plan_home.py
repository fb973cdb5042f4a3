"""Plans for a standalone home: build, preview, switch, and back to an earlier generation."""

from __future__ import annotations

import os
from collections.abc import Sequence

from hmls.deploy.flakeref import configuration, nameable_by_wrappers, nameable_unquoted
from hmls.deploy.generations import (
    NONE_TO_EXPIRE,
    Generation,
    activated_home,
    device_profile,
    expiring,
    home_profile,
    running_device,
    running_home,
)
from hmls.deploy.plan_flake import STRUCTURED, build_step, check_step, known_nix, nix, refuse_name
from hmls.deploy.situation import Situation, refuse, refuse_activation
from hmls.deploy.step import Argument, FromStep, Plan, Preview, Step, specialised
from hmls.deploy.target import Refusal, Target
from hmls.deploy.tools import refuse_without

UNTRANSLATED = ("LC_ALL", "C")
"""Home Manager translates its messages; these are read by a program."""
DEVICE_ARGUMENTS = {
    "-I": 1, "--include": 1, "--option": 2, "--override-input": 2,
    "--builders": 1, "--cores": 1, "--max-jobs": 1,
    "--keep-failed": 0, "--keep-going": 0, "--show-trace": 0,
}  # fmt: skip
"""What nix-on-droid hands on to Nix, with the number of values that each takes."""


def build(target: Target, situation: Situation) -> Plan | Refusal:
    """Build the home and leave no link."""
    refusal = refuse(situation) or refuse_without(situation.tools, "nix") or refuse_name(target)
    if refusal:
        return refusal
    step = build_step(target, situation)
    return Plan(step.title, target.flake_root, target, (step,))


def preview(target: Target, situation: Situation) -> Plan | Refusal:
    """Build the home, then show what switching to it would change."""
    plan = build(target, situation)
    if isinstance(plan, Refusal):
        return plan
    steps = (*plan.steps, _preview_step(target, situation))
    return Plan(f"Preview {target.name}", target.flake_root, target, steps)


def switch(target: Target, situation: Situation) -> Plan | Refusal:
    """Check the flake, build the home, show what changes, and once confirmed activate it.

    Through home-manager where it is on the PATH and can be told the name; else by the activation
    script of what was built, which sets the profile itself.
    """
    tools = situation.tools
    refusal = refuse_activation(target, situation) or refuse_without(tools, "nix")
    refusal = refusal or refuse_name(target)
    if refusal:
        return refusal
    return Plan(
        f"Switch {target.name}",
        target.flake_root,
        target,
        (
            check_step(target.flake_root, situation),
            build_step(target, situation),
            _preview_step(target, situation),
            *_activation(target, situation),
        ),
        profile=home_profile(situation.machine),
        activated=activated_home(situation.machine),
    )


def switch_device(target: Target, situation: Situation) -> Plan | Refusal:
    """Switch a device of Nix-on-Droid by its own command, which builds what it activates.

    Where that cannot be told of the name or of the user's arguments, by what was built, as the
    command itself does it in the end.
    """
    refusal = refuse_activation(target, situation)
    refusal = refusal or refuse_without(situation.tools, "nix", "nix-on-droid")
    refusal = refusal or refuse_name(target)
    if refusal:
        return refusal
    extra = situation.options.extra_arguments
    argv: tuple[Argument, ...] = (FromStep("build", "/activate"),)
    if nameable_unquoted(target.name) and _known_to_device(extra):
        reference = configuration(target.flake_root, target.name)
        argv = ("nix-on-droid", "switch", "--flake", reference, *extra)
    step = Step(
        "activate",
        f"Switch {target.name}",
        argv,
        target.flake_root,
        "home",
        needs_confirmation=True,
    )
    steps = (
        check_step(target.flake_root, situation),
        build_step(target, situation),
        _preview_step(target, situation),
        step,
    )
    profile = device_profile(situation.machine)
    return Plan(step.title, target.flake_root, target, steps, profile=profile)


def rollback_device(target: Target, generation: Generation, situation: Situation) -> Plan | Refusal:
    """Go back, or forward, to a generation of a device that is still there."""
    refusal = refuse_activation(target, situation)
    refusal = refusal or refuse_without(situation.tools, "nix-on-droid")
    if refusal:
        return refusal
    title = f"Roll back {target.name} to generation {generation.number}"
    argv = ("nix-on-droid", "switch-generation", str(generation.number))
    root = target.flake_root
    step = Step("activate", title, argv, root, "home", needs_confirmation=True)
    profile = device_profile(situation.machine)
    look = Preview("preview", "Preview", running_device(situation.machine), generation.path)
    return Plan(title, root, target, (look, step), profile=profile)


def rollback(target: Target, generation: Generation, situation: Situation) -> Plan | Refusal:
    """Go back, or forward, to a generation that is still there.

    As `home-manager switch --rollback` does for the last one: first the profile, then activation.
    Generations from before Home Manager 25.05 set the profile themselves.
    """
    if refusal := refuse_activation(target, situation):
        return refusal
    profile = home_profile(situation.machine)
    activate = os.path.join(generation.path, "activate")
    title = f"Roll back {target.name} to generation {generation.number}"
    root = target.flake_root
    if not generation.profile_is_set_by_caller:
        steps: tuple[Step, ...] = (_activation_step((activate,), situation),)
    elif refusal := refuse_without(situation.tools, "nix-env"):
        return refusal
    else:
        argv = ("nix-env", "--profile", profile, "--switch-generation", str(generation.number))
        steps = (
            Step("profile", "Set the profile", argv, root, "profile", needs_confirmation=True),
            _activation_step((activate, "--driver-version", "1"), situation),
        )
    look = Preview("preview", "Preview", running_home(situation.machine), generation.path, None)
    return Plan(
        title,
        root,
        target,
        (look, *steps),
        profile=profile,
        activated=activated_home(situation.machine),
    )


def expire(
    target: Target, generations: Sequence[Generation], situation: Situation
) -> Plan | Refusal:
    """Forget generations: exactly these, never the current one. Their files go when Nix collects.

    Removed by number, not by age: so exactly those go that the user was shown.
    """
    if refusal := refuse_activation(target, situation):
        return refusal
    gone = [each for each in generations if not each.current]
    numbers = tuple(str(each.number) for each in gone)
    if not numbers:
        return Refusal("no-generation", NONE_TO_EXPIRE)
    profile = (
        home_profile(situation.machine) if target.is_home else device_profile(situation.machine)
    )
    if situation.tools.has("home-manager") and target.is_home:
        argv: tuple[str, ...] = ("home-manager", "remove-generations", *numbers)
    elif refusal := refuse_without(situation.tools, "nix-env"):
        return refusal
    else:
        argv = ("nix-env", "--profile", profile, "--delete-generations", *numbers)
    title = expiring(numbers, target.name)
    step = Step(
        "expire",
        title,
        argv,
        target.flake_root,
        "profile",
        env=(UNTRANSLATED,),
        needs_confirmation=True,
    )
    notes = tuple(each.text for each in gone)
    return Plan(title, target.flake_root, target, (step,), notes=notes)


def initialise(folder: str, situation: Situation) -> Plan | Refusal:
    """Make a first configuration in `folder` and switch to it, where there is no flake yet."""
    if situation.machine.uid == 0:
        return Refusal(
            "root", "You are root. Home Manager is installed by each user, without sudo."
        )
    if refusal := refuse(situation) or refuse_without(situation.tools, "nix"):
        return refusal
    argv = nix(situation, "run", "home-manager/master", "--", "init", "--switch", folder)
    title = "Install Home Manager"
    step = Step(
        "initialise",
        title,
        argv,
        situation.machine.home,
        "home",
        env=(UNTRANSLATED,),
        needs_confirmation=True,
    )
    return Plan(
        title,
        folder,
        None,
        (step,),
        profile=home_profile(situation.machine),
        activated=activated_home(situation.machine),
    )


def _preview_step(target: Target, situation: Situation) -> Preview:
    if target.kind == "droid":
        here = situation.tools.has("nix-on-droid")
        return Preview(
            "preview",
            f"Preview {target.name}",
            running_device(situation.machine) if here else None,
            FromStep("build"),
            situation.machine.home if here else None,
            "" if here else "What runs on the device is not seen from here.",
        )
    ours = situation.machine.user == target.user
    return Preview(
        "preview",
        f"Preview {target.name}",
        running_home(situation.machine) if ours else None,
        FromStep("build", specialised(situation.options.specialisation)),
        situation.machine.home if ours else None,
        "" if ours else f"What runs in the home of {target.user} is not seen from here.",
    )


def _activation(target: Target, situation: Situation) -> tuple[Step, ...]:
    if situation.tools.has("home-manager") and _known_to_home_manager(target):
        return (_home_manager_step(target, situation),)
    specialisation = situation.options.specialisation
    if specialisation is None:
        return (_activation_step((FromStep("build", "/activate"),), situation),)
    profile = home_profile(situation.machine)
    set_profile = ("nix-env", "--profile", profile, "--set", FromStep("build"))
    activate = FromStep("build", f"{specialised(specialisation)}/activate")
    return (
        Step(
            "profile",
            "Set the profile",
            set_profile,
            target.flake_root,
            "profile",
            needs_confirmation=True,
        ),
        _activation_step((activate, "--driver-version", "1"), situation),
    )


def _home_manager_step(target: Target, situation: Situation) -> Step:
    options = situation.options
    argv = ["home-manager", "switch", "--flake", configuration(target.flake_root, target.name)]
    if options.backup_extension is not None:
        argv += ["-b", options.backup_extension]
    if options.specialisation is not None:
        argv += ["--specialisation", options.specialisation]
    argv += [*known_nix(situation).feature_flags, *STRUCTURED, *options.extra_arguments]
    return Step(
        "activate",
        f"Activate {target.name}",
        tuple(argv),
        target.flake_root,
        "home",
        env=(UNTRANSLATED,),
        needs_confirmation=True,
    )


def _activation_step(argv: tuple[str | FromStep, ...], situation: Situation) -> Step:
    extension = situation.options.backup_extension
    backup = (("HOME_MANAGER_BACKUP_EXT", extension),) if extension is not None else ()
    return Step(
        "activate",
        "Activate the home",
        argv,
        situation.machine.home,
        "home",
        env=(UNTRANSLATED, *backup),
        needs_confirmation=True,
    )


def _known_to_device(arguments: Sequence[str]) -> bool:
    """Whether nix-on-droid hands these on to Nix; it ends at any other.

    Source: the loop over the arguments in its nix-on-droid.sh.
    """
    rest = list(arguments)
    while rest:
        values = DEVICE_ARGUMENTS.get(rest[0])
        if values is None or len(rest) <= values:
            return False
        del rest[: values + 1]
    return True


def _known_to_home_manager(target: Target) -> bool:
    return (
        len(target.output) == 2
        and target.output[0] == "homeConfigurations"
        and nameable_by_wrappers(target.name)
    )
