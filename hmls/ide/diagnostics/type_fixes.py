"""Quick fixes for a definition that is not of its option's type: what the type would take.

Each is tried with the type itself, as the only definition of its option, before it is offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hmls.ide.diagnostics.registry import Fix
from hmls.ide.diagnostics.walk import fails, known
from hmls.ide.types import TextEdit, WorkspaceEdit
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.show import quote
from hmls.lang.values import Attrs, Lazy, Path, Value
from hmls.modules.definitions import Definition
from hmls.modules.types.base import OptionType
from hmls.modules.types.choices import Enum
from hmls.syntax.attrpath import node_text
from hmls.syntax.kinds import STRINGS, Field, Kind
from hmls.syntax.outline import function_name
from hmls.syntax.parse import Node
from hmls.syntax.wrapping import NO_PARENTHESES

_PROPERTIES = frozenset(
    (
        "mkIf", "mkForce", "mkDefault", "mkOverride", "mkOptionDefault", "mkBefore", "mkAfter",
        "mkOrder",
    )
)  # fmt: skip
_TRUE = frozenset(("true", "yes", "on", "enabled"))
_FALSE = frozenset(("false", "no", "off", "disabled"))
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?[0-9]+\.[0-9]+")
_ITEM = re.compile(r"\[definition \d+-entry (\d+)\]")
_MOST_TYPES = 60
_ALIKE_PERCENT = 60
_LONGEST = 30
"""Characters of a value that are shown in a title."""


def conversions(
    path: str, value: Node, loc: tuple[str, ...], option_type: OptionType, definition: Definition
) -> list[Fix]:
    """For the value that stands at a definition; `loc` is that of the option or of its part."""
    node = _item(_inside(value), loc)
    found: dict[str, Fix] = {}
    for text, made in _candidates(node, known(definition.value), option_type):
        if text in found or fails(option_type, Definition(definition.file, made, definition.site)):
            continue
        edit = WorkspaceEdit((TextEdit(path, node.start_byte, node.end_byte, text),))
        short = " ".join(text.split())
        shown = short if len(short) <= _LONGEST else short[: _LONGEST - 1] + "…"
        found[text] = Fix(f"Change to {shown}", edit, is_preferred=not found)
    return list(found.values())


def _inside(value: Node) -> Node:
    """What the properties around a value hold."""
    while True:
        inner: Node | None = None
        if value.kind_id == Kind.APPLY:
            function = value.child_by_field_id(Field.FUNCTION)
            callee = function
            while callee is not None and callee.kind_id == Kind.APPLY:
                callee = callee.child_by_field_id(Field.FUNCTION)
            if callee is not None and function_name(callee) in _PROPERTIES:
                inner = value.child_by_field_id(Field.ARGUMENT)
        elif value.kind_id == Kind.PARENTHESIZED:
            inner = value.child_by_field_id(Field.EXPRESSION)
        if inner is None:
            return value
        value = inner


def _item(value: Node, loc: tuple[str, ...]) -> Node:
    """The item of a list that is written there, where the location is that of one."""
    match = _ITEM.fullmatch(loc[-1]) if loc else None
    if match is None or value.kind_id != Kind.LIST:
        return value
    items = [child for child in value.named_children if child.kind_id != Kind.COMMENT]
    index = int(match[1]) - 1
    return items[index] if index < len(items) else value


def _candidates(node: Node, value: Value, option_type: OptionType) -> Iterator[tuple[str, Lazy]]:
    """What may be meant: (text, value), the likeliest first."""
    text = node_text(node)
    is_written = node.kind_id in STRINGS or text in ("true", "false")
    is_written |= node.kind_id in (Kind.INTEGER, Kind.FLOAT, Kind.UNARY)
    if is_written and isinstance(value, bool | int | float | str):
        yield from _scalars(value, option_type)
    if node.kind_id == Kind.LIST and isinstance(value, list) and len(value) == 1:
        items = [child for child in node.named_children if child.kind_id != Kind.COMMENT]
        if len(items) == 1:
            yield node_text(items[0]), value[0]
    if value == [] or value == {}:
        yield from (("[ ]", []), ("{ }", Attrs()))
    yield f"[ {text} ]" if node.kind_id in NO_PARENTHESES else f"[ ({text}) ]", [value]
    if isinstance(value, str):
        yield f"{{ text = {text}; }}", Attrs({"text": value})
    if isinstance(value, Path):
        yield f"{{ source = {text}; }}", Attrs({"source": value})


def _scalars(
    value: bool | int | float | str, option_type: OptionType
) -> Iterator[tuple[str, Lazy]]:
    if isinstance(value, bool):
        yield (f'"{str(value).lower()}"', str(value).lower())
        return
    if isinstance(value, int | float):
        if isinstance(value, int):
            yield f"{value}.0", float(value)
        yield f'"{value}"', str(value)
        return
    word = value.strip().lower()
    if word in _TRUE or word in _FALSE:
        yield ("true", True) if word in _TRUE else ("false", False)
    if _INTEGER.fullmatch(value):
        yield value, int(value)
    if _FLOAT.fullmatch(value):
        yield value, float(value)
    if word in ("", "null", "none"):
        yield "null", None
    yield from ((quote(near), near) for near in _near(value, option_type))


def _near(text: str, option_type: OptionType) -> list[str]:
    """The texts that the type allows and that are most like one."""
    from rapidfuzz import fuzz, process

    allowed = [each for each in _enumerated(option_type) if isinstance(each, str)]
    close = process.extract(
        text, allowed, scorer=fuzz.ratio, limit=3, score_cutoff=_ALIKE_PERCENT, processor=str.lower
    )
    if not close and len(allowed) <= 5:
        return allowed
    return [each for each, _, _ in close]


def _enumerated(option_type: OptionType) -> list[Value]:
    """What the enumerations among the alternatives of a type list."""
    found: list[Value] = []
    waiting = [option_type]
    for each in waiting:
        if isinstance(each, Enum):
            found += [known(value) for value in each.values]
        elif (
            each.name in ("nullOr", "either", "unique", "coercedTo") and len(waiting) < _MOST_TYPES
        ):
            try:
                waiting += each.nested.values()
            except (NixError, Unknowable):
                continue
    return found
