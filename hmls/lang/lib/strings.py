"""lib.strings, part 1: joining, trimming, and what a string begins or ends with.

Source: nixpkgs lib/strings.nix. Lengths and positions are in bytes, as in Nix.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hmls.lang import coerce, store
from hmls.lang.builtins.lists import map_
from hmls.lang.builtins.registry import Registry
from hmls.lang.builtins.strings import concat_strings_sep, replace_strings, slice_bytes
from hmls.lang.combine import add
from hmls.lang.compare import equal
from hmls.lang.errors import Unknowable
from hmls.lang.force import (
    call,
    call2,
    delayed,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_plain_string,
    expect_string,
    force,
)
from hmls.lang.lib.attrset_merges import get_output
from hmls.lang.lib.attrsets import map_attrs_to_list
from hmls.lang.lib.lists import choose, filtered, imap1, replicate
from hmls.lang.lib.string_bytes import byte_length, ends_with, starts_with
from hmls.lang.lib.string_escapes import escape_regex
from hmls.lang.lib.support import arguments, builtin, function, option, pattern
from hmls.lang.values import Lazy, Path, Thunk, UnknownString, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

BUILTINS = """
    compareVersions elem elemAt filter fromJSON genList head isInt isList isAttrs isPath
    isString match parseDrvName readFile replaceStrings split storeDir stringLength substring
    tail toJSON typeOf unsafeDiscardStringContext appendContext concatStringsSep
