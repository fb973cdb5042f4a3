"""Where a place of Nix's is by now, in a file that the user went on editing meanwhile."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path

from hmls.deploy.problem import BackUpInSystem, Place, Problem, Remedy

MAX_COMPARED_LINES = 2000


@dataclass(frozen=True, slots=True)
class AsRead:
    """The files as the last step of a deployment read them.

    `before` holds the saved texts when the deployment began, by absolute path; the step began at
    `since_s`, in seconds of the clock that dates files.
    """

    before: Mapping[str, bytes]
    since_s: float

    def text(self, path: str) -> bytes | None:
        """What Nix read of a file; None if it was saved meanwhile.

        Which of its texts was read is then not known, nor of which the line is that Nix names: it
        remembers offsets, and counts lines in the file as it is when it prints them.
        """
        try:
            saved, saved_s = Path(path).read_bytes(), os.stat(path).st_mtime
        except OSError:
            return None
        return saved if saved_s < self.since_s or saved == self.before.get(path) else None

    def in_texts(self, problem: Problem, texts: Mapping[str, bytes]) -> Problem | None:
        """A problem where it stands in the texts of now; None if that is not known."""

        def now(place: Place) -> Place | None:
            read = self.text(place.file)
            return None if read is None else place_now(place, read, texts[place.file])

        place = None if problem.place is None else now(problem.place)
        if place is None:
            return None
        related = ((now(other), said) for other, said in problem.related)
        remedies: list[Remedy] = []
        for remedy in problem.remedies:
            if not isinstance(remedy, BackUpInSystem):
                remedies.append(remedy)
            elif (beside := now(remedy.beside)) is not None:
                remedies.append(BackUpInSystem(beside))
        return replace(
            problem,
            place=place,
            related=tuple((other, said) for other, said in related if other is not None),
            remedies=tuple(remedies),
        )


def place_now(place: Place, read: bytes, text: bytes) -> Place | None:
    """A place of a text that was read, in the text of now; None if its line is not there."""
    before, after = _lines(read), _lines(text)
    index = place.line - 1
    if before == after or index >= len(before):
        return place
    shorter = min(len(before), len(after))
    same = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    if index < same:
        return place
    shorter -= same
    tail = next((i for i in range(shorter) if before[-1 - i] != after[-1 - i]), shorter)
    if index >= len(before) - tail:
        return replace(place, line=place.line + len(after) - len(before))
    old, new = before[same : len(before) - tail], after[same : len(after) - tail]
    if len(old) + len(new) > MAX_COMPARED_LINES:
        return None
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        if block.a <= index - same < block.a + block.size:
            return replace(place, line=place.line + block.b - block.a)
    return None


def _lines(text: bytes) -> list[str]:
    """Lines as an editor has them, whatever ends them and whether they are valid UTF-8."""
    return [line.removesuffix("\r") for line in text.decode("utf-8", "replace").split("\n")]
