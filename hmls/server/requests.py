"""The server's own requests, as docs/protocol.md tells them."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

if TYPE_CHECKING:
    from hmls.homes.repository import Repository
    from hmls.homes.setting import Contribution
    from hmls.homes.targets import Target
    from hmls.homes.workspace import View
    from hmls.server.app import Server
    from hmls.server.engine import Priority

log = logging.getLogger("hmls")
T = TypeVar("T")
_TURNS = 10
"""How often all settings of a target are gone on with: those of a hundred modules take a minute."""


class RequestFailed(JsonRpcException):
    """A well-formed request that cannot be answered, and why; LSP's own code for that."""

    CODE = -32803
    MESSAGE = "Request failed"


def register(server: Server) -> None:
    session, news = server.session, server.news
    asked_again: list[asyncio.Future[None]] = []  # A task that nobody holds may vanish.
    server.virtual.makers["effective"] = lambda uri: _effective(server, uri)
    server.virtual.makers["base"] = lambda uri: _effective(server, uri)

    @server.feature("hmls/layers")
    async def layers(_params: Any) -> dict[str, Any]:
        roots = await _patiently(news.maps)
        return {"roots": roots, "settled": server.problems.settled}

    @server.feature("hmls/settings")
    async def settings(params: Any) -> dict[str, Any]:
        root, target = text_of(params, "root"), text_of(params, "target")
        prefix = tuple(getattr(params, "prefix", None) or ())

        def work(view: View) -> dict[str, Any]:
            return _settings(server, view, root, target, prefix)

        return await _patiently(lambda priority: session.ask(work, priority), _TURNS)

    @server.feature("hmls/focus")
    def focus(params: Any) -> None:
        root, target = text_of(params, "root"), optional_text(params, "target")
        session.focus(root, target)
        asked_again.append(asyncio.ensure_future(_look_again(server)))
        del asked_again[:-1]


async def _look_again(server: Server) -> None:
    """Have the client ask anew for what depends on the target in focus."""
    can = server.client_capabilities.workspace
    try:
        if can is not None and can.inlay_hint is not None and can.inlay_hint.refresh_support:
            await server.workspace_inlay_hint_refresh_async(None)
        if can is not None and can.code_lens is not None and can.code_lens.refresh_support:
            await server.workspace_code_lens_refresh_async(None)
    except JsonRpcException as error:
        log.warning("the client does not ask anew: %s", error)


async def _patiently(ask: Callable[[Priority], Awaitable[T]], turns: int = 2) -> T:
    """An answer that may take longer than a hover. Raises RequestFailed where there is none.

    What was given up is asked again, in the background, and goes on with what it has found.
    """
    from hmls.lang.errors import GaveUp, NixError, Unknowable
    from hmls.server.engine import Priority

    for priority in (Priority.FILE, *[Priority.BACKGROUND] * (turns - 1)):
        try:
            return await ask(priority)
        except GaveUp:
            continue
        except NixError as error:
            raise RequestFailed(f"it does not evaluate: {error.message}") from None
        except Unknowable as stop:
            raise RequestFailed(f"it is unknown: {stop.unknown.cause.message}") from None
    raise RequestFailed("the evaluation took too long and was given up")


async def _effective(server: Server, uri: str) -> str | None:
    """The text of `hmls:/effective/<target>.nix?root=<root>` or `base`; None for other forms."""
    parts = urlsplit(uri)
    kind, _, name = parts.path.lstrip("/").partition("/")
    name, dot, suffix = name.rpartition(".")
    key, _, root = unquote(parts.query).partition("=")  # VS Code writes the «=» as %3D
    if (dot, suffix, key) != (".", "nix", "root"):
        return None

    def work(view: View) -> str:
        from hmls.ide.effective import effective, effective_of_base

        show = effective_of_base if kind == "base" else effective
        return show(*target_of(view, root, unquote(name)))

    return await _patiently(lambda priority: server.session.ask(work, priority), _TURNS)


def _settings(
    server: Server, view: View, root: str, name: str, prefix: tuple[str, ...]
) -> dict[str, Any]:
    from hmls.homes.setting_json import Places, setting_json
    from hmls.homes.settings import settings
    from hmls.server.convert import lines_of

    converter = server.session.converter
    repository, target = target_of(view, root, name)
    places = Places(repository, target.site)

    def place(found: Contribution) -> dict[str, Any]:
        if found.file is not None and places.line(found) is None:
            # Of an input that is not on this machine: nobody can go there.
            if found.layer == "default":
                return {"file": None, "line": None, "layer": found.layer, "range": None}
            found = replace(found, file=None)
        if found.file is None:
            # What an input's module defines has the line of the flake that brings it in.
            told = places.json(found)
            file = None if told["file"] is None else os.path.join(repository.root, told["file"])
            return {**told, "file": file, "range": None}
        span = converter.range(lines_of(view, found.file), found.start, found.end)
        return {
            "file": found.file,
            "line": span.start.line + 1,
            "layer": found.layer,
            "range": {
                "start": {"line": span.start.line, "character": span.start.character},
                "end": {"line": span.end.line, "character": span.end.character},
            },
        }

    return {
        "target": target.name,
        "options": [
            setting_json(found, place)
            for found in settings(repository, target)
            if found.path[: len(prefix)] == prefix
        ],
    }


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
    called = repository.targets.called(name)
    if called is None:
        raise RequestFailed(f"{root} has no target {name}")
    return repository, called