"""
_WHITESPACE = " \t\r\n"
_TRIM_WITH = pattern(optional=("start", "end"))


def constants(interp: Interp) -> dict[str, Lazy]:
    return {"join": expect_attrs(interp.globals["builtins"])["concatStringsSep"]}


@register.copying("concatStrings")
def concat_strings(items: Lazy) -> Value:
    return concat_strings_sep("", items)


@register.copying("concatMapStrings")
def concat_map_strings(function: Lazy, items: Lazy) -> Value:
    return concat_strings_sep("", Thunk(_mapped, (function, items)))


@register.copying("concatMapStringsSep")
def concat_map_strings_sep(separator: Lazy, function: Lazy, items: Lazy) -> Value:
    return concat_strings_sep(separator, Thunk(_mapped, (function, items)))


def _mapped(pair: tuple[Lazy, Lazy]) -> Value:
    return map_(pair[0], pair[1])


@register.copying("concatImapStrings")
def concat_imap_strings(function: Lazy, items: Lazy) -> Value:
    return concat_strings_sep("", delayed(lambda: imap1(function, items)))


@register.copying("concatImapStringsSep")
def concat_imap_strings_sep(separator: Lazy, function: Lazy, items: Lazy) -> Value:
    return concat_strings_sep(separator, delayed(lambda: imap1(function, items)))


@register.copying("concatMapAttrsStringSep")
def concat_map_attrs_string_sep(separator: Lazy, function: Lazy, attrs: Lazy) -> Value:
    return concat_strings_sep(separator, delayed(lambda: map_attrs_to_list(function, attrs)))


@register.copying("concatLines")
def concat_lines(lines: Lazy) -> Value:
    if equal(force(lines), []):
        return ""
    return add(concat_strings_sep("\n", lines), "\n")


@register("intersperse")
def intersperse(separator: Lazy, items: Lazy) -> Value:
    xs = expect_list(items)
    return [part for x in xs for part in (separator, x)][1:]


@register("replaceString")
def replace_string(old: Lazy, new: Lazy, text: Lazy) -> Value:
    return replace_strings([old], [new], text)


@register("replicate")
def replicate_(times: Lazy, text: Lazy) -> Value:
    return concat_strings_sep("", replicate(times, text))


@register("optionalString")
def optional_string(condition: Lazy, text: Lazy) -> Value:
    return choose(condition, text, "")


@register("trim")
def trim(text: Lazy) -> Value:
    """As whatever goes through a regular expression, the result has no context."""
    return str(expect_string(text)).strip(_WHITESPACE)


@register("trimWith", formals=_TRIM_WITH)
def trim_with(given: Lazy) -> Value:
    options = arguments("trimWith", _TRIM_WITH, given)

    def trimmed(text: Lazy) -> Value:
        start = expect_bool(option(options, "start", False))
        end = expect_bool(option(options, "end", False))
        result = str(expect_string(text))
        if start:
            result = result.lstrip(_WHITESPACE)
        return result.rstrip(_WHITESPACE) if end else result

    return function(trimmed)


@register("makeSearchPath")
def make_search_path(folder: Lazy, paths: Lazy) -> Value:
    def below(path: Lazy) -> Value:
        return add(add(force(path), "/"), force(folder))

    # An unknown path may be null, which is left out.
    found = expect_list(filtered(expect_list(paths), lambda path: not equal(force(path), None)))
    return concat_strings_sep(":", [Thunk(below, path) for path in found])


@register("makeSearchPathOutput")
def make_search_path_output(output: Lazy, folder: Lazy, packages: Lazy) -> Value:
    outputs = function(lambda package: get_output(output, package))
    return make_search_path(folder, map_(outputs, packages))


@register("makeLibraryPath")
def make_library_path(packages: Lazy) -> Value:
    return make_search_path_output("lib", "lib", packages)


@register("makeIncludePath")
def make_include_path(packages: Lazy) -> Value:
    return make_search_path_output("dev", "include", packages)


@register("makeBinPath")
def make_bin_path(packages: Lazy) -> Value:
    return make_search_path_output("bin", "bin", packages)


@register.with_interp("normalizePath")
def normalize_path(interp: Interp, path: Lazy) -> Value:
    _warn_of_path(
        interp,
        path,
        "lib.strings.normalizePath: The argument ({}) is a path value, but only strings are "
        "supported.\n    Path values are always normalised in Nix, so there's no need to call this "
        "function on them.\n    This function also copies the path to the Nix store and returns "
        'the store path, the same as "${{path}}" will, which may not be what you want.\n    This '
        "behavior is deprecated and will throw an error in the future.",
    )
    text = coerce.coerce_copying(path)
    return coerce.with_context(re.sub("/+", "/", text), text)


_ONLY_STRINGS = (
    "lib.strings.{}: The first argument ({{}}) is a path value, but only strings are supported.\n"
    "    There is almost certainly a bug in the calling code, since this function {} in such a "
    "case.\n    This function also copies the path to the Nix store, which may not be what you "
    "want.\n    This behavior is deprecated and will throw an error in the future."
)
_PREFIX_WARNING = (
    _ONLY_STRINGS.format("hasPrefix", "always returns `false`")
    + "\n    You might want to use `lib.path.hasPrefix` instead, which correctly supports paths."
)


def _warn_of_path(interp: Interp, value: Lazy, warning: str) -> None:
    found = force(value)
    if isinstance(found, Path):
        call2(builtin(interp, "warn"), warning.format(coerce.to_string(found)), None)


def _known_ends(text: Lazy) -> tuple[str, str]:
    """What a string that is not wholly known begins and ends with. Raises Unknowable."""
    value = force(text)
    if not isinstance(value, UnknownString):
        coerce.coerce_copying(value)
        raise AssertionError(value)
    first, last = value.parts[0], value.parts[-1]
    return (first if isinstance(first, str) else "", last if isinstance(last, str) else "")


@register.with_interp("hasPrefix")
def has_prefix(interp: Interp, prefix: Lazy, text: Lazy) -> Value:
    _warn_of_path(interp, prefix, _PREFIX_WARNING)
    start, given = coerce.coerce_copying(prefix), force(prefix)
    if isinstance(force(text), UnknownString):
        known = _known_ends(text)[0]
        if not starts_with(known, start) and starts_with(start, known):
            raise Unknowable(force(text))
        return isinstance(given, str) and starts_with(known, start)
    return starts_with(coerce.coerce_copying(text), start) and isinstance(given, str)


@register.with_interp("hasSuffix")
def has_suffix(interp: Interp, suffix: Lazy, text: Lazy) -> Value:
    _warn_of_path(interp, suffix, _ONLY_STRINGS.format("hasSuffix", "always returns `false`"))
    if isinstance(force(text), UnknownString):
        known, end = _known_ends(text)[1], coerce.coerce_copying(suffix)
        if not ends_with(known, end) and ends_with(end, known):
            raise Unknowable(force(text))
        return isinstance(force(suffix), str) and ends_with(known, end)
    content = coerce.coerce_copying(text)
    return ends_with(content, coerce.coerce_copying(suffix)) and isinstance(force(suffix), str)


@register.with_interp("hasInfix")
def has_infix(interp: Interp, infix: Lazy, text: Lazy) -> Value:
    _warn_of_path(interp, infix, _ONLY_STRINGS.format("hasInfix", "always returns `false`"))
    if force(infix).__class__ is not str:  # A text without context can be no wrong pattern.
        escaped = escape_regex(infix)
        expect_plain_string(coerce.with_context(f".*{escaped}.*", escaped))
    wanted, found = str(expect_string(infix)), force(text)
    if isinstance(found, UnknownString):
        for part in found.parts:
            if isinstance(part, str) and wanted in part:
                return True
        raise Unknowable(found)
    return _occurs(wanted, coerce.coerce_copying(found))


def _occurs(wanted: str, text: str) -> bool:
    if (
        store.is_symbolic(text)
        and not store.is_symbolic(wanted)
        and store.may_contain(text, wanted)
    ):
        raise Unknowable(store.symbolic_unknown(text))
    if text.isascii():
        return wanted in text
    return _bytes(wanted) in _bytes(text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@register.with_interp("removePrefix")
def remove_prefix(interp: Interp, prefix: Lazy, text: Lazy) -> Value:
    _warn_of_path(interp, prefix, _ONLY_STRINGS.format("removePrefix", "never removes any prefix"))
    start = coerce.coerce_copying(prefix)
    found = coerce.coerce_copying(text)
    if not starts_with(found, start) or not isinstance(force(prefix), str):
        return force(text)
    return coerce.with_context(slice_bytes(found, byte_length(start), -1), found)


@register.with_interp("removeSuffix")
def remove_suffix(interp: Interp, suffix: Lazy, text: Lazy) -> Value:
    _warn_of_path(interp, suffix, _ONLY_STRINGS.format("removeSuffix", "never removes any suffix"))
    return without_suffix(suffix, text)


def without_suffix(suffix: Lazy, text: Lazy) -> Value:
    end = coerce.coerce_copying(suffix)
    found = coerce.coerce_copying(text)
    if not ends_with(found, end) or not isinstance(force(suffix), str):
        return force(text)
    return coerce.with_context(slice_bytes(found, 0, byte_length(found) - byte_length(end)), found)


@register.with_interp("fileContents")
def file_contents(interp: Interp, file: Lazy) -> Value:
    return without_suffix("\n", call(builtin(interp, "readFile"), file))
