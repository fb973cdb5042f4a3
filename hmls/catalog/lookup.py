"""What a table says at a path: for completion and for descriptions, with no evaluation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from hmls.catalog.residual import is_literal
from hmls.catalog.table import Table
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import ELEMENT

Json = Any
_TRANSPARENT = frozenset(("nullOr", "uniq", "described", "checked", "passwdEntry"))
_OPEN = frozenset(("attrs", "anything", "raw", "unspecified", "optionType"))
_BY_NAME = frozenset(("attrsOf", "lazyAttrsOf", "attrListOf"))
_LISTS = frozenset(("listOf", "nonEmptyListOf"))
_MAX_DEPTH = 8


class Found(NamedTuple):
    """One name below a path, and what a table says of the option there.

    Texts are Markdown or Nix as their authors wrote them; `default` is Nix code, or the text
    that documents it. `places` are files relative to the table's sources, with lines from 1.
    """

    name: str
    is_option: bool
    type: str = ""
    default: str | None = None
    places: tuple[tuple[str, int], ...] = ()
    description: str | None = None
    example: str | None = None
    read_only: bool = False
    internal: bool = False
    type_number: int = -1


class MovedOption(NamedTuple):
    """An option that is no more: where it went, None if it was removed without a successor."""

    kind: str
    """`renamed`, `alias`, `changed` or `removed`."""
    target: tuple[str, ...] | None
    note: str


def names_at(table: Table, path: tuple[str, ...]) -> tuple[Found, ...]:
    """The options and groups of options below a path, submodules' and attrsOf's included.

    Kept for the table: who completes asks for the same ones at each keystroke.
    """
    known: tuple[Found, ...] | None = table.remembered.get((names_at, path))
    if known is not None:
        return known
    found: dict[str, Found] = {}
    for tree in _trees(table, table.options, path):
        for name, node in tree.items():
            if name not in found and not _is_hidden(node):
                found[name] = _found(table, name, node)
    names = table.remembered[names_at, path] = tuple(found.values())
    return names


def option_at(table: Table, path: tuple[str, ...]) -> Found | None:
    """The option at a path."""
    if not path:
        return None
    for tree in _trees(table, table.options, path[:-1]):
        node = tree.get(path[-1])
        if isinstance(node, list):
            return _found(table, path[-1], node)
    return None


def is_open(table: Table, path: tuple[str, ...]) -> bool:
    """Whether names below a path are for the user to choose, or for somebody else to know."""
    if not path:
        return False
    for tree in _trees(table, table.options, path[:-1]):
        node = tree.get(path[-1])
        if isinstance(node, list):
            return _is_free(table, node[0], 0)
        if node is not None:
            return False
    return True


def covers(table: Table, path: tuple[str, ...]) -> bool:
    """Whether something may be set at a path: an option, part of one, or a set of options.

    What a type says of the value itself does not count.
    """
    moves = _moves(table)
    if any(path[:end] in moves for end in range(1, len(path) + 1)):
        return True
    if any(moved[: len(path)] == path for moved in moves):
        return True
    return _covers(table, table.options, path, 0)


def _covers(table: Table, tree: Mapping[str, Json], path: tuple[str, ...], depth: int) -> bool:
    node = tree.get(path[0])
    if isinstance(node, list):
        return _takes(table, node[0], path[1:], depth)
    return node is not None and (len(path) == 1 or _covers(table, node, path[1:], depth))


def _takes(table: Table, number: int, path: tuple[str, ...], depth: int) -> bool:
    """Whether a value of a type may have something at a path."""
    node = table.types[number]
    if not path or not isinstance(node, list) or depth > _MAX_DEPTH:
        return True
    word, *parts = node
    if word in _TRANSPARENT:
        return _takes(table, parts[0], path, depth + 1)
    if word in _BY_NAME:
        return _takes(table, parts[0], path[1:], depth + 1)
    if word == "either":
        return any(_takes(table, part, path, depth + 1) for part in parts)
    if word == "submodule" and "options" in parts[0]:
        inside = parts[0]
        is_open = "freeform" in inside or "moved" in inside
        return is_open or _covers(table, inside["options"], path, depth + 1)
    return True


def moved_at(table: Table, path: tuple[str, ...]) -> MovedOption | None:
    """What became of an option that a path named in earlier releases."""
    return _moves(table).get(path)


def old_names_of(table: Table, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The names that an option had in earlier releases."""
    moves = _moves(table).items()
    return [old for old, moved in moves if moved.kind == "renamed" and moved.target == path]


def _moves(table: Table) -> dict[tuple[str, ...], MovedOption]:
    before: dict[tuple[str, ...], MovedOption] | None = table.remembered.get(MovedOption)
    if before is not None:
        return before
    found: dict[tuple[str, ...], MovedOption] = {}
    for kind, sources, target, note, *_ in table.moved:
        text = note if isinstance(note, str) else ""
        to = None if target is None else tuple(target)
        for source in sources:
            found[tuple(source)] = MovedOption(kind, to, text.strip())
    table.remembered[MovedOption] = found
    return found


