"""A target and a situation in, the commands of its plan out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hmls.deploy.plan import Options, Plan, Preview, Refusal, Situation, Step, display
from hmls.deploy.target import Machine, Target
from hmls.deploy.tools import TOOLS, Nix, Tool, Tools

MACHINE = Machine(
    user="alice",
    uid=1000,
    home="/home/alice",
    hostname="workstation",
    system="x86_64-linux",
    state_home="/home/alice/.local/state",
    nix_state="/nowhere",
)
NIX = Nix((2, 34), "nix", flakes_enabled=True)
ALL_TOOLS = Tools({tool: f"/bin/{tool}" for tool in TOOLS}, NIX)
HOME = Target("/repo", "standalone", "alice", None, ("homeConfigurations", "alice"), "x86_64-linux")
HOST = Target(
    "/repo", "host", "alice", "workstation", ("nixosConfigurations", "workstation"), "x86_64-linux"
)
STRUCTURED = "--log-format internal-json --show-trace"


def situation(*, without: tuple[Tool, ...] = (), nix: Nix = NIX, **machine: Any) -> Situation:
    """Everything installed and permitted, less what is named."""
    paths = {tool: path for tool, path in ALL_TOOLS.paths.items() if tool not in without}
    return Situation(replace(MACHINE, **machine), Tools(paths, nix))


def with_options(**options: Any) -> Situation:
    return replace(situation(), options=Options(**options))


def commands(plan: Plan | Refusal) -> list[str]:
    """The commands of a plan as they are shown, without the flags for structured logs."""
    assert isinstance(plan, Plan), plan
    shown = [
        display(step) if isinstance(step, Step) else f"preview from {step.old}"
        for step in plan.steps
    ]
    return [text.replace(f" {STRUCTURED}", "") for text in shown]


def code(plan: Plan | Refusal) -> str:
    """Why a plan is refused."""
    assert isinstance(plan, Refusal), plan
    return plan.code


__all__ = ["HOME", "HOST", "NIX", "Preview", "code", "commands", "situation", "with_options"]
