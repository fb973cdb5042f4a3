"""Plans for a flake as a whole: check it, update inputs, fetch sources, show files to Git."""

from __future__ import annotations

import os
from collections.abc import Sequence

from hmls.deploy.flakeref import installable, is_input_name, nameable, root_reference
from hmls.deploy.situation import Situation, refuse
from hmls.deploy.step import Plan, Step
from hmls.deploy.target import Refusal, Target
from hmls.deploy.tools import Nix, refuse_without

HOME_ATTRIBUTE = ("activationPackage",)
SYSTEM_ATTRIBUTE = ("config", "system", "build", "toplevel")
DARWIN_ATTRIBUTE = ("system",)


def check_all(root: str, targets: Sequence[Target], situation: Situation) -> Plan | Refusal:
    """`nix flake check`, then the evaluation of every target, most of which it leaves out."""
    if refusal := refuse(situation) or refuse_without(situation.tools, "nix"):
        return refusal
    for target in targets:
        if refusal := refuse_name(target):
            return refusal
    steps = (check_step(root, situation), *(evaluate_step(each, situation) for each in targets))
    return Plan(f"Check all of {os.path.basename(root)}", root, None, steps, keep_going=True)


def check(target: Target, situation: Situation) -> Plan | Refusal:
    """`nix flake check`, then the evaluation of one target."""
    refusal = refuse(situation) or refuse_without(situation.tools, "nix") or refuse_name(target)
    if refusal:
        return refusal
    steps = (check_step(target.flake_root, situation), evaluate_step(target, situation))
    return Plan(f"Check {target.name}", target.flake_root, target, steps, keep_going=True)


def update(root: str, inputs: Sequence[str], situation: Situation) -> Plan | Refusal:
    """Move the locks of some inputs to the newest there is; of all inputs when none is named."""
    if refusal := refuse(situation) or refuse_without(situation.tools, "nix"):
        return refusal
    for name in inputs:
        if not is_input_name(name):
            return Refusal("bad-name", f"{name!r} is no name of an input.")
    argv = (*_update_arguments(root, inputs, known_nix(situation)),)
    title = f"Update {', '.join(inputs)}" if inputs else "Update all inputs"
    step = Step("update", title, nix(situation, *argv), root, "lock", needs_confirmation=True)
    return Plan(title, root, None, (step,))


def archive(root: str, situation: Situation) -> Plan | Refusal:
    """Fetch the sources of all inputs into the store, as flake.lock pins them."""
    if refusal := refuse(situation) or refuse_without(situation.tools, "nix"):
        return refusal
    argv = nix(situation, "flake", "archive", root_reference(root), *STRUCTURED)
    step = Step("archive", "Fetch the sources of all inputs", argv, root, "store")
    return Plan(step.title, root, None, (step,))


def track(root: str, files: Sequence[str], situation: Situation) -> Plan | Refusal:
    """Show files to Git, and so to the flake, without staging what is in them: `git add -N`."""
    if refusal := refuse(situation) or refuse_without(situation.tools, "git"):
        return refusal
    argv = ("git", "--literal-pathspecs", "-C", root, "add", "-N", "--", *files)
    title = f"Show {', '.join(files)} to Git"
    return Plan(title, root, None, (Step("track", title, argv, root, "index"),))


STRUCTURED = ("--log-format", "internal-json", "--show-trace")
"""Progress as data, and every frame of a trace: the user's own line is often deep in it."""


def nix(situation: Situation, *arguments: str) -> tuple[str, ...]:
    """A command line of Nix, with the flags that enable flakes where they are not."""
    return ("nix", *known_nix(situation).feature_flags, *arguments)


def known_nix(situation: Situation) -> Nix:
    """The Nix that `refuse_without(tools, "nix")` made sure of."""
    found = situation.tools.nix
    assert found is not None
    return found


def check_step(root: str, situation: Situation) -> Step:
    """`nix flake check`, which builds the flake's checks too."""
    extra = situation.options.extra_arguments
    argv = nix(situation, "flake", "check", root_reference(root), *STRUCTURED, *extra)
    return Step("check", "Check the flake", argv, root, "store")


def evaluate_step(target: Target, situation: Situation) -> Step:
    """Evaluate all of a target and build nothing: its derivation is written to the store."""
    reference = installable(target.flake_root, *built_attribute(target), "drvPath")
    extra = (*_impure(target), *situation.options.extra_arguments)
    argv = nix(situation, "eval", "--raw", reference, *STRUCTURED, *extra)
    name = f"evaluate {'.'.join(target.output)}"
    return Step(name, f"Evaluate {target.name}", argv, target.flake_root, "store")


def build_step(target: Target, situation: Situation) -> Step:
    """Build a target without leaving a link behind; prints its store path.

    Nix 2.8 cannot print the path alone and prints it as JSON instead.
    """
    reference = installable(target.flake_root, *built_attribute(target))
    output = "--print-out-paths" if known_nix(situation).prints_out_paths else "--json"
    extra = (*_impure(target), *situation.options.extra_arguments)
    argv = nix(situation, "build", reference, "--no-link", output, *STRUCTURED, *extra)
    return Step("build", f"Build {target.name}", argv, target.flake_root, "store")


def built_attribute(target: Target) -> tuple[str, ...]:
    """The attribute path of what is built for a target, from the flake's outputs down."""
    if target.output[0] == "nixosConfigurations":
        return (*target.output, *SYSTEM_ATTRIBUTE)
    if target.output[0] == "darwinConfigurations":
        return (*target.output, *DARWIN_ATTRIBUTE)
    return (*target.output, *HOME_ATTRIBUTE)


def refuse_name(target: Target) -> Refusal | None:
    """Why Nix cannot be told of this target, or None."""
    if all(nameable(segment) for segment in target.output):
        return None
    return Refusal(
        "bad-name",
        f"Nix cannot be told of an output named {target.name!r}: "
        "an attribute on its command line holds no double quote.",
    )


def _update_arguments(root: str, inputs: Sequence[str], nix: Nix) -> tuple[str, ...]:
    reference = root_reference(root)
    if nix.updates_single_inputs:
        return ("flake", "update", *inputs, "--flake", reference)
    if not inputs:
        return ("flake", "update", reference)
    pairs = (word for name in inputs for word in ("--update-input", name))
    return ("flake", "lock", reference, *pairs)


def _impure(target: Target) -> tuple[str, ...]:
    """nix-on-droid builds its devices impurely, as its own command does."""
    return ("--impure",) if target.output[0] == "nixOnDroidConfigurations" else ()
