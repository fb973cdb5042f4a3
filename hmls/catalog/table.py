"""The table of options that a catalog is made of, and the one that comes with hmls.

A table is what `extract` found, as JSON. The bundled one holds facts only: names, types,
defaults, and which options Home Manager's own modules write, under which condition and with
which priority. Texts and anything long are left out; a value left out is unknown.
"""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hmls.catalog.extract import Extraction
    from hmls.catalog.residual import Residual

Json = Any
FORMAT = 1
"""Of the bundled table."""
BUNDLED = "home-manager.json.xz"
_MAX_VALUE = 1_200
"""Characters of JSON that the value of a definition or default may take."""
_MAX_NAMES = 9_000
"""The same of the names of a set whose values are left out."""
_MAX_STRING = 60
_MAX_CONDITION = 1_200
_TEXTS = frozenset(("description", "defaultText", "example"))
_PLAIN = re.compile(r"[\w.$'-]*")
_AROUND = frozenset(("mkIf", "mkOverride", "mkOrder"))
_KEEP_NAMES = frozenset(("builtins.mapAttrs", "lib.attrsets.filterAttrs"))
"""Functions of a function and a set that give no other names than the set has."""
_LEFT_OUT = ["?", "…"]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The options of one release. `label` says where this knowledge comes from.

    Equal to itself only: it is large, never changed, and what is made of it is kept for it.
    """

    label: str
    revision: str
    """The commit, or the store path of the sources for an exact table."""
    exact: bool
    """Whether it was read from the very sources that the lock names."""
    options: Mapping[str, Json]
    writes: list[Json]
    """Of each the path, what is defined, the file and the line; see `lines.decoded`."""
    moved: list[Json]
    types: Sequence[Json]
    files: list[str]
    texts: Sequence[str] = field(default_factory=list)
    remembered: dict[Any, Any] = field(default_factory=dict, init=False)
    """What was made of the table, kept as long as the table is."""


def table_of(found: Extraction, label: str, revision: str, *, exact: bool) -> Table:
    """The whole of what was extracted."""
    return Table(
        label,
        revision,
        exact,
        found.options,
        found.writes,
        found.moved,
        found.types,
        found.files,
        found.texts,
    )


def to_bytes(table: Table) -> bytes:
    """A table as a compressed file."""
    data = {name: getattr(table, name) for name in Table.__slots__ if name != "remembered"}
    text = json.dumps({"format": FORMAT, **data}, separators=(",", ":"), ensure_ascii=False)
    return lzma.compress(text.encode("utf-8", "surrogateescape"), preset=6)


def from_bytes(content: bytes) -> Table:
    """The table in a file. Raises ValueError for anything else."""
    try:
        data = json.loads(lzma.decompress(content))
        if data.pop("format") != FORMAT:
            raise ValueError("a table of another format")
        return Table(**data)
    except (lzma.LZMAError, EOFError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a table: {error}") from error


@lru_cache(maxsize=1)
def bundled() -> Table:
    """The table that comes with hmls; read once, until it is forgotten."""
    return from_bytes(resources.files("hmls.catalog").joinpath("data", BUNDLED).read_bytes())


def forget_bundled() -> None:
    """Let go of the bundled table, which will be read again if somebody asks for it."""
    bundled.cache_clear()


def facts_only(table: Table) -> Table:
    """The table without texts and without anything long."""
    return Table(
        table.label,
        table.revision,
        table.exact,
        _options(table.options),
        [_write(written) for written in table.writes],
        [_moved(moved) for moved in table.moved],
        [_type(node) for node in table.types],
        table.files,
    )


def _options(tree: Mapping[str, Json]) -> dict[str, Json]:
    return {
        name: _option(node) if isinstance(node, list) else _options(node)
        for name, node in tree.items()
    }


def _option(written: Json) -> Json:
    number, more = written
    kept = {name: value for name, value in more.items() if name not in _TEXTS}
    for name in ("default", "apply"):
        if name in kept:
            kept[name] = _short(kept[name], _MAX_CONDITION if name == "apply" else _MAX_VALUE)
    return [number, kept]


def _write(written: Json) -> Json:
    path, content, *place = written
    told = path[0] not in ("assertions", "warnings")
    return [path, _content(content, told), *place]


def _content(found: Residual, told: bool) -> Residual:
    """What is defined: the properties around it whole, the value if it is short."""
    if isinstance(found, dict):
        return {name: _content(inner, told) for name, inner in found.items()}
    if isinstance(found, list) and found[0] in _AROUND:
        word, head, inner = found
        return [word, _short(head, _MAX_CONDITION), _content(inner, told)]
    if isinstance(found, list) and found[0] == "mkMerge" and found[1][0] == "list":
        return ["mkMerge", ["list", *(_content(inner, told) for inner in found[1][1:])]]
    if isinstance(found, list) and found[0] == "open":
        return ["open", _content(found[1], told), _LEFT_OUT]
    if not told:
        return _LEFT_OUT
    short, cut = _short(found, _MAX_VALUE), _cut(found)
    named = _names_only(cut)
    if short != cut != named and len(json.dumps(named)) <= _MAX_NAMES:
        return named
    return _by_names(found) if short == _LEFT_OUT else short


def _names_only(found: Residual) -> Residual:
    """Without the values of sets that are made of lists of names and values."""
    if isinstance(found, dict):
        if found.keys() == {"name", "value"}:
            return {"name": found["name"], "value": _LEFT_OUT}
        return {name: _names_only(inner) for name, inner in found.items()}
    if not isinstance(found, list) or found[0] == "ref":
        return found
    return [found[0], *map(_names_only, found[1:])]


def _by_names(found: Residual) -> Residual:
    """What is too long to be kept whole, as the names of the sets that it is made of."""
    if isinstance(found, dict):
        return {name: _content(inner, told=True) for name, inner in found.items()}
    match found:
        case ["if", condition, then, otherwise]:
            return ["if", _short(condition, _MAX_CONDITION), _by_names(then), _by_names(otherwise)]
        case ["//", *parts]:
            return ["//", *map(_by_names, parts)]
        case ["call", str(name), function, attrs] if name in _KEEP_NAMES:
            return ["call", name, _short(function, _MAX_CONDITION), _by_names(attrs)]
    return _short(found, _MAX_VALUE)


def _short(found: Residual, limit: int) -> Residual:
    """A residual, or that something was left out."""
    cut = _cut(found)
    for attempt in (cut, _without_bodies(cut)):
        if len(json.dumps(attempt)) <= limit:
            return attempt
    kind = "set" if isinstance(found, dict) else "list" if found[0] == "list" else None
    return _LEFT_OUT if kind is None else [*_LEFT_OUT, kind]


def _cut(found: Residual) -> Residual:
    if isinstance(found, str):
        return found if len(found) <= _MAX_STRING else [*_LEFT_OUT, "string"]
    if isinstance(found, dict):
        return {name: _cut(inner) for name, inner in found.items()}
    if not isinstance(found, list):
        return found
    if found[0] == "?":
        text = found[1] if _PLAIN.fullmatch(found[1]) else "…"
        return ["?", text, *found[2:]]
    word, *parts = found
    return [word, *parts] if word == "ref" else [word, *map(_cut, parts)]


def _without_bodies(found: Residual) -> Residual:
    """With functions of which only is known that they are there."""
    if isinstance(found, dict):
        return {name: _without_bodies(inner) for name, inner in found.items()}
    if not isinstance(found, list) or found[0] == "ref":
        return found
    if found[0] == "fn":
        return ["fn", 0, _LEFT_OUT]
    return [found[0], *map(_without_bodies, found[1:])]


def _moved(written: Json) -> Json:
    kind, sources, target, note, file, change = written
    return [kind, sources, target, "" if note is None else _cut(note), file, change]


def _type(node: Json) -> Json:
    if not isinstance(node, list):
        return node
    word, *parts = node
    match word:
        case "submodule" | "deferredModule":
            return [word, _submodule(parts[0])]
        case "attrTag":
            return [word, {tag: _option(option) for tag, option in parts[0].items()}]
        case "checked":
            return [word, parts[0], _short(parts[1], _MAX_CONDITION), *parts[2:]]
        case "foreign":
            return [word, *parts[:3], _short(parts[3], _MAX_CONDITION), *parts[4:]]
    return node


def _submodule(written: Json) -> Json:
    made = dict(written)
    if "options" in made:
        made["options"] = _options(made["options"])
    if "writes" in made:
        made["writes"] = [_write(written) for written in made["writes"]]
    if "moved" in made:
        made["moved"] = [_moved(moved) for moved in made["moved"]]
    return made
