"""lib.hm.strings and booleans. Source: Home Manager modules/lib/{strings,booleans}.nix."""

from __future__ import annotations

import re
from collections.abc import Callable

from hmls.lang import coerce, store
from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import Unknowable
from hmls.lang.force import expect_bool, expect_string, force, is_derivation
from hmls.lang.values import Lazy, Path, Unknown, Value

register = Registry()
booleans = Registry()

_UNSAFE = re.compile(r"[^0-9A-Za-z+._?=]")
_STYLES = {
    "isCamelCase": r"[a-z]+([A-Z][a-z0-9]*)+",
    "isPascalCase": r"[A-Z][a-z0-9]*([A-Z][a-z0-9]*)*",
    "isSnakeCase": r"[a-z0-9]+(_[a-z0-9]+)*",
    "isKebabCase": r"[a-z0-9]+(-[a-z0-9]+)*",
    "isScreamingSnakeCase": r"[A-Z0-9]+(_[A-Z0-9]+)*",
}


@booleans("yesNo")
def yes_no(value: Lazy) -> Value:
    return "yes" if expect_bool(value) else "no"


@register("storeFileName")
def store_file_name(path: Lazy) -> Value:
    """The name of a file's store path, made of its target."""
    text = expect_string(path)
    if store.is_symbolic(text):
        raise Unknowable(store.symbolic_unknown(text))
    return coerce.with_context("hm_" + _UNSAFE.sub("", text), text)


@register("toCaseWithSeparator")
def to_case_with_separator(separator: Lazy, text: Lazy) -> Value:
    return _separated(expect_string(separator), expect_string(text))


def _separated(separator: str, text: str) -> str:
    words = re.sub("[A-Z]", lambda match: separator + match[0].lower(), text)
    return coerce.with_context(words.removeprefix(separator), text, separator)


@register("toSnakeCase")
def to_snake_case(text: Lazy) -> Value:
    return _separated("_", expect_string(text))


@register("toKebabCase")
def to_kebab_case(text: Lazy) -> Value:
    return _separated("-", expect_string(text))


def _style(pattern: str) -> Callable[[Lazy], Value]:
    regex = re.compile(pattern)

    def check(text: Lazy) -> Value:
        return regex.fullmatch(expect_string(text)) is not None

    return check


for _name, _pattern in _STYLES.items():
    register(_name)(_style(_pattern))


@register("isPathLike")
def is_path_like(content: Lazy) -> Value:
    """Whether it is a path, a string with a store path, or a package."""
    value = force(content)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    if isinstance(value, str):
        return value.startswith(f"{store.STORE}/")
    return isinstance(value, Path) or is_derivation(value)
