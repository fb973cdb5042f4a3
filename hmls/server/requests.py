"""The server's own requests, as docs/protocol.md tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

if TYPE_CHECKING:
    from hmls.homes.repository import Repository
    from hmls.homes.targets import Target
    from hmls.homes.workspace import View
    from hmls.server.app import Server


class RequestFailed(JsonRpcException):
    """A well-formed request that cannot be answered, and why; LSP's own code for that."""

    CODE = -32803
    MESSAGE = "Request failed"


def register(server: Server) -> None:
    session, news = server.session, server.news

    @server.feature("hmls/layers")
    async def layers(_params: Any) -> dict[str, Any]:
        from hmls.lang.errors import GaveUp
        from hmls.server.engine import Priority

        try:
            return {"roots": await news.maps(Priority.FILE)}
        except GaveUp:
            return {"roots": await news.maps(Priority.BACKGROUND)}

    @server.feature("hmls/focus")
    def focus(params: Any) -> None:
        root, target = text_of(params, "root"), optional_text(params, "target")
        session.focus(root, target)


def text_of(params: Any, name: str) -> str:
    """A text that a request must have."""
    found = optional_text(params, name)
    if found is None:
        raise JsonRpcInvalidParams(f"{name} must be a text")
    return found


def optional_text(params: Any, name: str) -> str | None:
    found = getattr(params, name, None)
    if found is not None and not isinstance(found, str):
        raise JsonRpcInvalidParams(f"{name} must be a text")
    return found


def target_of(view: View, root: str, name: str) -> tuple[Repository, Target]:
    """A target by its root and name; raises RequestFailed if there is none."""
    repository = view.repositories.get(root.rstrip("/") or "/")
    if repository is None:
        raise RequestFailed(f"{root} is no flake of this workspace")
    for target in repository.targets.items:
        if target.name == name:
            return repository, target
    raise RequestFailed(f"{root} has no target {name}")
