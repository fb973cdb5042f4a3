"""Remedies as edits of the user's files, where there is a text to edit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hmls.deploy.problem import (
    AllowPackage,
    ForceFile,
    Place,
    Problem,
    RenameOption,
    ReplaceText,
    SetPriority,
)
from hmls.syntax.kinds import Field
from hmls.syntax.outline import Defined, module_sets, outline
from hmls.syntax.parse import Source

SIMPLE_VALUE = re.compile(rb"[\w.+-]+|\"[^\"]*\"|\{.*\}|\[.*\]|\(.*\)", re.DOTALL)
LIST_SETTINGS = {"permittedInsecurePackages"}
"""Settings that are a list of names; a predicate is a function over such a list."""
SWITCHES = {"allowBroken", "allowUnsupportedSystem"}


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
            case ReplaceText(old, new):
                found += _replaced(source.text, offset, old, new)
            case RenameOption(old, new):
                found += _renamed(source, offset, ".".join(old), ".".join(new))
            case AllowPackage(setting, package):
                found += _allowed(source, setting, package)
            case ForceFile(target):
                found += _forced(source, target)
            case _:
                pass  # TrackFile and BackUpFiles are commands
    return found


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
    """Where the name, the string or the sign that begins at an offset ends."""
    match = re.compile(rb"[\w.'-]+|\"[^\"\n]*\"|[^\s]").match(text, start)
    return match.end() if match is not None else start


def _binding(source: Source, offset: int) -> Defined | None:
    """The innermost definition whose name or value stands at an offset."""
    around = [each for each in outline(source) if each.start <= offset <= each.value_end]
    return around[-1] if around else None


def _priorities(source: Source, offset: int) -> Iterator[Mend]:
    found = _binding(source, offset)
    if found is None:
        return
    value = source.text[found.value_start : found.value_end]
    simple = SIMPLE_VALUE.fullmatch(value) is not None
    for function, title in (
        ("lib.mkForce", "Let this definition win: lib.mkForce"),
        ("lib.mkDefault", "Let the other definitions win: lib.mkDefault"),
    ):
        before, after = (f"{function} ", "") if simple else (f"{function} (", ")")
        opening = (found.value_start, found.value_start, before)
        closing = (found.value_end, found.value_end, after)
        yield Mend(title, (opening, closing) if after else (opening,))


def _replaced(text: bytes, offset: int, old: str, new: str) -> Iterator[Mend]:
    encoded = old.encode("utf-8", "surrogateescape")
    start = text.find(encoded, offset)
    if start < 0 and text.count(encoded) == 1:
        start = text.find(encoded)
    if start >= 0:
        yield Mend(f"Change to {new}", ((start, start + len(encoded), new),))


def _renamed(source: Source, offset: int, old: str, new: str) -> Iterator[Mend]:
    for each in outline(source):
        written = source.text[each.start : each.end].decode("utf-8", "replace")
        if each.start <= offset <= each.value_end and written == old:
            yield Mend(f"Rename to {new}", ((each.start, each.end, new),))


def _allowed(source: Source, setting: str, package: str) -> Iterator[Mend]:
    title = f"Allow {package}: nixpkgs.config.{setting}"
    if setting in SWITCHES:
        yield from _added(source, title, f"nixpkgs.config.{setting} = true;")
        return
    option = ("nixpkgs", "config", setting)
    present = next((each for each in outline(source) if each.path == option), None)
    if present is not None:
        close = source.text.rfind(b"]", present.value_start, present.value_end)
        if close >= 0:
            yield Mend(title, ((close, close, f'"{package}" '),))
        return
    names = f'[ "{package}" ]'
    value = names if setting in LIST_SETTINGS else f"pkg: builtins.elem (lib.getName pkg) {names}"
    yield from _added(source, title, f"nixpkgs.config.{setting} = {value};")


def _forced(source: Source, target: str) -> Iterator[Mend]:
    from hmls.deploy.file_index import file_options

    options = list(file_options(target))
    defined = outline(source)
    option = next(
        (option for option in options if any(each.path[:3] == option for each in defined)),
        options[0],
    )
    name = f'{option[0]}.{option[1]}."{_escaped(option[2])}".force'
    yield from _added(source, f"Place {target} over what is there: force", f"{name} = true;")


def _added(source: Source, title: str, binding: str) -> Iterator[Mend]:
    """A binding at the end of the module's set."""
    expression = source.root.child_by_field_id(Field.EXPRESSION)
    module = next(module_sets(expression), None) if expression is not None else None
    if module is None:
        return
    close = module.end_byte - 1
    line_start = source.text.rfind(b"\n", 0, close) + 1
    if source.text[line_start:close].strip():
        yield Mend(title, ((close, close, f"{binding} "),))
        return
    indent = source.text[line_start:close].decode("utf-8", "replace")
    yield Mend(title, ((line_start, line_start, f"{indent}  {binding}\n"),))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${")
