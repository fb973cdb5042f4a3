"""The commands of docs/protocol.md that deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hmls.server.app import Server

COMMANDS = (
    "build", "preview", "switch", "dryActivate", "test", "boot", "rollback", "expire", "check",
    "checkAll", "update", "archive", "track", "initialise",
)  # fmt: skip


def register(server: Server) -> None:
    for name in COMMANDS:
        _register(server, name)


def _register(server: Server, name: str) -> None:
    @server.command(f"hmls.{name}")
    async def command(*arguments: Any) -> dict[str, str]:
        # What deploys is loaded when it is first asked for: a server must start quickly.
        from hmls.server.asked import request_of

        server.protocol.ends_with_request()
        return await server.jobs.run(await request_of(server, name, arguments))
