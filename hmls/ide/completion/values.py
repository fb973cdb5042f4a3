"""Completion of values: what the type of an option allows, and what others give it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hmls.catalog.table import Table
from hmls.catalog.values import Wanted, element_of, wanted_by
from hmls.homes.offered import offered_option, tables_for
from hmls.homes.repository import Repository
from hmls.ide.completion.item import Item
from hmls.ide.guessed_space import guessed_space
from hmls.ide.place import CompletionPlace, without_marker
from hmls.ide.subject import SettingName, in_home, setting_of
from hmls.lang.values import is_identifier
from hmls.syntax.cursor import BindingName, Span, StringText, Variable, value_of
from hmls.syntax.kinds import Kind
from hmls.syntax.parse import Node, node_at

_LITERAL = re.compile(rb'"(?:[^"\\$]|\\.)*"|-?[0-9][0-9.e+-]*|true|false|null')
_MAX_LITERAL = 80
_MAX_OTHERS = 20


def complete_values(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    """The values for the option whose value the cursor is in, if it is in one."""
    context = place.context
    in_string = isinstance(context, StringText)
    if not in_string and not isinstance(context, Variable):
        return []
    node = node_at(place.source, place.start + (0 if in_string else 1))
    setting, in_list = _option_around(repository, path, node)
    if setting is None:
        return []
    found = offered_option(tables_for(repository, path, setting.space), setting.path)
    wanted, detail = Wanted(), ""
    if found is not None:
        option, table = found
        detail = option.type
        wanted = _wanted(table, option.type_number, in_list)
    others = {} if in_list else _elsewhere(repository, path, setting)
    if in_string:
        assert isinstance(context, StringText)
        return _in_string(context, wanted, others, detail)
    return [
        *_hinted(wanted, others, detail, place),
        *(
            Item(text, "value", text, place.start, place.end, f"as in {where}")
            for text, where in others.items()
            if all(text != hint.label for hint in wanted.hints)
        ),
    ]


def wants_package(repository: Repository, path: str, place: CompletionPlace) -> bool:
    """Whether a package may stand at the cursor."""
    node = node_at(place.source, place.start + 1)
    setting, in_list = _option_around(repository, path, node)
    if setting is None:
        return False
    found = offered_option(tables_for(repository, path, setting.space), setting.path)
    return found is not None and _wanted(found[1], found[0].type_number, in_list).packages


def _option_around(
    repository: Repository, path: str, node: Node
) -> tuple[SettingName | None, bool]:
    """The option that an expression is part of the value of, and whether as a list's element."""
    if node.kind_id == Kind.IDENTIFIER and node.parent is not None:
        node = node.parent
    while node.type == "string_fragment" and node.parent is not None:
        node = node.parent
    names = value_of(node)
    if not names:
        return None, False
    cleaned = tuple(without_marker(name) for name in names)
    span = Span(node.start_byte, node.end_byte)
    binding = BindingName(cleaned, cleaned, span, span, None, True, None)
    setting = setting_of(repository, path, binding)
    if setting is None and not path.endswith("flake.nix"):
        setting = in_home(cleaned, guessed_space(repository, path), span)
    outer = node.parent
    while outer is not None and outer.kind_id in (Kind.PARENTHESIZED, Kind.WITH):
        outer = outer.parent
    return setting, outer is not None and outer.kind_id == Kind.LIST


def _wanted(table: Table, number: int, in_list: bool) -> Wanted:
    if not in_list:
        return wanted_by(table, number)
    element = element_of(table, number)
    return Wanted() if element is None else wanted_by(table, element)


def _hinted(
    wanted: Wanted, others: dict[str, str], detail: str, place: CompletionPlace
) -> Iterator[Item]:
    for hint in wanted.hints:
        where = others.get(hint.label)
        yield Item(
            hint.label,
            "value",
            hint.text,
            place.start,
            place.end,
            detail if where is None else f"{detail} · as in {where}",
            is_snippet=hint.is_snippet,
        )
    if wanted.paths:
        yield Item("./", "folder", "./", place.start, place.end, detail)


def _in_string(
    context: StringText, wanted: Wanted, others: dict[str, str], detail: str
) -> list[Item]:
    start, end = context.span.start, context.span.start
    end += len(without_marker(context.text).encode())
    words = dict.fromkeys(wanted.words, detail)
    for text, where in others.items():
        if text[:1] == '"' and len(text) > 2:
            words.setdefault(text[1:-1], f"as in {where}")
    return [Item(word, "value", word, start, end, told) for word, told in words.items()]


def _elsewhere(repository: Repository, file: str, setting: SettingName) -> dict[str, str]:
    """The plain values that other files give the same option, with the layer or file of each."""
    found: dict[str, str] = {}
    parts = [name.encode() for name in reversed(setting.path) if is_identifier(name)]
    for path, facts in repository.index.items():
        if path == file or any(part not in facts.text for part in parts):
            continue
        for defined in facts.defined:
            if defined.path[-len(setting.path) :] != setting.path or defined.declares:
                continue
            text = facts.text[defined.value_start : defined.value_end]
            if len(text) <= _MAX_LITERAL and _LITERAL.fullmatch(text):
                layer = repository.layout.layer_of(path)
                name = path.removeprefix(repository.root + "/") if layer is None else layer.name
                found.setdefault(text.decode("utf-8", "replace"), name)
        if len(found) >= _MAX_OTHERS:
            break
    return found
