"""Every plan there is: what a user can ask for → the commands that would do it, or why not.

Nothing here runs. `display(step)` shows each command exactly as it will be run.
"""

from __future__ import annotations

from collections.abc import Sequence

from hmls.deploy import plan_home, plan_host
from hmls.deploy.generations import Generation
from hmls.deploy.plan_flake import archive, check, check_all, track, update
from hmls.deploy.plan_home import initialise
from hmls.deploy.plan_host import Action, unattended
from hmls.deploy.situation import Options, Situation
from hmls.deploy.step import Plan, Preview, Step, display
from hmls.deploy.target import Refusal, Target

__all__ = [
    "Action",
    "Options",
    "Plan",
    "Preview",
    "Refusal",
    "Situation",
    "Step",
    "activate",
    "archive",
    "build",
    "check",
    "check_all",
    "display",
    "expire",
    "initialise",
    "preview",
    "rollback",
    "switch",
    "track",
    "unattended",
    "update",
]


def build(target: Target, situation: Situation) -> Plan | Refusal:
    """Build a home, a system or a device, and leave no ./result."""
    if target.is_home or target.kind == "droid":
        return plan_home.build(target, situation)
    return plan_host.build(target, situation)


def preview(target: Target, situation: Situation) -> Plan | Refusal:
    """Build, then show what a switch would change."""
    if target.is_home or target.kind == "droid":
        return plan_home.preview(target, situation)
    return plan_host.preview(target, situation)


def switch(target: Target, situation: Situation) -> Plan | Refusal:
    """Check, build, preview, ask, activate."""
    return activate("switch", target, situation)


def activate(action: Action, target: Target, situation: Situation) -> Plan | Refusal:
    """One of nixos-rebuild's ways to activate; homes and devices know `switch` only."""
    if target.is_home and action == "switch":
        return plan_home.switch(target, situation)
    if target.kind == "droid" and action == "switch":
        return plan_home.switch_device(target, situation)
    if target.kind not in ("host", "darwin"):
        return Refusal("no-tool", f"A home has no `{action}`; switch to it, or preview it.")
    if action == "dry-activate":
        return plan_host.dry_activate(target, situation)
    return plan_host.activate(action, target, situation)


def rollback(target: Target, generation: Generation, situation: Situation) -> Plan | Refusal:
    """Activate one of the generations that are still there."""
    if target.kind == "droid":
        return plan_home.rollback_device(target, generation, situation)
    if target.is_home:
        return plan_home.rollback(target, generation, situation)
    return plan_host.rollback(target, generation, situation)


def expire(
    target: Target, generations: Sequence[Generation], situation: Situation
) -> Plan | Refusal:
    """Forget these generations; the current one is never among them."""
    if target.is_home or target.kind == "droid":
        return plan_home.expire(target, generations, situation)
    return plan_host.expire(target, generations, situation)
