"""Settings as JSON, as `hmls show --json` and the request `hmls/settings` give them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

from hmls.homes.repository import Repository
from hmls.homes.setting import Contribution, Setting
from hmls.lang.store import readable
from hmls.lang.values import Site
from hmls.syntax.text import LineIndex

PlaceJson = Callable[[Contribution], dict[str, Any]]


def setting_json(
    found: Setting, place: PlaceJson, error: Callable[[str], str] = readable
) -> dict[str, Any]:
    """One setting; `place` says where its definitions are, `error` how Nix's message is told."""
    return {
        "path": list(found.path),
        "known": found.known,
        "defined": found.defined,
        "value": found.value,
        "text": readable(found.text),
        "reason": readable(found.reason) or None,
        "error": None if found.error is None else error(found.error),
        "priority": found.priority,
        "type": found.type,
        "assumes": list(found.assumes),
        "winners": [place(winner) for winner in found.winners],
        "losers": [{**place(loser), "why": readable(loser.why)} for loser in found.losers],
    }


class Places:
    """Files and lines of definitions, as a person reads them."""

    def __init__(self, repository: Repository, made_at: Site | None = None) -> None:
        """`made_at` is where the flake makes the home, and so brings in the modules of inputs."""
        self._files = repository.files
        self._root = repository.root
        self._flake = repository.flake.path
        self._made_at = made_at
        self._lines: dict[str, LineIndex] = {}

    def json(self, found: Contribution) -> dict[str, Any]:
        """`file` is relative to the flake, absolute outside of it, null for the builder.

        A module of an input that is not on this machine has no file: what brings it in has one.
        """
        if found.file is None and found.layer != "builder":
            at, start = self._flake, 0
            if self._made_at is not None:
                at, start = self._made_at.unit.path, self._made_at.start
            line = self.lines(at).line_of(start) + 1
            return {"file": self.file(at), "line": line, "layer": found.layer}
        return {"file": self.file(found.file), "line": self.line(found), "layer": found.layer}

    def file(self, path: str | None) -> str | None:
        if path is None or not (path == self._root or path.startswith(self._root + os.sep)):
            return path
        return os.path.relpath(path, self._root).replace(os.sep, "/")

    def line(self, found: Contribution) -> int | None:
        """The line, counted from one; None of what is not on this machine."""
        if found.file is None or self._files.text(self.on_disk(found.file)) is None:
            return None
        return self.lines(found.file).line_of(found.start) + 1

    def lines(self, path: str) -> LineIndex:
        lines = self._lines.get(path)
        if lines is None:
            lines = self._lines[path] = LineIndex(self._files.text(self.on_disk(path)) or b"")
        return lines

    def on_disk(self, path: str) -> str:
        """Where a file of a setting lies, that of an input too."""
        return self._files.on_disk(path)


def store_name(path: str) -> str:
    """`home-manager`'s files without the folder of the store: `modules/programs/fish.nix`."""
    return re.sub(r"^/nix/store/[^/]+/", "", path)


__all__ = ["PlaceJson", "Places", "setting_json", "store_name"]
