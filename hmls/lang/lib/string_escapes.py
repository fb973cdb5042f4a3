"""lib.strings, part 2: escaping for shells, Nix, regular expressions, C, URLs and XML.

Source: nixpkgs lib/strings.nix.
"""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase

from hmls.lang import coerce
from hmls.lang.builtins.lists import map_
from hmls.lang.builtins.registry import Registry
from hmls.lang.builtins.strings import concat_strings_sep, replace_strings
from hmls.lang.combine import concat_strings
from hmls.lang.errors import NixError, Thrown, Unknowable
from hmls.lang.force import (
    expect_list,
    expect_string,
    force,
    has,
)
from hmls.lang.json import to_json
from hmls.lang.lib.attrsets import is_set, map_attrs_to_list
from hmls.lang.lib.support import function, function2, map_known, opaque
from hmls.lang.values import Attrs, Lazy, OpenList, Path, Unknown, Value, quote_attribute

register = Registry()

REGEX_SPECIAL: list[Lazy] = list("\\[{()^$?*+|.")
_ASCII = {chr(code): code for code in (9, 10, 13, *range(32, 127))}
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_SHELL_SAFE = re.compile(r"[0-9A-Za-z,._+:@%/-]+")
_POSIX_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_IDENTIFIER = re.compile(r"[a-zA-Z_][a-zA-Z0-9_'-]*")
_KEYWORDS = frozenset(("assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"))
_URL_ESCAPED: dict[str, str] = {
    character: f"%{code:02X}"
    for character, code in _ASCII.items()
    if not _UNRESERVED.fullmatch(character)
}
_XML: list[tuple[str, str]] = [
    ('"', "&quot;"),
    ("'", "&apos;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ("&", "&amp;"),
]


def constants(_interp: object) -> dict[str, Lazy]:
    return {"lowerChars": list(ascii_lowercase), "upperChars": list(ascii_uppercase)}


@register("charToInt")
def char_to_int(character: Lazy) -> Value:
    text = expect_string(character)
    if text not in _ASCII:
        raise NixError(f"attribute '{quote_attribute(text)}' missing")
    return _ASCII[text]


@register("escape")
def escape(characters: Lazy, text: Lazy) -> Value:
    escaped = function(lambda character: concat_strings(["\\", force(character)]))
    return replace_strings(characters, map_(escaped, characters), text)


@register("escapeC")
def escape_c(characters: Lazy, text: Lazy) -> Value:
    escaped = function(lambda character: f"\\x{char_to_int(character):02x}")
    return replace_strings(characters, map_(escaped, characters), text)


@register("escapeURL")
def escape_url(text: Lazy) -> Value:
    return replace_strings(list(_URL_ESCAPED), list(_URL_ESCAPED.values()), text)


@register("escapeXML")
def escape_xml(text: Lazy) -> Value:
    return replace_strings([old for old, _ in _XML], [new for _, new in _XML], text)


@register("escapeRegex")
def escape_regex(text: Lazy) -> Value:
    return escape(REGEX_SPECIAL, text)


@register("escapeNixString")
def escape_nix_string(value: Lazy) -> Value:
    return map_known(to_json(value), lambda text: text.replace("$", "\\$"))


@register("escapeNixIdentifier")
def escape_nix_identifier(name: Lazy) -> Value:
    text = expect_string(name)
    if _IDENTIFIER.fullmatch(text) and text not in _KEYWORDS:
        return text
    return escape_nix_string(text)


@register("escapeShellArg")
def escape_shell_arg(argument: Lazy) -> Value:
    text = coerce.to_string(argument)
    if _SHELL_SAFE.fullmatch(text):
        return text
    return coerce.with_context("'" + text.replace("'", "'\\''") + "'", text)


_ESCAPE_SHELL_ARG = function(escape_shell_arg)


@register("escapeShellArgs")
def escape_shell_args(arguments: Lazy) -> Value:
    return concat_strings_sep(" ", map_(_ESCAPE_SHELL_ARG, arguments))


@register("isValidPosixName")
def is_valid_posix_name(name: Lazy) -> Value:
    return _POSIX_NAME.fullmatch(expect_string(name)) is not None


@register("toShellVar")
def to_shell_var(name: Lazy, value: Lazy) -> Value:
    shown = expect_string(name)
    if not is_valid_posix_name(shown):
        raise Thrown(f"toShellVar: {shown} is not a valid shell variable name")
    found = force(value)
    if not is_string_like(found) and is_set(found):
        items = concat_strings_sep(" ", map_attrs_to_list(_SHELL_ENTRY, found))
        return concat_strings(["declare -A ", shown, "=(", items, ")"])
    if found.__class__ is list or found.__class__ is OpenList:
        return concat_strings(["declare -a ", shown, "=(", escape_shell_args(found), ")"])
    return concat_strings([shown, "=", _escaped_part(found)])


def _escaped_part(value: Lazy) -> Value:
    try:
        return escape_shell_arg(value)
    except Unknowable as stop:
        return opaque(stop.unknown)


def _shell_entry(name: Lazy, value: Lazy) -> Value:
    return concat_strings(["[", _escaped_part(name), "]=", _escaped_part(value)])


_SHELL_ENTRY = function2(_shell_entry)


@register("toShellVars")
def to_shell_vars(variables: Lazy) -> Value:
    return concat_strings_sep("\n", map_attrs_to_list(function2(to_shell_var), variables))


@register("isStringLike")
def is_string_like_(value: Lazy) -> Value:
    return is_string_like(force(value))


def is_string_like(value: Value) -> bool:
    """Whether a value is a string, a path, or a set that stands for one. Raises Unknowable."""
    if isinstance(value, str | Path):
        return True
    if isinstance(value, Unknown):
        if value.kind in (None, "set"):
            raise Unknowable(value)
        return value.kind in ("string", "path")
    return isinstance(value, Attrs) and (has(value, "outPath") or has(value, "__toString"))


@register("isConvertibleWithToString")
def is_convertible_with_to_string(value: Lazy) -> Value:
    found = force(value)
    if isinstance(found, list | OpenList):
        refused = [x for x in expect_list(found) if not is_convertible_with_to_string(x)]
        return not refused
    if isinstance(found, Unknown) and found.kind in ("null", "bool", "int", "float"):
        return True
    return found is None or isinstance(found, bool | int | float) or is_string_like(found)
