"""Knowledge of the locked inputs: read from the cache, else by a worker, and handed to the session.

No request waits for any of it. Until it is there, and where it cannot be had, the bundled
table answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import sys
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from hmls.catalog.packages import Packages
    from hmls.catalog.table import Table
    from hmls.homes.sources import Source
    from hmls.homes.workspace import View
    from hmls.server.app import Server

log = logging.getLogger("hmls")
_PAUSE_S = 0.2
"""How long files must rest before the lock is looked at again."""
_MAX_S = 300
"""A worker that takes longer is stopped."""
_TITLES = {
    "home-manager": "options", "nixos": "options of NixOS", "packages": "packages",
    "darwin": "options of nix-darwin",
}  # fmt: skip
_tokens = itertools.count(1)


class Catalog:
    """What is known of inputs, and the task that brings it up to date."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._known: dict[tuple[str, str], Table | Packages] = {}
        self._failed: set[tuple[str, str]] = set()
        self._missing: frozenset[str] | None = None
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._has_read = False
        """Whether something was read since memory was given back."""

    def changed(self) -> None:
        """The lock or the store may have changed: look again soon."""
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._look())
        else:
            self._again = True

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _look(self) -> None:
        from hmls.lang.errors import GaveUp
        from hmls.server.session import ContentModified

        while True:
            self._again = False
            await asyncio.sleep(_PAUSE_S)
            try:
                await self._bring_up_to_date()
            except (GaveUp, ContentModified):
                self._again = True
            if not self._again:
                return

    async def _bring_up_to_date(self) -> None:
        from hmls.catalog.table import forget_bundled
        from hmls.server.engine import Priority
        from hmls.server.memory import let_go

        wanted, missing = await self._server.session.ask(_sources, Priority.FILE)
        here = {_key(source) for source in wanted if source.is_here}
        gone = self._known.keys() - here
        for key in gone:
            # Garbage was collected, or the lock is another one.
            del self._known[key]
        self._failed &= here
        if gone or (self._missing is not None and missing != self._missing):
            self._hand_over()
        if missing - (self._missing or frozenset()):
            self._tell(missing)
        self._missing = missing
        new = [source for source in wanted if source.is_here and self._is_new(source)]
        unread: list[Source] = []
        for source in new:
            found = await asyncio.to_thread(_cached, source)
            if found is None:
                unread.append(source)
            else:
                self._known[_key(source)] = found
        if len(unread) < len(new):
            self._hand_over()
        for source in unread:
            found = await self._read(source)
            if found is None:
                self._failed.add(_key(source))
            else:
                self._known[_key(source)] = found
                self._hand_over()
            self._has_read = True
        homes = [source for source in wanted if source.kind == "home-manager"]
        if homes and all(_key(source) in self._known for source in homes):
            # It is a tenth of all memory, and everything is known better.
            forget_bundled()
        if self._has_read:
            await self._server.session.ask(let_go, Priority.FILE)
            self._has_read = False

    def _is_new(self, source: Source) -> bool:
        return _key(source) not in self._known and _key(source) not in self._failed

    def _tell(self, missing: frozenset[str]) -> None:
        """Which inputs are not here: a line in the log, and an action where they are named."""
        message = (
            f"not in the Nix store: {', '.join(sorted(missing))}. What is known of Home Manager "
            "comes from the bundled table; `nix flake archive` fetches the sources"
        )
        self._server.window_log_message(lsp.LogMessageParams(lsp.MessageType.Info, message))

    def _hand_over(self) -> None:
        self._server.session.know(self._known)
        self._server.problems.changed()

    async def _read(self, source: Source) -> Table | Packages | None:
        """What the sources say, put into the cache too."""
        from hmls.catalog.cache import cache_file, write_file

        content = await self._extract(source)
        if content is None:
            return None
        try:
            table = await asyncio.to_thread(_unpacked, source.kind, content)
        except ValueError as error:
            log.warning("%s: %s", source.store_path, error)
            return None
        problem = await asyncio.to_thread(
            write_file, cache_file(source.kind, source.store_path), content
        )
        if problem is not None:
            log.warning("%s", problem)
        return table

    async def _extract(self, source: Source) -> bytes | None:
        """What a worker finds, with progress; None, and a word in the log, where it fails."""
        progress = await self._begin(f"Reading {source.input}: {_TITLES[source.kind]}")
        try:
            content, problems = await _work(source)
        except OSError as error:
            content, problems = None, str(error)
        finally:
            self._end(progress)
        for line in problems.splitlines():
            log.warning("%s: %s", source.input, line)
        if content is not None:
            return content
        message = f"{source.input} in the Nix store cannot be read: what is bundled answers"
        self._server.window_log_message(lsp.LogMessageParams(lsp.MessageType.Warning, message))
        return None

    async def _begin(self, title: str) -> str | None:
        if not self._server.abilities.progress:
            return None
        token = f"hmls-catalog-{os.getpid()}-{next(_tokens)}"
        progress = self._server.work_done_progress
        try:
            await progress.create_async(token)
        except JsonRpcException as error:
            log.warning("the client shows no progress: %s", error)
            return None
        progress.begin(token, lsp.WorkDoneProgressBegin(title, cancellable=False))
        return token

    def _end(self, token: str | None) -> None:
        if token is not None:
            progress = self._server.work_done_progress
            progress.end(token, lsp.WorkDoneProgressEnd())
            progress.tokens.pop(token, None)


async def _work(source: Source) -> tuple[bytes | None, str]:
    """What a worker finds, None where it fails, and its complaints. OSError: it cannot start."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "hmls.catalog.worker", source.kind, source.disk_path, source.store_path),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        content, problems = await asyncio.wait_for(worker.communicate(), _MAX_S)
    except TimeoutError:
        return None, "reading it takes too long"
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    return content if worker.returncode == 0 else None, problems.decode("utf-8", "replace")


def _key(source: Source) -> tuple[str, str]:
    return source.kind, source.store_path


def _cached(source: Source) -> Table | Packages | None:
    """What was read of a source before."""
    from hmls.catalog.cache import cache_file, read_file

    file = cache_file(source.kind, source.store_path)
    content = read_file(file)
    if content is None:
        return None
    try:
        return _unpacked(source.kind, content)
    except ValueError as error:
        log.warning("%s: %s", file, error)
        return None


def _unpacked(kind: str, content: bytes) -> Table | Packages:
    """What a worker wrote. Raises ValueError."""
    from hmls.catalog.cache import unpack_packages, unpack_table

    return unpack_packages(content) if kind == "packages" else unpack_table(content)


def _sources(view: View) -> tuple[list[Source], frozenset[str]]:
    """What there is to read, and the inputs that are not here."""
    from hmls.homes.sources import missing_inputs, sources_of

    repositories = view.repositories.values()
    found = [source for repository in repositories for source in sources_of(repository)]
    missing = [name for repository in repositories for name in missing_inputs(repository)]
    return list(dict.fromkeys(found)), frozenset(missing)
