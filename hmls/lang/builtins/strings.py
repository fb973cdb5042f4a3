"""Strings, which are sequences of bytes. Source: nix src/libexpr/primops.cc."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from hmls.lang import coerce, store
from hmls.lang.builtins.regex import compile_regex
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import concat_strings
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import (
    expect_int,
    expect_list,
    expect_open_list,
    expect_plain_string,
    expect_string,
    force,
)
from hmls.lang.utf8 import decode, encode
from hmls.lang.values import Lazy, Splice, Unknown, UnknownString, Value

register = Registry()


@register("toString")
def to_string(value: Lazy) -> Value:
    forced = force(value)
    return forced if isinstance(forced, UnknownString) else coerce.to_string(forced)


@register("stringLength")
def string_length(text: Lazy) -> Value:
    """In bytes."""
    found = coerce.coerce_copying(text)
    return len(found) if found.isascii() else len(encode(found))


@register("substring")
def substring(start: Lazy, length: Lazy, text: Lazy) -> Value:
    """In bytes. A negative length means all that follows."""
    first = expect_int(start)
    if first < 0:
        raise NixError("negative start position in 'substring'")
    count = expect_int(length)
    found = coerce.coerce_copying(text)
    return coerce.with_context(slice_bytes(found, first, count), found)


def slice_bytes(text: str, start: int, length: int) -> str:
    """A part of a text, in bytes. Raises Unknowable if it cuts a hash that is not known."""
    if not text.isascii():
        raw = encode(text)
        return decode(raw[start : len(raw) if length < 0 else start + length])
    end = len(text) if length < 0 else start + length
    for hash_start, hash_end in store.hash_spans(text):
        if (hash_start < start < hash_end and end > start) or hash_start < end < hash_end:
            raise Unknowable(store.symbolic_unknown(text))
    return text[start:end]


@register.copying("concatStringsSep")
def concat_strings_sep(separator: Lazy, items: Lazy) -> Value:
    """Unknown items leave the text around them known."""
    between = expect_string(separator)
    strings: list[str] = []
    mixed: list[str | Unknown] = []
    unknown = False
    after_item = False
    for item in expect_open_list(items):
        part: str | Unknown
        if item.__class__ is Splice:
            # Its items may be none, so that the separators around it belong to it.
            mixed.append(item.unknown)
            unknown, after_item = True, False
            continue
        if item.__class__ is str:
            part = item
        else:
            try:
                value = force(item)
                part = value if isinstance(value, UnknownString) else coerce.interpolate(value)
            except Unknowable as stop:
                part = stop.unknown
            unknown = unknown or isinstance(part, Unknown)
        if after_item:
            mixed.append(between)
        mixed.append(part)
        after_item = True
        if isinstance(part, str):
            strings.append(part)
    return concat_strings(mixed) if unknown else coerce.join(between, strings)


@register("replaceStrings")
def replace_strings(old: Lazy, new: Lazy, text: Lazy) -> Value:
    """At each place the first of the old strings that stands there is replaced."""
    olds, news = expect_list(old), expect_list(new)
    if len(olds) != len(news):
        raise NixError(
            "'from' and 'to' arguments passed to builtins.replaceStrings have different lengths"
        )
    searched = [str(expect_string(item)) for item in olds]
    found = expect_string(text)
    _check_hashes(found, searched)
    replacing = _Replacing(news)
    plain = found.isascii() and all(item.isascii() for item in searched)
    if plain:
        replaced = _replace(str(found), searched, replacing, str)
    else:
        # One character a byte, so that bytes inside characters are found too.
        replaced = decode(
            _replace(
                encode(found).decode("latin-1"),
                [encode(item).decode("latin-1") for item in searched],
                replacing,
                lambda item: encode(item).decode("latin-1"),
            ).encode("latin-1")
        )
    return coerce.with_context(replaced, found, *replacing.used.values())


def _check_hashes(text: str, searched: list[str]) -> None:
    if not store.hash_spans(text):
        return
    for item in searched:
        if not store.is_symbolic(item) and store.may_contain(text, item):
            raise Unknowable(store.symbolic_unknown(text))


class _Replacing:
    """The new strings, each forced when it is first needed."""

    def __init__(self, news: list[Lazy]) -> None:
        self.news = news
        self.used: dict[int, str] = {}

    def __call__(self, index: int) -> str:
        if index not in self.used:
            self.used[index] = expect_string(self.news[index])
        return self.used[index]


def _replace(
    text: str, searched: list[str], replacing: _Replacing, convert: Callable[[str], str]
) -> str:
    empty = searched.index("") if "" in searched else -1
    pattern = _alternatives(tuple(searched[:empty] if empty >= 0 else searched))
    out: list[str] = []
    offset = 0
    while offset <= len(text):
        if empty >= 0:
            match = pattern.match(text, offset)
        else:
            match = pattern.search(text, offset)
            end = len(text) if match is None else match.start()
            out.append(text[offset:end])
            offset = end
        if match is not None:
            out.append(convert(replacing(searched.index(match.group()))))
            offset = match.end()
            continue
        if empty >= 0:
            out.append(convert(replacing(empty)))
            out.append(text[offset : offset + 1])
        offset += 1
    return "".join(out)


@lru_cache(maxsize=256)
def _alternatives(searched: tuple[str, ...]) -> re.Pattern[str]:
    if not searched:
        return re.compile(r"(?!)")
    return re.compile("|".join(re.escape(item) for item in searched))


@register("match")
def match(pattern: Lazy, text: Lazy) -> Value:
    """The groups of a regular expression that matches a whole text, or null."""
    regex = compile_regex(expect_plain_string(pattern))
    found = expect_string(text)
    raw = encode(found)
    spans = regex.match(raw)
    if store.is_symbolic(found):
        _check_independent(found, lambda other: regex.match(encode(other)))
        _check_cuts(raw, found, spans or [])
    if spans is None:
        return None
    return [_group(raw, span) for span in spans[1:]]


@register("split")
def split(pattern: Lazy, text: Lazy) -> Value:
    """What lies between the matches, and the groups of each match, by turns."""
    regex = compile_regex(expect_plain_string(pattern))
    found = expect_string(text)
    raw = encode(found)
    matches = regex.find_all(raw)
    if store.is_symbolic(found):
        _check_independent(found, lambda other: regex.find_all(encode(other)))
        _check_cuts(raw, found, [span for spans in matches for span in spans])
    if not matches:
        return [found]
    parts: list[Value] = []
    offset = 0
    for spans in matches:
        start, end = spans[0]
        parts.append(decode(raw[offset:start]))
        parts.append([_group(raw, span) for span in spans[1:]])
        offset = end
    parts.append(decode(raw[offset:]))
    return parts


def _group(raw: bytes, span: tuple[int, int]) -> str | None:
    return None if span[0] < 0 else decode(raw[span[0] : span[1]])


def _check_independent(text: str, find: Callable[[str], object]) -> None:
    """Raise Unknowable if the result depends on the unknown hashes in the text."""
    found = find(text)
    if any(find(other) != found for other in store.with_other_hashes(text)):
        raise Unknowable(store.symbolic_unknown(text))


def _check_cuts(raw: bytes, text: str, spans: list[tuple[int, int]]) -> None:
    for start, end in store.hash_spans(raw.decode("latin-1")):
        for cuts in spans:
            if any(start < cut < end for cut in cuts):
                raise Unknowable(store.symbolic_unknown(text))
