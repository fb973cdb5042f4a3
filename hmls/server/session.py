"""What the server knows of its client and its workspace, and how questions reach the engine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from hmls.config import Settings, read_settings
from hmls.server.convert import Converter, path_of_uri

if TYPE_CHECKING:
    from hmls.catalog.packages import Packages
    from hmls.catalog.table import Table
    from hmls.homes.disk_changes import DiskChanges
    from hmls.homes.workspace import Snapshot, View, Views, Workspace
    from hmls.server.engine import Engine, Priority

T = TypeVar("T")
_WITHOUT_TABLES = ("helix", "neovim", "eglot", "emacs")
"""How clients call themselves that show the tables of a hover's Markdown as they are written."""
_BELIEVED_S = 0.5
"""How long the disk is taken to be as it was, where nobody tells of changes."""


class ContentModified(JsonRpcException):
    """The text changed while the answer was computed."""

    CODE = -32801
    MESSAGE = "Content modified"


class Session:
    """One client. Everything here but `_view` runs on the thread of the event loop."""

    def __init__(self) -> None:
        self.converter = Converter()
        self.settings = Settings()
        self.setting_problems: tuple[str, ...] = ()
        self.trusted = True
        self.can_watch = False
        self.can_snippets = False
        self.can_commit = False
        self.asks_all_again = False
        """To go on with an incomplete list the client asks all servers, not that of the list."""
        self.item_defaults: frozenset[str] = frozenset()
        """What a list of completions may say once for all its items."""
        self.can_links = False
        self.can_tables = True
        self._folders: list[str] = []
        self._focus: dict[str, str | None] = {}
        self._parts: tuple[Workspace, Views, Engine] | None = None
        self._disk: DiskChanges | None = None
        self._looked_s = 0.0
        self.is_closed = False
        self.when_disk_changed: Callable[[], None] = lambda: None
        """Called after a look found what nobody had reported."""

    def initialize(self, params: lsp.InitializeParams, encoding: str) -> None:
        """Take in what the client says of itself; nothing is read from disk yet."""
        self.converter = Converter(encoding)
        options = params.initialization_options
        data = dict(options) if isinstance(options, dict) else {}
        self.trusted = data.pop("trusted", True) is not False
        self.use_settings(data.get("hmls", data))
        capabilities = params.capabilities
        with contextlib.suppress(AttributeError):
            self.can_watch = bool(
                capabilities.workspace.did_change_watched_files.dynamic_registration  # type: ignore[union-attr]
            )
        with contextlib.suppress(AttributeError):
            self.can_snippets = bool(
                capabilities.text_document.completion.completion_item.snippet_support  # type: ignore[union-attr]
            )
        with contextlib.suppress(AttributeError):
            self.can_commit = bool(
                capabilities.text_document.completion.completion_item.commit_characters_support  # type: ignore[union-attr]
            )
        with contextlib.suppress(AttributeError):
            self.item_defaults = frozenset(
                capabilities.text_document.completion.completion_list.item_defaults or ()  # type: ignore[union-attr]
            )
        with contextlib.suppress(AttributeError):
            self.can_links = bool(capabilities.text_document.definition.link_support)  # type: ignore[union-attr]
        if params.client_info is not None:
            name = params.client_info.name.lower()
            self.can_tables = not name.startswith(_WITHOUT_TABLES)
            self.asks_all_again = name.startswith("neovim")
        uris = [folder.uri for folder in params.workspace_folders or []]
        if not uris and params.root_uri:
            uris = [params.root_uri]
        self._folders = [path for uri in uris if (path := path_of_uri(uri)) is not None]

    def use_settings(self, data: object) -> None:
        """Take settings over. Groups of features that they do not name stay as they are.

        Those are settled at `initialize`, where clients say what is left to another server; the
        settings that Neovim sends afterwards are the user's alone.
        """
        found = read_settings(data, Settings(features=self.settings.features))
        self.settings, self.setting_problems = found.settings, found.problems
        if self._parts is not None:
            self._parts[0].use_layout(self.settings.layout)

    def focus(self, root: str, target: str | None) -> None:
        """Put a target of a root first from now on, or none."""
        self._focus[root.rstrip("/") or "/"] = target

    def focused(self, root: str) -> str | None:
        """The name of the target in focus there: as the client said last, else the settings."""
        return self._focus.get(root, self.settings.target) or None

    @property
    def workspace(self) -> Workspace:
        return self._started()[0]

    @property
    def engine(self) -> Engine:
        return self._started()[2]

    def _started(self) -> tuple[Workspace, Views, Engine]:
        """The evaluator is loaded when it is first needed, so that the server starts quickly."""
        if self._parts is None:
            from hmls.homes.catalogued import Catalogued
            from hmls.homes.workspace import Views, Workspace
            from hmls.server.engine import Engine

            workspace = Workspace(self.settings.store_root)
            workspace.use_layout(self.settings.layout)
            workspace.set_folders(self._folders)
            self._parts = (workspace, Views(workspace, Catalogued()), Engine())
        return self._parts

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of the workspace."""
        return tuple(self._folders)

    def set_folders(self, added: list[str], removed: list[str]) -> None:
        self._folders = [path for path in self._folders if path not in removed] + added
        self.workspace.set_folders(self._folders)

    def open(self, path: str, text: str, version: int | None) -> None:
        if self.workspace.snapshot.root_of(path) is None:
            self._open_outside(path)
        self.workspace.open(path, text.encode("utf-8", "surrogatepass"), version)

    def _open_outside(self, path: str) -> None:
        """A file of a flake that no workspace folder holds: its flake is looked at too."""
        folder = os.path.dirname(path)
        if folder not in self._folders:
            self._folders.append(folder)
            self.workspace.set_folders(self._folders)

    def look_at_disk(self) -> None:
        """For a client that watches no files: take in what changed on disk unreported.

        Asked more often than each half second it takes nothing to have changed.
        """
        now = time.monotonic()
        if self.can_watch or self.is_closed or now - self._looked_s < _BELIEVED_S:
            return
        workspace = self.workspace
        if self._disk is None:
            from hmls.homes.disk_changes import DiskChanges

            self._disk = DiskChanges()
        changes = self._disk.look(workspace.snapshot.roots)
        self._looked_s = time.monotonic()
        if changes.written:
            workspace.changed_on_disk(changes.written, listing=False)
        if changes.listed:
            workspace.changed_on_disk(changes.listed, listing=True)
        if workspace.check_git() or changes.written or changes.listed:
            self.when_disk_changed()

    async def ask(
        self, work: Callable[[View], T], priority: Priority | None = None, path: str | None = None
    ) -> T:
        """What some work gives for the present files, computed on the evaluation thread.

        With `path`, raises ContentModified if that file's text changed meanwhile.
        """
        from hmls.server.engine import Priority

        self.look_at_disk()
        asked_of = self.workspace.snapshot
        _, views, engine = self._started()

        def run() -> T:
            view = views.newest()
            if path is not None and not _same_text(asked_of, view.snapshot, path):
                raise ContentModified
            return work(view)

        chosen = Priority.REQUEST if priority is None else priority
        return await asyncio.wrap_future(engine.submit(chosen, run))

    async def ask_patiently(
        self,
        work: Callable[[View], T],
        priority: Priority | None = None,
        path: str | None = None,
        is_whole: Callable[[T], bool] = lambda _: True,
    ) -> T | None:
        """As `ask`, going on with less urgency where the first look took too long.

        What was computed stays computed, so that it ends. Where even that is not enough it gives
        what there is, None if there is nothing. `is_whole` says that more time tells no more.
        """
        from hmls.lang.errors import GaveUp
        from hmls.server.engine import Priority

        first = Priority.REQUEST if priority is None else priority
        found: T | None = None
        for chosen in [each for each in Priority if each >= first]:
            try:
                found = await self.ask(work, chosen, path)
            except GaveUp:
                continue
            if is_whole(found):
                break
        return found

    def leaves(self, view: View, path: str, offset: int) -> bool:
        """Whether what is at a byte offset is left to the other server for Nix that runs."""
        if self.settings.features.language:
            return False
        from hmls.ide.language import is_language

        return is_language(view, path, offset)

    def leaves_hover(self, view: View, path: str, offset: int) -> bool:
        """Whether the other server for Nix tells of what is at a byte offset."""
        if self.leaves(view, path, offset):
            return True
        if self.settings.features.packages:
            return False
        from hmls.ide.nixpkgs import is_of_nixpkgs

        return is_of_nixpkgs(view, path, offset, "hover")

    def leaves_place(self, view: View, path: str, offset: int) -> bool:
        """Whether the other server for Nix goes to where a byte offset leads."""
        if not self.settings.features.packages:
            from hmls.ide.nixpkgs import is_of_nixpkgs

            if is_of_nixpkgs(view, path, offset, "definition"):
                return True
        if self.settings.features.language:
            return False
        from hmls.ide.language import is_language, is_plain_path

        return is_language(view, path, offset) or is_plain_path(view, path, offset)

    def know(self, known: Mapping[tuple[str, str], Table | Packages]) -> None:
        """What is known of inputs from now on, by its kind and their store paths."""
        from hmls.homes.catalogued import Catalogued

        workspace, views, _ = self._started()
        views.knowledge = Catalogued(known)
        workspace.look_again()

    def close(self) -> None:
        self.is_closed = True
        if self._parts is not None:
            self._parts[2].close()


def _same_text(before: Snapshot, after: Snapshot, path: str) -> bool:
    old, new = before.buffers.get(path), after.buffers.get(path)
    return old is new or (old is not None and new is not None and old.text == new.text)


def path_of(document: Any) -> str | None:
    """The path of a text document identifier of a request."""
    return path_of_uri(document.uri)
