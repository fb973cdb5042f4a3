"""Values to strings, as interpolation, `+` and `toString` do it.

Source: nix src/libexpr/eval.cc, EvalState::coerceToString.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterable

from hmls.lang import store
from hmls.lang.budget import check_depth
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, call, force, get, get_lazy
from hmls.lang.utf8 import mended
from hmls.lang.values import (
    Attrs,
    ContextString,
    Lazy,
    OpenList,
    Path,
    Unknown,
    Value,
    type_phrase,
)


def interpolate(value: Value) -> str:
    """What `"${value}"` is. Raises Unknowable."""
    if isinstance(value, str):
        return value
    return _coerce(value, more=False, copy=True)


def to_string(lazy: Lazy) -> str:
    """What `toString value` is."""
    value = force(lazy)
    return value if isinstance(value, str) else _coerce(value, more=True, copy=False)


def coerce(lazy: Lazy) -> str:
    """A string from a string, a path or a set with `outPath`; nothing is copied to the store."""
    value = force(lazy)
    return value if isinstance(value, str) else _coerce(value, more=False, copy=False)


def coerce_copying(lazy: Lazy) -> str:
    """As `interpolate`, from a lazy value."""
    return interpolate(force(lazy))


def to_string_copying(lazy: Lazy) -> str:
    """As `to_string`, but a path becomes the store path of its copy."""
    return _coerce(force(lazy), more=True, copy=True)


def signed_nan(value: float) -> str:
    """What C++ prints of what is no number, which has a sign; "" of a number."""
    if not math.isnan(value):
        return ""
    return "-nan" if math.copysign(1, value) < 0 else "nan"


def context_of(text: str) -> frozenset[str]:
    """The store paths that a string refers to."""
    return text.context if isinstance(text, ContextString) else frozenset()


def with_context(text: str, *sources: str) -> str:
    """The text with the context of all the strings that it was made of."""
    contexts = [source.context for source in sources if isinstance(source, ContextString)]
    contexts = [context for context in contexts if context]
    return ContextString(text, frozenset().union(*contexts)) if contexts else text


def join(separator: str, parts: Iterable[str]) -> str:
    """As `str.join`, keeping the context."""
    strings = list(parts)
    joined = mended(separator.join(strings))
    if separator.__class__ is str and all(part.__class__ is str for part in strings):
        return joined
    return with_context(joined, separator, *strings)


def to_path(lazy: Lazy, depth: int = 0) -> str:
    """The path on disk that a path, a string or a set with `outPath` names.

    Source: EvalState::coerceToPath.
    """
    value = force(lazy)
    if value.__class__ is Path:
        return value.path
    if isinstance(value, Attrs):
        peeled = _peel(value)
        if peeled is not MISSING:
            check_depth(depth)
            return to_path(peeled, depth + 1)
    text = coerce(value)
    if not text.startswith("/"):
        raise NixError(f"string '{text}' doesn't represent an absolute path")
    return store.disk_path(normalize(text))


def normalize(path: str) -> str:
    """An absolute path without `.`, `..` and double slashes, as Nix makes paths canonical."""
    normal = posixpath.normpath(path)
    return normal[1:] if normal.startswith("//") else normal


def _coerce(value: Value, *, more: bool, copy: bool, depth: int = 0) -> str:
    if isinstance(value, str):
        return value
    if value.__class__ is Path:
        return store.copied(value) if copy else store.shown_path(value.path)
    if isinstance(value, Attrs):
        peeled = _peel(value)
        if peeled is not MISSING:
            check_depth(depth)
            return _coerce(force(peeled), more=more, copy=copy, depth=depth + 1)
    elif isinstance(value, Unknown):
        raise Unknowable(value)
    elif more:
        match value:
            case None | False:
                return ""
            case True:
                return "1"
            case int():
                return str(value)
            case float():
                return signed_nan(value) or f"{value:f}"
            case list():
                check_depth(depth)
                return _coerce_list(value, copy=copy, depth=depth + 1)
            case OpenList():
                raise Unknowable(_first(value))
    from hmls.lang.show import show_in_error

    raise NixError(f"cannot coerce {type_phrase(value)} to a string: {show_in_error(value)}")


def _first(value: OpenList) -> Unknown:
    from hmls.lang.force import first_splice

    return first_splice(value)


def _peel(value: Attrs) -> Lazy:
    """What stands for a set when it is made a string, or MISSING."""
    if "__toString" in value or value.__class__ is not Attrs:
        to_str = get(value, "__toString")
        if isinstance(to_str, Unknown):
            out_path = value.get("outPath", MISSING)
            if out_path is MISSING:
                raise Unknowable(to_str)
            return out_path
        if to_str is not MISSING:
            return call(to_str, value)
    return get_lazy(value, "outPath")


def _coerce_list(items: list[Lazy], *, copy: bool, depth: int) -> str:
    parts: list[str] = []
    for index, lazy in enumerate(items):
        item = force(lazy)
        parts.append(_coerce(item, more=True, copy=copy, depth=depth))
        # Nix's own rule: no separator after an empty list.
        if index < len(items) - 1 and not (item.__class__ is list and not item):
            parts.append(" ")
    return join("", parts)