def _found(table: Table, name: str, node: Json) -> Found:
    if not isinstance(node, list):
        return Found(name, False)
    number, more = node
    return Found(
        name,
        True,
        type_text(table, number),
        _default(table, more),
        # Of four numbers the last two are where a function elsewhere declares it.
        tuple((table.files[p[-2]], p[-1]) for p in more.get("declared") or ()),
        _text(table, more.get("description")),
        _text(table, more.get("example")),
        more.get("readOnly") is True,
        bool(more.get("internal")),
        number,
    )


def _default(table: Table, more: Mapping[str, Json]) -> str | None:
    documented = _text(table, more.get("defaultText"))
    if documented is not None:
        return documented
    default = more.get("default")
    if "default" in more and is_literal(default):
        return nix_text(default)
    if isinstance(default, list) and default[:1] == ["ref"]:
        return ".".join(map(str, default[1:])).removeprefix("$")
    return None


def _text(table: Table, number: Json) -> str | None:
    return table.texts[number] if isinstance(number, int) and number < len(table.texts) else None


def _is_hidden(node: Json) -> bool:
    if not isinstance(node, list):
        return False
    return bool(node[1].get("internal")) or node[1].get("visible") is False


def _trees(
    table: Table, tree: Mapping[str, Json], path: tuple[str, ...]
) -> Iterator[Mapping[str, Json]]:
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
) -> Iterator[Mapping[str, Json]]:
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
    elif word in _LISTS:
        if path[:1] == (ELEMENT,):
            yield from _below(table, parts[0], path[1:], depth + 1)
    elif word == "either":
        for part in parts:
            yield from _below(table, part, path, depth + 1)
    elif word == "coercedTo":
        yield from _below(table, parts[2], path, depth + 1)
    elif word == "submodule" and "options" in parts[0]:
        yield from _trees(table, parts[0]["options"], path)


def _is_free(table: Table, number: int, depth: int) -> bool:
    """Whether a value of a type has attributes that no option declares."""
    node = table.types[number]
    if depth > _MAX_DEPTH:
        return True
    if not isinstance(node, list):
        return node in _OPEN
    word, *parts = node
    if word in _TRANSPARENT:
        return _is_free(table, parts[0], depth + 1)
    if word == "either":
        return any(_is_free(table, part, depth + 1) for part in parts)
    if word == "coercedTo":
        return _is_free(table, parts[2], depth + 1)
    if word == "submodule":
        return "freeform" in parts[0] or "options" not in parts[0]
    return word in _BY_NAME or word in ("dagOf", "serializable", "foreign", "unknown")


def nix_text(found: Json) -> str:
    """A literal residual as Nix code."""
    if isinstance(found, dict):
        pairs = (f"{quote_attribute(name)} = {nix_text(value)}; " for name, value in found.items())
        return f"{{ {''.join(pairs)}}}"
    if isinstance(found, list):
        return " ".join(["[", *map(nix_text, found[1:]), "]"])
    if isinstance(found, str):
        return json.dumps(found, ensure_ascii=False).replace("${", "\\${")
    return json.dumps(found)


_NAMES = {
    "bool": "boolean", "str": "string", "int": "signed integer", "float": "floating point number",
    "lines": "strings concatenated with \"\\n\"", "attrs": "attribute set", "raw": "raw value",
    "singleLineStr": "(optionally newline-terminated) single-line string",
    "nonEmptyStr": "non-empty string", "number": "signed integer or floating point number",
    "ints.unsigned": "unsigned integer, meaning >=0", "ints.u16": "16 bit unsigned integer",
    "ints.positive": "positive integer, meaning >0", "pathInStore": "path in the Nix store",
    "unspecified": "unspecified value",
}  # fmt: skip
_AROUND = {
    "nullOr": "null or", "listOf": "list of", "nonEmptyListOf": "non-empty list of",
    "attrsOf": "attribute set of", "lazyAttrsOf": "lazy attribute set of",
    "attrListOf": "attribute list of", "dagOf": "DAG of",
    "functionTo": "function that evaluates to",
}  # fmt: skip


def type_text(table: Table, number: int, depth: int = 0) -> str:
    """A short description of a type, in the words of Nix's own manuals."""
    node = table.types[number]
    if isinstance(node, str):
        return _NAMES.get(node, node)
    if depth > _MAX_DEPTH or not isinstance(node, list):
        return "…"
    word, *parts = node
    if word in _AROUND:
        return f"{_AROUND[word]} {_grouped(type_text(table, parts[0], depth + 1))}"
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
        case "deferredModule" | "attrTag":
            return {"deferredModule": "module", "attrTag": "attribute-tagged union"}[str(word)]
        case "foreign":
            return str(parts[1])
        case "serializable":
            return f"{parts[0]} value"
        case "intBetween" | "numberBetween":
            return f"between {parts[0]} and {parts[1]}"
        case "strMatching":
            return f"string matching {parts[0]}"
        case "separatedString":
            return f"strings concatenated with {nix_text(parts[0])}"
        case "sourceFileOrLines":
            return "path or lines"
        case "unknown":
            return "…"
    if word != "path" and parts and isinstance(parts[0], int):
        return type_text(table, parts[0], depth + 1)
    return str(word)


def _grouped(text: str) -> str:
    return f"({text})" if " or " in text or " of " in text else text
