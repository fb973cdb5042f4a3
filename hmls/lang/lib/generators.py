"""lib.generators: configuration files from values, part 1: lines, INI, plist, Dhall.

Source: nixpkgs lib/generators.nix. Where a value is unknown, so is only its part of the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import update
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    call,
    call2,
    delayed,
    expect_attrs,
    expect_bool,
    expect_list,
    force,
    get,
    names,
)
from hmls.lang.json import to_json
from hmls.lang.lib import gvariant
from hmls.lang.lib.pretty import pretty
from hmls.lang.lib.support import (
    NESTED,
    NOTHING,
    aborted,
    arguments,
    assertion,
    attribute_is,
    builtin,
    concat,
    expect_text,
    function,
    function2,
    is_string,
    join,
    library,
    map_known,
    option,
    part,
    part_of,
    pattern,
    to_text,
)
from hmls.lang.values import Attrs, Lazy, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_KEY_VALUE = pattern(optional=("mkKeyValue", "listsAsDuplicateKeys", "indent"))
_MK_KEY_VALUE = pattern(optional=("mkValueString",))
_INI = pattern(optional=("mkSectionName", "mkKeyValue", "listsAsDuplicateKeys"))
_GLOBAL = pattern("globalSection", optional=("sections",))
_RECURSION = pattern("depthLimit", optional=("throwOnDepthLimit",))
_UNSTEPPED = ("__functor", "__functionArgs", "__toString", "__pretty")


def value_text(value: Value) -> Value:
    """`mkValueStringDefault { }` of a value: a string, or an unknown in its place."""
    if isinstance(value, str | Unknown):
        return value
    if value is True or value is False or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if value.__class__ is int:
        return str(value)
    if value.__class__ is float:
        return coerce.to_string(value)
    if attribute_is(value, "type", "derivation"):
        return to_text(value)
    kind = {"list": "lists", "set": "attrsets", "lambda": "functions"}.get(type_name(value))
    if kind is None:
        kind, value = "this value is", coerce.to_string(value)
    shown = coerce.interpolate(pretty(value))
    raise aborted(f"generators.mkValueStringDefault: {kind} not supported: {shown}")


def escaped(separator: str, key: str) -> str:
    """`escape [ separator ] key`."""
    if separator:
        return coerce.with_context(key.replace(separator, "\\" + separator), key, separator)
    raw = key.encode("utf-8", "surrogateescape")
    return "\\" + "".join([bytes((byte, 92)).decode("utf-8", "surrogateescape") for byte in raw])


def line(separator: str, key: Lazy, value: Lazy, mk_value_string: Value = None) -> Value:
    """`mkKeyValueDefault { } separator key value`, with another way to print values if given."""
    name = expect_text(key)
    head = map_known(name, lambda known: escaped(separator, known))
    if mk_value_string is None:
        return concat(head, separator, part(lambda: value_text(force(value))))
    return concat(head, separator, part(lambda: call(mk_value_string, value)))


@register("mkValueStringDefault", formals=NOTHING)
def mk_value_string_default(given: Lazy) -> Value:
    arguments("mkValueStringDefault", NOTHING, given)
    return function(lambda value: concat(value_text(force(value))))


@register("mkKeyValueDefault", formals=_MK_KEY_VALUE)
def mk_key_value_default(given: Lazy) -> Value:
    options = arguments("mkKeyValueDefault", _MK_KEY_VALUE, given)

    def lines(separator: Lazy) -> Value:
        def mk_line(key: Lazy, value: Lazy) -> Value:
            mk_value_string = force(option(options, "mkValueString", None))
            return line(coerce.coerce_copying(separator), key, value, mk_value_string)

        return function2(mk_line)

    return function(lines)


EQUALS = function2(lambda key, value: line("=", key, value))
SECTION_NAME = function(
    lambda name: map_known(
        expect_text(name), lambda known: known.replace("[", "\\[").replace("]", "\\]")
    )
)


def key_values(options: Attrs, attrs: Lazy) -> Value:
    """The lines of `toKeyValue`."""
    mk_key_value = option(options, "mkKeyValue", EQUALS)
    indent = option(options, "indent", "")
    pairs = expect_attrs(attrs)
    entries: list[tuple[str, Lazy]] = []
    for name in names(pairs):
        if not expect_bool(option(options, "listsAsDuplicateKeys", False)):
            entries.append((name, pairs[name]))
            continue
        value = force(pairs[name])
        if isinstance(value, Unknown) and value.kind in (None, "list"):
            raise Unknowable(value)
        items = expect_list(value) if type_name(value) == "list" else [value]
        entries.extend([(name, item) for item in items])
    lines = [_one_line(indent, mk_key_value, name, value) for name, value in entries]
    return join("", lines)


def _one_line(indent: Lazy, mk_key_value: Lazy, name: str, value: Lazy) -> Value:
    before = part(lambda: force(indent))
    return concat(before, part(lambda: call2(force(mk_key_value), name, value)), "\n")


@register("toKeyValue", formals=_KEY_VALUE)
def to_key_value(given: Lazy) -> Value:
    options = arguments("toKeyValue", _KEY_VALUE, given)
    return function(lambda attrs: key_values(options, attrs))


def sections(options: Attrs, attrs: Lazy) -> Value:
    """The text of `toINI`."""
    mk_section_name = option(options, "mkSectionName", SECTION_NAME)
    parts = expect_attrs(attrs)
    texts: list[Value] = []
    for name in names(parts):
        head = concat("[", part_of(lambda n: call(force(mk_section_name), n), name), "]\n")
        body = part_of(lambda section: key_values(options, section), parts[name])
        texts.append(concat(head, body))
    return join("\n", texts)


@register("toINI", formals=_INI)
def to_ini(given: Lazy) -> Value:
    options = arguments("toINI", _INI, given)
    return function(lambda attrs: sections(options, attrs))


@register("toINIWithGlobalSection", formals=_INI)
def to_ini_with_global_section(given: Lazy) -> Value:
    options = arguments("toINIWithGlobalSection", _INI, given)

    def generate(inputs: Lazy) -> Value:
        both = arguments("toINIWithGlobalSection", _GLOBAL, inputs)
        head = part(lambda: _global_section(options, get(both, "globalSection")))
        body = part(lambda: sections(options, option(both, "sections", Attrs())))
        return concat(head, body)

    return function(generate, _GLOBAL)


def _global_section(options: Attrs, section: Value) -> Value:
    if isinstance(section, Attrs) and not names(section):
        return ""
    return concat(key_values(options, section), "\n")


def _is_plain_set(value: Value) -> bool:
    """A set that is no derivation."""
    if isinstance(value, Unknown) and value.kind in (None, "set"):
        raise Unknowable(value)
    return isinstance(value, Attrs) and not attribute_is(value, "type", "derivation")


def _git_value(value: Value) -> Value:
    if is_string(value):
        return concat('"', map_known(value, _git_escape), '"')
    return value_text(value)


_GIT_ESCAPES = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def _git_escape(string: str) -> str:
    return "".join([_GIT_ESCAPES.get(char, char) for char in string])


def _git_line(key: str, value: Lazy) -> Value:
    return concat(f"\t{escaped(' = ', key)} = ", part(lambda: _git_value(force(value))))


def _git_lines(key: Lazy, value: Lazy) -> Value:
    name = coerce.interpolate(force(key))
    found = force(value)
    if isinstance(found, Unknown) and found.kind == "list":
        raise Unknowable(found)
    if type_name(found) == "list":
        return join("\n", [_git_line(name, item) for item in expect_list(found)])
    return _git_line(name, found)


def _git_section_name(name: Lazy) -> Value:
    section = coerce.interpolate(force(name))
    head, dot, tail = section.partition(".")
    return section if '"' in section or not dot else f'{head} "{tail}"'


_GIT_OPTIONS = Attrs(
    {"mkKeyValue": function2(_git_lines), "mkSectionName": function(_git_section_name)}
)


@register.with_interp("toGitINI")
def to_git_ini(interp: Interp, attrs: Lazy) -> Value:
    found = expect_attrs(attrs)
    nested = [name for name in names(found) if _has_subsections(force(found[name]))]
    flat: Value = Attrs()
    for name in nested:
        section_attrs = expect_attrs(found[name])
        for inner in names(section_attrs):
            for section, key, value in _git_settings(name, inner, section_attrs[inner]):
                one = Attrs({section: Attrs({key: value})})
                flat = call2(library(interp, "attrsets", "recursiveUpdate"), flat, one)
    kept = Attrs({name: value for name, value in found.items() if name not in nested})
    return sections(_GIT_OPTIONS, update(kept, flat))


def _has_subsections(section: Value) -> bool:
    if isinstance(section, Unknown) and section.kind in (None, "set"):
        raise Unknowable(section)
    if not isinstance(section, Attrs):
        return False
    return any(_is_plain_set(force(section[name])) for name in names(section))


def _git_settings(section: str, key: str, lazy: Lazy) -> list[tuple[str, str, Value]]:
    """(section, key, value) of a setting, or of all settings in a subsection."""
    value = force(lazy)
    if not _is_plain_set(value):
        return [(section, key, value)]
    inner = f"{section}.{key}"
    with NESTED:
        found: list[tuple[str, str, Value]] = []
        for name in names(value):
            found += _git_settings(inner, name, value[name])
        return found


def _dconf_line(key: Lazy, value: Lazy) -> Value:
    return concat(
        escaped("=", coerce.interpolate(force(key))),
        "=",
        part(lambda: to_text(gvariant.mk_value(value))),
    )


@register("mkDconfKeyValue")
def mk_dconf_key_value(key: Lazy, value: Lazy) -> Value:
    return _dconf_line(key, value)


@register("toDconfINI")
def to_dconf_ini(attrs: Lazy) -> Value:
    return sections(Attrs({"mkKeyValue": function2(_dconf_line)}), attrs)


@register("withRecursion", formals=_RECURSION)
def with_recursion(given: Lazy) -> Value:
    options = arguments("withRecursion", _RECURSION, given)
    limit = force(option(options, "depthLimit", None))
    if isinstance(limit, Unknown):
        raise Unknowable(limit)
    assertion(limit.__class__ is int, "(isInt depthLimit)")

    def transform(depth: int, value: Lazy) -> Lazy:
        if depth <= limit:
            return value
        if expect_bool(option(options, "throwOnDepthLimit", True)):
            raise Thrown(
                f"Exceeded maximum eval-depth limit of {limit} while trying to evaluate with "
                "`generators.withRecursion'!"
            )
        return "<unevaluated>"

    def below(depth: int, value: Lazy) -> Lazy:
        return delayed(lambda: walk(depth + 1, delayed(lambda: force(transform(depth + 1, value)))))

    def walk(depth: int, lazy: Lazy) -> Value:
        value = force(lazy)
        if isinstance(value, Unknown):
            raise Unknowable(value)
        if isinstance(value, Attrs):
            return Attrs(
                {
                    name: value[name] if name in _UNSTEPPED else below(depth, value[name])
                    for name in names(value)
                }
            )
        if type_name(value) == "list":
            return [below(depth, item) for item in expect_list(value)]
        return force(transform(depth + 1, value))

    return function(lambda value: walk(0, value))


@register("toDhall", formals=NOTHING)
def to_dhall(given: Lazy) -> Value:
    arguments("toDhall", NOTHING, given)
    return function(lambda value: _dhall(force(value)))


def _dhall(value: Value) -> Value:
    if isinstance(value, Attrs):
        with NESTED:
            pairs = [concat(f"{name} = ", _inner_dhall(value[name])) for name in names(value)]
        return concat("{ ", join(", ", pairs), " }")
    if type_name(value) == "list":
        with NESTED:
            items = [_inner_dhall(item) for item in expect_list(value)]
        return concat("[ ", join(", ", items), " ]")
    if value.__class__ is int:
        return f"{'' if value < 0 else '+'}{value}"
    if value is True or value is False:
        return str(value)
    if value is None:
        raise aborted("generators.toDhall: cannot convert a null to Dhall")
    if type_name(value) == "lambda":
        raise aborted("generators.toDhall: cannot convert a function to Dhall")
    return to_json(value)


def _inner_dhall(lazy: Lazy) -> Value:
    return part_of(lambda item: _dhall(force(item)), lazy)


@register.with_interp("toJSON", "toYAML", formals=NOTHING)
def to_json_(interp: Interp, given: Lazy) -> Value:
    arguments("toJSON", NOTHING, given)
    return builtin(interp, "toJSON")
