"""lib.strings, part 4: names, versions, flags of build systems, and what is a store path.

Source: nixpkgs lib/strings.nix.
"""

from __future__ import annotations

import re

from hmls.lang import coerce, store
from hmls.lang.builtins.context import discard_context
from hmls.lang.builtins.numbers import compare_versions, parse_drv_name
from hmls.lang.builtins.registry import Registry
from hmls.lang.builtins.strings import slice_bytes
from hmls.lang.combine import concat_strings
from hmls.lang.compare import equal
from hmls.lang.errors import Unknowable
from hmls.lang.force import (
    MISSING,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    select,
)
from hmls.lang.lib.attrsets import look_up
from hmls.lang.lib.list_parts import last
from hmls.lang.lib.string_bytes import byte_length, raised
from hmls.lang.lib.string_cases import split_string
from hmls.lang.lib.string_escapes import is_string_like
from hmls.lang.lib.support import assertion
from hmls.lang.values import Lazy, Unknown, Value

register = Registry()

_CMAKE_TYPES = frozenset(("BOOL", "FILEPATH", "PATH", "STRING", "INTERNAL", "LIST"))
_MAX_NAME_BYTES = 207
"""211, which Nix allows, without the `.drv`."""
_VALID_NAME = re.compile(r"[0-9A-Za-z+_?=-][0-9A-Za-z+._?=-]*")
_INVALID_CHARACTERS = re.compile(r"[^0-9A-Za-z+._?=-]+")
_CONTENT_ADDRESSED = re.compile(r"/[0-9a-z]{52}")


@register("versionOlder")
def version_older(left: Lazy, right: Lazy) -> Value:
    return compare_versions(right, left) == 1


@register("versionAtLeast")
def version_at_least(left: Lazy, right: Lazy) -> Value:
    return not version_older(left, right)


@register("getName")
def get_name(package: Lazy) -> Value:
    return _name_part(package, "pname", "name")


@register("getVersion")
def get_version(package: Lazy) -> Value:
    return _name_part(package, "version", "version")


def _name_part(package: Lazy, attribute: str, part: str) -> Value:
    """A part of a package's name, from its own attribute or by cutting the name."""
    value = force(package)
    if isinstance(value, Unknown):
        raise Unknowable(value.select(attribute))
    if isinstance(value, str):
        return parse_drv_name(value)[part]
    found = look_up(value, attribute)
    if found is not MISSING:
        return found
    return parse_drv_name(select(expect_attrs(value), "name"))[part]


@register("nameFromURL")
def name_from_url(url: Lazy, separator: Lazy) -> Value:
    filename = last(split_string("/", url))
    name = force(expect_list(split_string(separator, filename))[0])
    assertion(not equal(name, filename), "(name != filename)")
    return name


def _is_string(lazy: Lazy) -> bool:
    value = force(lazy)
    if isinstance(value, Unknown) and value.kind is None:
        raise Unknowable(value)
    return isinstance(value, str) or (isinstance(value, Unknown) and value.kind == "string")


def _is_bool(lazy: Lazy) -> bool:
    value = force(lazy)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    return isinstance(value, bool)


@register("cmakeOptionType")
def cmake_option_type(kind: Lazy, feature: Lazy, value: Lazy) -> Value:
    shown = raised(expect_string(kind))
    assertion(shown in _CMAKE_TYPES, "(elem (toUpper type) types)")
    assertion(_is_string(feature), "(isString feature)")
    assertion(_is_string(value), "(isString value)")
    return concat_strings(["-D", force(feature), ":", shown, "=", force(value)])


@register("cmakeBool")
def cmake_bool(condition: Lazy, flag: Lazy) -> Value:
    assertion(_is_string(condition), "((lib).isString condition)")
    assertion(_is_bool(flag), "((lib).isBool flag)")
    return cmake_option_type("bool", condition, "TRUE" if expect_bool(flag) else "FALSE")


@register("cmakeFeature")
def cmake_feature(feature: Lazy, value: Lazy) -> Value:
    assertion(_is_string(feature), "((lib).isString feature)")
    assertion(_is_string(value), "((lib).isString value)")
    return cmake_option_type("string", feature, value)


@register("mesonOption")
def meson_option(feature: Lazy, value: Lazy) -> Value:
    assertion(_is_string(feature), "((lib).isString feature)")
    assertion(_is_string(value), "((lib).isString value)")
    return concat_strings(["-D", force(feature), "=", force(value)])


@register("mesonBool")
def meson_bool(condition: Lazy, flag: Lazy) -> Value:
    assertion(_is_string(condition), "((lib).isString condition)")
    assertion(_is_bool(flag), "((lib).isBool flag)")
    return meson_option(condition, "true" if expect_bool(flag) else "false")


@register("mesonEnable")
def meson_enable(feature: Lazy, flag: Lazy) -> Value:
    assertion(_is_string(feature), "((lib).isString feature)")
    assertion(_is_bool(flag), "((lib).isBool flag)")
    return meson_option(feature, "enabled" if expect_bool(flag) else "disabled")


@register("enableFeature")
def enable_feature(flag: Lazy, feature: Lazy) -> Value:
    assertion(_is_bool(flag), "((lib).isBool flag)")
    assertion(_is_string(feature), "((lib).isString feature)")
    return concat_strings(["--enable-" if expect_bool(flag) else "--disable-", force(feature)])


@register("enableFeatureAs")
def enable_feature_as(flag: Lazy, feature: Lazy, value: Lazy) -> Value:
    return _with_value(enable_feature(flag, feature), flag, value)


@register("withFeature")
def with_feature(flag: Lazy, feature: Lazy) -> Value:
    assertion(_is_string(feature), "(isString feature)")
    return concat_strings(["--with-" if expect_bool(flag) else "--without-", force(feature)])


@register("withFeatureAs")
def with_feature_as(flag: Lazy, feature: Lazy, value: Lazy) -> Value:
    return _with_value(with_feature(flag, feature), flag, value)


def _with_value(switch: Value, flag: Lazy, value: Lazy) -> Value:
    return concat_strings([switch, "=", force(value)]) if expect_bool(flag) else switch


@register("isStorePath")
def is_store_path(lazy: Lazy) -> Value:
    value = force(lazy)
    if not is_string_like(value):
        return False
    text = str(coerce.to_string(value))
    if not text.startswith("/"):
        return False
    folder = text.rpartition("/")[0] or "/"
    return folder == store.STORE or _CONTENT_ADDRESSED.fullmatch(text) is not None


@register("sanitizeDerivationName")
def sanitize_derivation_name(name: Lazy) -> Value:
    coerce.coerce_copying(name)
    text = discard_context(expect_string(name))
    if len(text) <= _MAX_NAME_BYTES and _VALID_NAME.fullmatch(text):
        return text
    safe = _INVALID_CHARACTERS.sub("-", text.lstrip("."))
    return slice_bytes(safe, max(0, byte_length(safe) - _MAX_NAME_BYTES), -1) or "unknown"
