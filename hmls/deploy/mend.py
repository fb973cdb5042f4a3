"""Remedies as edits of the user's files, where there is a text to edit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hmls.deploy.file_index import file_options
from hmls.deploy.problem import (
    AllowPackage,
    ForceFile,
    OptionPath,
    Place,
    Problem,
    RenameOption,
    ReplaceText,
    SetPriority,
)
from hmls.homes.module_binding import added_binding, allowed_package
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import attrpath_parts
from hmls.syntax.kinds import Kind
from hmls.syntax.local_rename import Replacement
from hmls.syntax.outline import outline
from hmls.syntax.parse import Node, Source
from hmls.syntax.wrapping import value_of_binding, wrap_definitions


@dataclass(frozen=True, slots=True)
class Mend:
    """A title, and replacements (start, end, text) in the problem's file; offsets are bytes."""

    title: str
    edits: tuple[tuple[int, int, str], ...]


def mends(problem: Problem, source: Source) -> list[Mend]:
    """The edits that would mend a problem in its file, whose present text is given."""
    place = problem.place
    if place is None:
        return []
    offset = offset_of(source.text, place)
    found: list[Mend] = []
    for remedy in problem.remedies:
        match remedy:
            case SetPriority():
                found += _priorities(source, offset)
            case ReplaceText(old, new) if problem.kind == "hash-mismatch":
                found += _replaced_here(source.text, offset, old, new)
            case ReplaceText(old, new):
                found += _replaced(source.text, offset, old, new)
            case RenameOption(old, new):
                found += _renamed(source, offset, old, new)
            case AllowPackage(setting, package):
                title = f"Allow {package}: nixpkgs.config.{setting}"
                found += _mend(title, allowed_package(source, setting, package))
            case ForceFile(target):
                found += _forced(source, target)
            case _:
                pass  # TrackFile and BackUpFiles are commands
    return found


def set_beside(source: Source, place: Place, option: OptionPath, value: str) -> Mend | None:
    """An option set on a line of its own below the binding at a place, named as that one is."""
    offset = offset_of(source.text, place)
    found = next((each for each in outline(source) if each.start == offset), None)
    if found is None:
        return None
    written = len(_attrpath_at(source, found.start, found.end))
    outside = max(len(found.path) - written, 0)
    if option[:outside] != found.path[:outside]:
        return None
    names = (*(("config",) if written > len(found.path) else ()), *option[outside:])
    end = source.text.find(b";", found.value_end)
    if end < 0 or source.text[found.value_end : end].strip():
        return None
    start = source.text.rfind(b"\n", 0, found.start) + 1
    before = source.text[start : found.start].decode("utf-8", "replace")
    binding = f"{'.'.join(map(quote_attribute, names))} = {value};"
    title, line_end = f"Set {'.'.join(option)}", source.text.find(b"\n", end)
    if before.strip() or source.text[end + 1 : line_end].strip()[:1] not in (b"", b"#"):
        return Mend(title, ((end + 1, end + 1, f" {binding}"),))
    return Mend(title, ((line_end, line_end, f"\n{before}{binding}"),))


def offset_of(text: bytes, place: Place) -> int:
    """The byte that a place points to, or the end of the text if it is shorter by now."""
    start = 0
    for _ in range(place.line - 1):
        end = text.find(b"\n", start)
        if end < 0:
            return len(text)
        start = end + 1
    return min(start + place.column - 1, len(text))


def end_of_word(text: bytes, start: int) -> int:
    """Where the name, the path, the string or the sign that begins at an offset ends."""
    match = re.compile(rb"(?:[\w.'/+-]+|\"[^\"\n]*\")+|[^\s]").match(text, start)
    return match.end() if match is not None else start


def _priorities(source: Source, offset: int) -> Iterator[Mend]:
    value = _value_at(source, offset)
    if value is None:
        return
    for function, title in (
        ("mkForce", "Let this definition win: lib.mkForce"),
        ("mkDefault", "Let the other definitions win: lib.mkDefault"),
    ):
        edits = wrap_definitions(source, value, function)
        if edits is not None:
            yield Mend(title, _edits(edits))


def _value_at(source: Source, offset: int) -> Node | None:
    """The value of the innermost definition whose name or value stands at an offset."""
    around = [each for each in outline(source) if each.start <= offset <= each.value_end]
    return value_of_binding(source, around[-1].start, around[-1].end) if around else None


def _edits(replacements: Iterable[Replacement]) -> tuple[tuple[int, int, str], ...]:
    return tuple((each.start, each.end, each.text) for each in replacements)


def _replaced(text: bytes, offset: int, old: str, new: str) -> Iterator[Mend]:
    encoded = old.encode("utf-8", "surrogateescape")
    start = text.find(encoded, offset)
    if start < 0 and text.count(encoded) == 1:
        start = text.find(encoded)
    if start >= 0:
        yield Mend(f"Change to {new}", ((start, start + len(encoded), new),))


def _replaced_here(text: bytes, offset: int, old: str, new: str) -> Iterator[Mend]:
    """Nowhere else: a fake hash may stand in for several."""
    encoded = old.encode("utf-8", "surrogateescape")
    if text.startswith(encoded, offset):
        yield Mend(f"Change to {new}", ((offset, offset + len(encoded), new),))


def _renamed(source: Source, offset: int, old: OptionPath, new: OptionPath) -> Iterator[Mend]:
    """The option's name becomes another where it stands, alone or with names around and behind."""
    for each in outline(source):
        if not each.start <= offset <= each.end or each.path[: len(old)] != old:
            continue
        parts = _attrpath_at(source, each.start, each.end)
        outside = len(each.path) - len(parts)
        if outside < len(old) <= len(each.path) and old[:outside] == new[:outside] != new:
            end = parts[len(old) - outside - 1].end_byte
            written = ".".join(map(quote_attribute, new[outside:]))
            yield Mend(f"Rename to {'.'.join(new)}", ((each.start, end, written),))


def _attrpath_at(source: Source, start: int, end: int) -> list[Node]:
    """The names of the attribute path that is written there."""
    node = source.root.named_descendant_for_byte_range(start, end)
    if node is not None and node.kind_id != Kind.ATTRPATH:
        node = node.parent  # A path of one name has the range of that name.
    return attrpath_parts(node) if node is not None and node.kind_id == Kind.ATTRPATH else []


def _forced(source: Source, target: str) -> Iterator[Mend]:
    """Where the file is not written out it is some program's: those use `xdg` if they can."""
    options = list(file_options(target))
    defined = outline(source)
    option = next(
        (option for option in options if any(each.path[:3] == option for each in defined)),
        options[-1],
    )
    title = f"Place {target} over what is there: force"
    yield from _mend(title, added_binding(source, (*option, "force"), "true"))


def _mend(title: str, edits: Sequence[Replacement]) -> Iterator[Mend]:
    if edits:
        yield Mend(title, _edits(edits))
