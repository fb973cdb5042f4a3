"""Which of the offered deployments can be run from here, what exactly they run, and why not."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.deploy import plan
from hmls.deploy.plan import Action as Activation
from hmls.deploy.plan import Plan, Refusal, Situation, Step, display
from hmls.deploy.situation import options_for
from hmls.deploy.target import Target, this_machine
from hmls.deploy.tools import TOOLS, Nix, Tools, search_path, which

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hmls.config import DeploySettings
    from hmls.homes.repository import Repository
    from hmls.ide.actions import Action

_ACTIVATIONS: dict[str, Activation] = {
    "switch": "switch", "test": "test", "boot": "boot", "dryActivate": "dry-activate",
}  # fmt: skip
_RECENT_NIX = Nix((2, 24), "nix", flakes_enabled=True)
_SOME_USER = 1000
"""Anyone but root, as whom homes are activated and who needs sudo for a machine."""


class Offers:
    """The machine as it can be seen without running anything."""

    def __init__(self, settings: DeploySettings, *, trusted: bool, can_disable: bool) -> None:
        self._settings = settings
        self._trusted = trusted
        self._can_disable = can_disable
        self._machine = this_machine()
        path = search_path(self._machine, os.environ)
        paths = {tool: found for tool in TOOLS if (found := which(tool, path))}
        # Nothing runs before the user asks: a present Nix is taken for a recent one.
        self._tools = Tools(paths, _RECENT_NIX if "nix" in paths else None)

    def code_actions(
        self, actions: Sequence[Action], repository: Repository
    ) -> list[lsp.CodeAction]:
        """The actions, the first switch that is possible as the preferred one, else a build."""
        offered = [(action, *self._offer(action, repository)) for action in actions]
        # Where nothing can be gone back to, from here or at all, that is not spoken of.
        made = [each for each in offered if each[2] is None or _name(each[0]) != "rollback"]
        for name in ("switch", "build"):
            for action, offer, refused in made:
                if refused is None and _name(action) == name:
                    offer.is_preferred = True
                    return [offer for _, offer, _ in made]
        return [offer for _, offer, _ in made]

    def _offer(self, action: Action, repository: Repository) -> tuple[lsp.CodeAction, str | None]:
        assert action.command is not None
        name, argument = action.command.name, dict(action.command.argument)
        target = self._target(argument, repository)
        made = self._plan(name, argument, repository, self._situation(target))
        reason = made.reason if isinstance(made, Refusal) else None
        title = action.title
        if reason is not None and not self._can_disable:
            # A line of a menu: the whole reason is told to those who choose it.
            title = f"{title} — not from here: {reason.split('. ')[0].rstrip('.')}"
        offer = lsp.CodeAction(
            title,
            "source.deploy",
            command=lsp.Command(action.title, f"hmls.{name}", arguments=[argument]),
            disabled=lsp.CodeActionDisabled(reason)
            if reason is not None and self._can_disable
            else None,
            data={
                "commands": [] if argument.get("choose") else _commands(made),
                "reason": reason,
                "elsewhere": []
                if reason is None
                else _commands(self._plan(name, argument, repository, self._at_home(target))),
            },
        )
        return offer, reason

    def _plan(
        self,
        name: str,
        argument: dict[str, object],
        repository: Repository,
        situation: Situation,
    ) -> Plan | Refusal:
        from hmls.deploy.repository import distinct

        root = repository.root
        target = self._target(argument, repository)
        match name:
            case "checkAll":
                return plan.check_all(root, distinct(repository), situation)
            case "update":
                chosen = argument.get("input")
                return plan.update(root, [] if chosen is None else [str(chosen)], situation)
            case "archive":
                return plan.archive(root, situation)
            case _ if target is None:
                wanted = argument.get("target")
                return Refusal("bad-name", f"There is no target {wanted} any more.")
            case "build":
                return plan.build(target, situation)
            case "preview":
                return plan.preview(target, situation)
            case "check":
                return plan.check(target, situation)
            case "rollback":
                return self._back(target, situation)
            case _:
                return plan.activate(_ACTIVATIONS[name], target, situation)

    def _back(self, target: Target, situation: Situation) -> Plan | Refusal:
        from hmls.deploy.history import generations_of

        found = generations_of(target, situation.machine)
        other = next((each for each in found if not each.current), None)
        if other is None:
            return Refusal("no-generation", f"There is no other generation of {target.name} here.")
        return plan.rollback(target, other, situation)

    def _target(self, argument: dict[str, object], repository: Repository) -> Target | None:
        from hmls.deploy.repository import deployable, named

        wanted = argument.get("target")
        found = named(repository, str(wanted), self._machine.user) if wanted is not None else None
        return deployable(repository, found) if found is not None else None

    def _at_home(self, target: Target | None) -> Situation:
        """Where a target belongs: its own machine, which has all the tools, and its own user."""
        there = replace(self._machine, uid=_SOME_USER)
        if target is not None:
            host, system = target.host or there.hostname, target.system or there.system
            there = replace(there, user=target.user, hostname=host, system=system)
        tools = Tools({tool: tool for tool in TOOLS}, _RECENT_NIX)
        options = options_for(self._settings, target.host if target is not None else None)
        return Situation(there, tools, options)

    def _situation(self, target: Target | None) -> Situation:
        host = target.host if target is not None and not target.is_home else None
        options = options_for(self._settings, host)
        return Situation(self._machine, self._tools, options, self._trusted)


def _name(action: Action) -> str:
    return action.command.name if action.command is not None else ""


def _commands(made: Plan | Refusal) -> list[str]:
    if isinstance(made, Refusal):
        return []
    return [display(step) for step in made.steps if isinstance(step, Step)]
