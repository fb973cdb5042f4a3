"""lib.strings, part 3: upper and lower case, splitting, and characters one by one.

Source: nixpkgs lib/strings.nix. Letters are those of ASCII.
"""

from __future__ import annotations

import re

from hmls.lang import coerce, store
from hmls.lang.builtins.lists import map_
from hmls.lang.builtins.registry import Registry
from hmls.lang.builtins.strings import concat_strings_sep, slice_bytes, split
from hmls.lang.combine import add
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import call2, expect_bool, expect_plain_string, expect_string, force
from hmls.lang.lib.string_bytes import (
    characters,
    glued,
    lowered,
    raised,
    with_context_of,
)
from hmls.lang.lib.string_escapes import escape_regex
from hmls.lang.values import Lazy, Thunk, Unknown, Value, type_name

register = Registry()

_SEPARATORS = re.compile("[-_ ]")


@register("stringToCharacters")
def string_to_characters(text: Lazy) -> Value:
    """The bytes, for that is what a character is to Nix."""
    found = coerce.coerce_copying(text)
    return [with_context_of(found, character) for character in characters(found)]


@register("stringAsChars")
def string_as_chars(function: Lazy, text: Lazy) -> Value:
    return concat_strings_sep("", map_(function, string_to_characters(text)))


@register("toLower")
def to_lower(text: Lazy) -> Value:
    return lowered(expect_string(text))


@register("toUpper")
def to_upper(text: Lazy) -> Value:
    return raised(expect_string(text))


@register("toSentenceCase")
def to_sentence_case(text: Lazy) -> Value:
    found = _only_strings("toSentenceCase", text)
    first, rest = slice_bytes(found, 0, 1), slice_bytes(found, 1, -1)
    return with_context_of(found, glued([raised(first), lowered(rest)]))


def _only_strings(name: str, text: Lazy) -> str:
    value = force(text)
    if isinstance(value, str):
        return value
    if isinstance(value, Unknown):
        raise Unknowable(value)
    raise Thrown(f"{name} does only accepts string values, but got {type_name(value)}")


@register("toCamelCase")
def to_camel_case(text: Lazy) -> Value:
    found = _only_strings("toCamelCase", text)
    words = [
        word
        for part in _SEPARATORS.split(found)
        for word in re.sub("(?<=[a-z])(?=[A-Z])", "\0", part).split("\0")
    ]
    first, *rest = words
    return with_context_of(found, lowered(first) + "".join([_capitalized(w) for w in rest]))


def _capitalized(word: str) -> str:
    return glued([raised(slice_bytes(word, 0, 1)), lowered(slice_bytes(word, 1, -1))])


@register("addContextFrom")
def add_context_from(source: Lazy, target: Lazy) -> Value:
    found = coerce.coerce_copying(source)
    return add(coerce.with_context("", found), force(target))


@register("splitString")
def split_string(separator: Lazy, text: Lazy) -> Value:
    """The parts are strings of the text's context; what is no string has no such parts."""
    escaped = escape_regex(coerce.to_string(separator))
    between = str(expect_plain_string(escaped))
    found = coerce.to_string(text)
    parts = _parts(between, str(coerce.to_string(separator)), found)
    given = force(text)
    if isinstance(given, str):
        return [with_context_of(given, part) for part in parts]
    return [Thunk(lambda part: add_context_from(given, part), part) for part in parts]


def _parts(escaped: str, separator: str, text: str) -> list[str]:
    if separator and text.isascii() and not store.is_symbolic(text):
        return str(text).split(separator)
    return [part for part in split(escaped, text) if isinstance(part, str)]


@register("splitStringBy")
def split_string_by(predicate: Lazy, keeps_split: Lazy, text: Lazy) -> Value:
    found = coerce.coerce_copying(text)
    parts: list[list[str]] = [[]]
    before = ""
    for character in characters(found):
        now = with_context_of(found, character)
        if expect_bool(call2(force(predicate), before, now)):
            parts.append([character] if expect_bool(keeps_split) else [])
        else:
            parts[-1].append(character)
        before = now
    return [with_context_of(found, glued(part)) for part in parts]
