"""Ask a real server about settings at random places of repositories that are there already.

    python -m benchmarks.editing [--places N] FOLDER…

At each place it asks for hover, definition and completion, and says how long the answers took
(seconds of the server's processor, so that a busy machine counts for nothing), where a setting
got no hover, and what the server complained about. The places are the same in each run.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.client import Client

_METHODS = ("hover", "definition", "completion")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Answers:
    """What came of one repository."""

    first_s: float = 0.0
    """Of the processor, from the start to the first hover."""
    seconds: dict[str, list[float]] = field(default_factory=lambda: {m: [] for m in _METHODS})
    empty: list[str] = field(default_factory=list)
    """Places of settings without a hover, and without a definition."""
    complaints: list[str] = field(default_factory=list)


class Listener(Client):
    """A client that keeps what the server logs as an error."""

    def __init__(self) -> None:
        super().__init__()
        self.complaints: list[str] = []

    def _read(self) -> dict[str, Any]:
        message = super()._read()
        if message.get("method") in ("window/logMessage", "window/showMessage"):
            params = message["params"]
            if params["type"] == 1 or "Traceback" in params["message"]:
                self.complaints.append(params["message"][:500])
        return message

    def cpu_s(self) -> float:
        """Seconds of the processor that the server has used."""
        text = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8")
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--places", type=int, default=50)
    options = parser.parse_args()
    print("repository | places | first hover | median, worst ms of hover | definition | completion")
    for folder in options.folders:
        places = settings_in(folder.resolve(), options.places)
        print_answers(folder.name, len(places), ask(folder.resolve(), places))


def settings_in(folder: Path, count: int) -> list[tuple[str, int, int, str]]:
    """Places of settings in the files of homes: (path, line, UTF-16 column, name)."""
    from hmls.homes.catalogued import Catalogued
    from hmls.homes.membership import home_files
    from hmls.homes.workspace import Views, Workspace
    from hmls.lang.thread import run

    def find() -> list[tuple[str, int, int, str]]:
        workspace = Workspace(os.environ.get("HMLS_STORE_ROOT", ""))
        workspace.set_folders([str(folder)])
        found: list[tuple[str, int, int, str]] = []
        for repository in Views(workspace, Catalogued()).newest().repositories.values():
            files: set[str] = set()
            for target in repository.targets.items:
                files |= home_files(repository, target)
            for path in sorted(files & set(repository.index.paths)):
                facts = repository.index[path]
                source = repository.files.source(path)
                for defined in facts.defined if source is not None else ():
                    is_setting = defined.path[0] not in ("imports", "disabledModules")
                    if is_setting and not defined.declares and defined.is_leaf:
                        # The last letter of the name, not a quotation mark after it.
                        end = defined.end - 1 - source.text.endswith(b'"', 0, defined.end)
                        line, column = source.lines.position(end, "utf-16")
                        found.append((path, line, column, ".".join(defined.path)))
        random.Random(7).shuffle(found)
        return found[:count]

    return run(find)


def ask(folder: Path, places: list[tuple[str, int, int, str]]) -> Answers:
    answers = Answers()
    with Listener() as client:
        client.initialize(folder)
        opened: set[str] = set()
        for path, line, column, name in places:
            if path not in opened:
                opened.add(path)
                client.open(Path(path))
            for method in _METHODS:
                before = client.cpu_s()
                try:
                    answer = client.at(method, Path(path), line, column)
                except RuntimeError as error:
                    answers.complaints.append(f"{path}:{line + 1} {name}: {error}")
                    continue
                if not answers.first_s:
                    answers.first_s = client.cpu_s()
                else:
                    answers.seconds[method].append(client.cpu_s() - before)
                if method != "completion" and not answer:
                    where = f"{os.path.relpath(path, folder)}:{line + 1}"
                    answers.empty.append(f"{where} {name}: no {method}")
        answers.complaints += client.complaints
    return answers


def print_answers(name: str, places: int, answers: Answers) -> None:
    parts = []
    for method in _METHODS:
        found = answers.seconds[method] or [0.0]
        parts.append(f"{1000 * statistics.median(found):.0f} {1000 * max(found):.0f}")
    print(f"{name} | {places} | {answers.first_s:.1f} s | {' | '.join(parts)}", flush=True)
    for line in (*answers.empty, *answers.complaints):
        print(f"    {line}", flush=True)


if __name__ == "__main__":
    main()
