"""Telling the client that users, hosts, targets or their health are no longer what it was told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hmls.server.session import ContentModified

if TYPE_CHECKING:
    from hmls.deploy.target import Machine
    from hmls.homes.targets import Target
    from hmls.homes.workspace import View
    from hmls.server.app import Server
    from hmls.server.engine import Priority

_PAUSE_S = 0.3
"""How long the files must rest before the homes are looked at again."""


class News:
    """The homes as the client knows them, and the task that compares them with the present."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._told: list[dict[str, Any]] | None = None
        self._later: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    async def maps(self, priority: Priority) -> list[dict[str, Any]]:
        """The homes of all roots, for the client: what differs from now on is news.

        Raises GaveUp if it takes too long.
        """
        self._told = await self._maps(priority)
        return self._told

    def changed(self) -> None:
        """Something changed that the homes may depend on: look again soon."""
        if self._told is None or not self._server.abilities.changed:
            return
        if self._later is not None:
            self._later.cancel()
        self._later = asyncio.get_running_loop().call_later(_PAUSE_S, self._look)

    def _look(self) -> None:
        if self._task is not None and not self._task.done():
            self.changed()
            return
        self._task = asyncio.ensure_future(self._compare())

    async def _compare(self) -> None:
        from hmls.lang.errors import GaveUp
        from hmls.server.engine import Priority

        try:
            found = await self._maps(Priority.BACKGROUND)
        except (ContentModified, GaveUp):
            return
        if self._told is not None and found != self._told:
            self._told = found
            self._server.protocol.notify("hmls/changed", {})

    async def _maps(self, priority: Priority) -> list[dict[str, Any]]:
        problems = self._server.problems.standing()

        def work(view: View) -> list[dict[str, Any]]:
            from hmls.deploy.target import this_machine
            from hmls.ide.layer_map import layer_map

            machine = this_machine()
            return [
                layer_map(
                    repository,
                    problems,
                    lambda target: _deployed(target, machine),
                )
                for repository in view.repositories.values()
            ]

        return await self._server.session.ask(work, priority)


def _deployed(target: Target, machine: Machine) -> str | None:
    """When the newest generation of a target was made on this machine (ISO 8601), or "never".

    None where this machine cannot tell: the target is another's. A profile does not say which
    output it was built from: that of a user is told for each of the user's standalone homes that
    may be meant for this machine.
    """
    from hmls.deploy.generations import home_profile, read_profile, system_profile

    here = machine.is_called(target.host)
    if target.system not in (None, machine.system):
        return None
    if target.kind == "standalone" and target.user == machine.user and (here or not target.host):
        found = read_profile(home_profile(machine))
    elif target.kind == "host" and here:
        found = read_profile(system_profile(machine))
    else:
        return None
    newest = max(found, key=lambda generation: generation.created, default=None)
    return "never" if newest is None else newest.created.astimezone().isoformat()
