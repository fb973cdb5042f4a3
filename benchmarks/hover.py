"""What a user waits for in an editor: hover, completion, and hover after an edit."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.client import Client, seconds_of
from benchmarks.figure import Figure
from benchmarks.trees import FILES_OF_A_PERSON, repository

_ROUNDS = 60
_EDITS = 15


def measure() -> list[Figure]:
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as other,
        Client() as client,
    ):
        root = repository(Path(folder).resolve(), FILES_OF_A_PERSON)
        layer = root / "homes/alice@desk/default.nix"
        shared = root / "modules/home/m3/default.nix"
        client.initialize(root)
        loading = _until_loaded(client, Path(other).resolve())
        client.open(layer)
        line, column = _place(layer, "my.m0.level", 6)
        before = client.processor_s()
        first, answer = seconds_of(lambda: client.at("hover", layer, line, column))
        note = f"{1000 * (client.processor_s() - before):.0f} ms of the processor"
        note += "" if answer else "; without an answer"
        hovers = [
            seconds_of(lambda: client.at("hover", layer, line, column))[0] for _ in range(_ROUNDS)
        ]
        completions = [
            seconds_of(lambda: client.at("completion", layer, line, column))[0]
            for _ in range(_ROUNDS)
        ]
        after_layer, no_layer = _edits(client, layer, "level = lib.mkForce ")
        client.open(shared)
        after_shared, no_shared = _edits(client, shared, "level = cfg.level * ")
    files = f"{FILES_OF_A_PERSON} files"
    return [
        Figure("from initialize until the evaluator is loaded", loading * 1000, "ms"),
        Figure(f"first hover after opening, {files}", first * 1000, "ms", 300, note),
        Figure("warm hover, median", median(hovers) * 1000, "ms", 5),
        Figure("warm completion, median", median(completions) * 1000, "ms", 5),
        Figure(
            "hover after an edit of a layer, median", median(after_layer) * 1000, "ms", 30, no_layer
        ),
        Figure(
            "hover after an edit of a shared module, median",
            median(after_shared) * 1000,
            "ms",
            200,
            no_shared,
        ),
    ]


def _until_loaded(client: Client, folder: Path) -> float:
    """Until the server answers for a file of no flake: it has loaded what it answers with."""
    scratch = folder / "scratch.nix"
    scratch.write_text("{ a = 1; }\n", encoding="utf-8")
    client.open(scratch)
    document = {"textDocument": {"uri": scratch.as_uri()}}
    return seconds_of(lambda: client.request("textDocument/documentSymbol", document))[0]


def _edits(client: Client, path: Path, before: str) -> tuple[list[float], str]:
    """Times from a changed digit behind a text to the hover on the setting the text starts with.

    Also says how many hovers had no answer, if any.
    """
    line, setting = _place(path, before)
    column = setting + len(before)
    end = column
    while _line(path, line)[end].isdigit():
        end += 1
    found, missed = [], 0
    before_s = client.processor_s()
    for version in range(2, 2 + _EDITS):
        text = str(version)

        def edit_and_hover(version: int = version, text: str = text, end: int = end) -> object:
            client.edit(path, version, line, column, end, text)
            return client.at("hover", path, line, setting + 1)

        taken, answer = seconds_of(edit_and_hover)
        missed += not answer
        found.append(taken)
        end = column + len(text)
    taken_ms = 1000 * (client.processor_s() - before_s) / _EDITS
    note = f"{taken_ms:.0f} ms of the processor each, with what is done in the background"
    return found, note + (f"; {missed} of {_EDITS} without an answer" if missed else "")


def _place(path: Path, text: str, offset: int = 0) -> tuple[int, int]:
    """The line and column of a text in a file."""
    whole = path.read_text(encoding="utf-8")
    before = whole[: whole.index(text) + offset]
    return before.count("\n"), len(before) - before.rfind("\n") - 1


def _line(path: Path, number: int) -> str:
    return path.read_text(encoding="utf-8").splitlines()[number] + " "
