"""`hmls/generations`: what can be gone back to, and what changed between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hmls.server.app import Server


def register(server: Server) -> None:
    @server.feature("hmls/generations")
    async def generations(params: Any) -> dict[str, Any]:
        from hmls.server.asked import find_target
        from hmls.server.editor_ui import field_of

        argument = {name: field_of(params, name) for name in ("root", "target")}
        asked = await find_target(server, "generations", argument)
        return await _listed(server, asked)


async def _listed(server: Server, asked: Any) -> dict[str, Any]:
    from hmls.deploy.here import situation_here
    from hmls.deploy.history import history
    from hmls.deploy.situation import Options
    from hmls.deploy.surroundings import Surroundings
    from hmls.deploy.tools import environment

    if asked.target is None:
        return {"generations": [], "reason": "Say which target is meant."}
    situation = await situation_here(Options(), trusted=server.session.trusted)
    machine, target = situation.machine, asked.target
    if target.is_home and machine.user != target.user:
        reason = f"The generations of {target.user} are {target.user}'s; you are {machine.user}."
        return {"generations": [], "reason": reason}
    if target.kind in ("host", "darwin") and not machine.is_called(target.host):
        return {"generations": [], "reason": f"{target.host} is another machine."}
    around = Surroundings(situation, environment(machine))
    found = await history(target, around)
    if not found:
        return {"generations": [], "reason": f"{target.name} was never deployed here."}
    return {"generations": [entry.json for entry in found]}
