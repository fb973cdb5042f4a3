"""Values as JSON, as `builtins.toJSON` and `nix eval --json` write it.

Source: nix src/libexpr/value-to-json.cc; the text is that of nlohmann::json's `dump`.
"""

from __future__ import annotations

import json
import math

from hmls.lang import store
from hmls.lang.budget import check_depth, check_length
from hmls.lang.coerce import coerce
from hmls.lang.combine import concat_strings
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, call, force, get, sorted_names
from hmls.lang.show import show
from hmls.lang.utf8 import encode, offending_byte
from hmls.lang.values import (
    Attrs,
    ContextString,
    Lazy,
    OpenAttrs,
    OpenList,
    Path,
    Splice,
    Unknown,
    UnknownString,
    Value,
    type_phrase,
)

_quote = json.encoder.encode_basestring


def to_json(lazy: Lazy, *, copy: bool = True) -> Value:
    """The JSON text of a value, with the context of all strings in it.

    `copy` says that a path becomes the store path of its copy. Where parts of the value
    are unknown so are the parts of the text. Raises NixError for a function inside.
    """
    parts: list[str | Unknown] = []
    contexts: set[str] = set()
    _write(lazy, copy, parts, contexts, 0)
    if any(part.__class__ is not str for part in parts):
        return concat_strings(parts)
    check_length(sum(map(len, parts)))  # type: ignore[arg-type]
    text = "".join(parts)  # type: ignore[arg-type]
    return ContextString(text, frozenset(contexts)) if contexts else text


def _write(
    lazy: Lazy, copy: bool, parts: list[str | Unknown], contexts: set[str], depth: int
) -> None:
    check_depth(depth)
    try:
        value = force(lazy)
    except Unknowable as stop:
        value = stop.unknown
    if isinstance(value, str):
        if value.__class__ is ContextString:
            contexts |= value.context
        parts.append(json_string(value))
        return
    match value:
        case None:
            parts.append("null")
        case True:
            parts.append("true")
        case False:
            parts.append("false")
        case int():
            parts.append(str(value))
        case float():
            parts.append(json_float(value))
        case list():
            _write_list(value, copy, parts, contexts, depth + 1)
        case Attrs():
            _write_attrs(value, copy, parts, contexts, depth + 1)
        case Path():
            text = store.copied(value) if copy else store.shown_path(value.path)
            if text.__class__ is ContextString:
                contexts |= text.context
            parts.append(json_string(text))
        case OpenList():
            _write_list(value.items, copy, parts, contexts, depth + 1)
        case UnknownString():
            parts.append('"')
            parts.extend(json_string(p)[1:-1] if isinstance(p, str) else p for p in value.parts)
            parts.append('"')
        case Unknown():
            # Its known parts, if it has any, are not in the text as they are.
            parts.append(value.told_as(lambda: value.text))
        case _:
            raise NixError(f"cannot convert {type_phrase(value)} to JSON")


def _write_list(
    items: list[Lazy], copy: bool, parts: list[str | Unknown], contexts: set[str], depth: int
) -> None:
    parts.append("[")
    after_item = False
    for item in items:
        if item.__class__ is Splice:
            # Its items may be none, so that the commas around it belong to it.
            parts.append(item.unknown)
            after_item = False
            continue
        if after_item:
            parts.append(",")
        _write(item, copy, parts, contexts, depth)
        after_item = True
    parts.append("]")


def _write_attrs(
    value: Attrs, copy: bool, parts: list[str | Unknown], contexts: set[str], depth: int
) -> None:
    to_str = get(value, "__toString") if "__toString" in value else MISSING
    if to_str is not MISSING:
        text = force(call(to_str, value))
        # Nix's own quirk: a path that `__toString` gives is not copied.
        _write(text if isinstance(text, Unknown) else coerce(text), False, parts, contexts, depth)
        return
    if "outPath" in value:
        _write(value["outPath"], copy, parts, contexts, depth)
        return
    # In an open set others may be anywhere between, with the commas around them.
    between: str | Unknown = ","
    if isinstance(value, OpenAttrs):
        if not _surely_a_set(value):
            parts.append(Unknown(lambda: show(value), value.rest.cause, value.rest.site))
            return
        between = value.rest
    parts.append("{")
    for index, name in enumerate(sorted_names(value)):
        if index or between != ",":
            parts.append(between)
        parts.append(f"{json_string(name)}:")
        _write(value[name], copy, parts, contexts, depth)
    if between != ",":
        parts.append(between)
    parts.append("}")


def _surely_a_set(value: OpenAttrs) -> bool:
    return "outPath" in value.absent and "__toString" in value.absent


def json_string(text: str) -> str:
    """A JSON string literal. Raises NixError for bytes that are no UTF-8."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raw = encode(text)
            index = offending_byte(raw, len(encode(text[: error.start])))
            if index == len(raw):
                problem = f"incomplete UTF-8 string; last byte: 0x{raw[-1]:02X}"
            else:
                problem = f"invalid UTF-8 byte at index {index}: 0x{raw[index]:02X}"
            message = f"JSON serialization error: [json.exception.type_error.316] {problem}"
            raise NixError(message) from None
    return _quote(text)


def json_float(value: float) -> str:
    """The shortest digits that give the number back, laid out as nlohmann::json does."""
    if math.isnan(value) or math.isinf(value):
        return "null"
    mantissa, _, exponent = f"{value!r}e".partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    point = len(whole) + int(exponent.rstrip("e") or 0)
    digits = (whole + fraction).rstrip("0")
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped
    if not digits:
        return f"{sign}0.0"
    if len(digits) <= point <= 15:
        return f"{sign}{digits.ljust(point, '0')}.0"
    if 0 < point <= 15:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -4 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    power = point - 1
    return f"{sign}{digits[0]}{tail}e{'-' if power < 0 else '+'}{abs(power):02d}"


__all__ = ["json_float", "json_string", "to_json"]
