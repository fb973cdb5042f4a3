"""What a table says at a path: for completion and for descriptions, with no evaluation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from hmls.catalog.residual import is_literal
from hmls.catalog.table import Table

Json = Any
_TRANSPARENT = frozenset(("nullOr", "uniq", "described", "checked", "passwdEntry"))
_BY_NAME = frozenset(("attrsOf", "lazyAttrsOf", "attrListOf"))
_MAX_DEPTH = 8


class Found(NamedTuple):
    """One name below a path. `declared` is «file:line» in the sources, where it is an option."""

    name: str
    is_option: bool
    type: str = ""
    default: str | None = None
    declared: str | None = None


def names_at(table: Table, path: tuple[str, ...]) -> list[Found]:
    """The options and groups of options below a path, submodules' and attrsOf's included."""
    found: dict[str, Found] = {}
    for tree in _trees(table, table.options, path):
        for name, node in tree.items():
            if name not in found and not _is_hidden(node):
                found[name] = _found(table, name, node)
    return list(found.values())


def option_at(table: Table, path: tuple[str, ...]) -> Found | None:
    """The option at a path."""
    if not path:
        return None
    for tree in _trees(table, table.options, path[:-1]):
        node = tree.get(path[-1])
        if isinstance(node, list):
            return _found(table, path[-1], node)
    return None


def values_at(table: Table, path: tuple[str, ...]) -> list[str]:
    """The values of an option's type that can be listed, as Nix text."""
    for tree in _trees(table, table.options, path[:-1]):
        node = tree.get(path[-1])
        if isinstance(node, list):
            return list(dict.fromkeys(_values(table, node[0], 0)))
    return []


def _found(table: Table, name: str, node: Json) -> Found:
    if not isinstance(node, list):
        return Found(name, False)
    number, more = node
    default = more.get("default")
    place = (more.get("declared") or [None])[0]
    return Found(
        name,
        True,
        type_text(table, number),
        nix_text(default) if "default" in more and is_literal(default) else None,
        None if place is None else f"{table.files[place[0]]}:{place[1]}",
    )


def _is_hidden(node: Json) -> bool:
    if not isinstance(node, list):
        return False
    return bool(node[1].get("internal")) or node[1].get("visible") is False


def _trees(table: Table, tree: dict[str, Json], path: tuple[str, ...]) -> Iterator[dict[str, Json]]:
    """The sets of options at a path."""
    if not path:
        yield tree
        return
    node = tree.get(path[0])
    if isinstance(node, list):
        yield from _below(table, node[0], path[1:], 0)
    elif node is not None:
        yield from _trees(table, node, path[1:])


def _below(
    table: Table, number: int, path: tuple[str, ...], depth: int
) -> Iterator[dict[str, Json]]:
    """The sets of options inside a type."""
    node = table.types[number]
    if not isinstance(node, list) or depth > _MAX_DEPTH:
        return
    word, *parts = node
    if word in _TRANSPARENT:
        yield from _below(table, parts[0], path, depth + 1)
    elif word in _BY_NAME or word == "dagOf":
        if path:
            yield from _below(table, parts[0], path[1:], depth + 1)
    elif word == "either":
        for part in parts:
            yield from _below(table, part, path, depth + 1)
    elif word == "coercedTo":
        yield from _below(table, parts[2], path, depth + 1)
    elif word == "submodule" and "options" in parts[0]:
        yield from _trees(table, parts[0]["options"], path)


def _values(table: Table, number: int, depth: int) -> Iterator[str]:
    node = table.types[number]
    if depth > _MAX_DEPTH:
        return
    if node == "bool":
        yield from ("true", "false")
    elif isinstance(node, list):
        word, *parts = node
        if word == "enum" and isinstance(parts[0], list) and parts[0][0] == "list":
            yield from map(nix_text, parts[0][1:])
        elif word == "nullOr":
            yield from _values(table, parts[0], depth + 1)
            yield "null"
        elif word in _TRANSPARENT:
            yield from _values(table, parts[0], depth + 1)
        elif word == "either":
            for part in parts:
                yield from _values(table, part, depth + 1)


def nix_text(found: Json) -> str:
    """A literal residual as Nix code."""
    if isinstance(found, dict):
        inner = "".join(f"{name} = {nix_text(value)}; " for name, value in found.items())
        return f"{{ {inner}}}"
    if isinstance(found, list):
        return " ".join(["[", *map(nix_text, found[1:]), "]"])
    if isinstance(found, str):
        return json.dumps(found, ensure_ascii=False).replace("${", "\\${")
    return json.dumps(found)


def type_text(table: Table, number: int, depth: int = 0) -> str:
    """A short description of a type."""
    node = table.types[number]
    if isinstance(node, str):
        return node
    if depth > _MAX_DEPTH or not isinstance(node, list):
        return "…"
    word, *parts = node
    match word:
        case "described" | "checked":
            return str(parts[-2] if word == "checked" else parts[2])
        case "enum":
            values = parts[0]
            if isinstance(values, list) and values[0] == "list":
                return "one of " + ", ".join(map(nix_text, values[1:13]))
            return "one of …"
        case "either":
            return " or ".join(type_text(table, part, depth + 1) for part in parts)
        case "coercedTo":
            return type_text(table, parts[2], depth + 1)
        case "submodule" | "deferredModule" | "attrTag":
            return str(word)
        case "foreign":
            return str(parts[1])
        case "path":
            return "path"
        case "serializable":
            return f"{parts[0]} value"
        case "intBetween" | "numberBetween":
            return f"between {parts[0]} and {parts[1]}"
        case "strMatching":
            return f"string matching {parts[0]}"
        case "separatedString":
            return "string"
        case "sourceFileOrLines":
            return "path or lines"
        case "unknown":
            return "…"
    if isinstance(parts[0], int):
        return f"{word} {_grouped(type_text(table, parts[0], depth + 1))}"
    return str(word)


def _grouped(text: str) -> str:
    return f"({text})" if " " in text else text
