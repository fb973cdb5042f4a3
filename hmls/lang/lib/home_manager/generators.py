"""lib.hm.generators: text in the order of DAG entries, and Hyprland's configuration.

Source: Home Manager modules/lib/generators.nix.
"""

from __future__ import annotations

from collections.abc import Iterable

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import update
from hmls.lang.errors import Unknowable
from hmls.lang.force import (
    call,
    call2,
    expect_attrs,
    expect_bool,
    expect_int,
    expect_list,
    expect_string,
    force,
    is_derivation,
    names,
    select,
)
from hmls.lang.json import to_json
from hmls.lang.lib.generators import EQUALS, SECTION_NAME, key_values
from hmls.lang.lib.home_manager.dag import entry, is_entry, topo_sort
from hmls.lang.lib.support import (
    NESTED,
    aborted,
    arguments,
    assertion,
    concat,
    function,
    join,
    option,
    part,
    part_of,
    pattern,
)
from hmls.lang.values import Attrs, Lazy, Path, Unknown, Value, type_name

register = Registry()

_CYCLE = pattern(optional=("cycleErrorMessage",))
_TEXT = pattern("renderAttrs", "renderList", "renderValue", optional=("cycleErrorMessage",))
_KEY_VALUE = pattern(
    optional=("mkKeyValue", "listsAsDuplicateKeys", "listToValue", "indent", "cycleErrorMessage")
)
_INI = pattern(
    optional=(
        "mkSectionName", "mkKeyValue", "listsAsDuplicateKeys", "listToValue", "cycleErrorMessage",
    )
)  # fmt: skip
_HYPRCONF = pattern("attrs", optional=("indentLevel", "importantPrefixes"))
_NOT_BOTH = "(listsAsDuplicateKeys -> (listToValue == null))"
Entries = list[tuple[Value, Lazy]]


def _is_ordered(value: Value) -> bool:
    return is_entry(value) and any(expect_list(select(value, n)) for n in ("after", "before"))


@register("isDAGEntryWithOrdering")
def is_dag_entry_with_ordering(value: Lazy) -> Value:
    return _is_ordered(force(value))


@register("hasDAGEntryWithOrdering")
def has_dag_entry_with_ordering(attrs: Lazy) -> Value:
    found = expect_attrs(attrs)
    return any(_is_ordered(force(found[name])) for name in names(found))


def _sorted(dag: Attrs, message: Lazy) -> Entries:
    """Name and data of the entries in their order. Raises Aborted for a cycle."""
    result = expect_attrs(topo_sort(dag))
    if "result" not in result:
        shown = coerce.interpolate(force(message))
        raise aborted(coerce.interpolate(concat(f"{shown}: ", to_json(result))))
    return [(one["name"], one["data"]) for one in result["result"]]


def ordered(attrs: Lazy, message: Lazy) -> Entries:
    """Name and value of a set's attributes, in the order that DAG entries among them want."""
    found = expect_attrs(attrs)
    if not has_dag_entry_with_ordering(found):
        return [(name, found[name]) for name in names(found)]
    dag: dict[str, Lazy] = {}
    for name, lazy in found.items():
        value = force(lazy)
        dag[name] = value if _is_ordered(value) else entry([], [], value)
    return _sorted(Attrs(dag), message)


def _pairs(entries: Entries) -> list[Lazy]:
    return [Attrs({"name": name, "value": value}) for name, value in entries]


_MESSAGE = "Dependency cycle in DAG entries"


@register("sortDAGEntries", formals=_CYCLE)
def sort_dag_entries(given: Lazy) -> Value:
    options = arguments("sortDAGEntries'", _CYCLE, given)

    def sort(attrs: Lazy) -> Value:
        found = expect_attrs(attrs)
        dag: dict[str, Lazy] = {}
        for name in names(found):
            value = force(found[name])
            dag[name] = value if is_entry(value) else entry([], [], value)
        return _pairs(_sorted(Attrs(dag), option(options, "cycleErrorMessage", _MESSAGE)))

    return function(sort)


@register("toDAGOrderedAttrs", formals=_CYCLE)
def to_dag_ordered_attrs(given: Lazy) -> Value:
    options = arguments("toDAGOrderedAttrs'", _CYCLE, given)
    message = option(options, "cycleErrorMessage", _MESSAGE)
    return function(lambda attrs: _pairs(ordered(attrs, message)))


@register("toDAGOrderedText", formals=_TEXT)
def to_dag_ordered_text(given: Lazy) -> Value:
    options = arguments("toDAGOrderedText'", _TEXT, given)
    message = option(options, "cycleErrorMessage", _MESSAGE)

    def render(lazy: Lazy) -> Value:
        value = force(lazy)
        if isinstance(value, Unknown) and value.kind in (None, "set", "list"):
            raise Unknowable(value)
        kind = type_name(value)
        if isinstance(value, Path) or is_derivation(value) or kind not in ("set", "list"):
            return call(select(options, "renderValue"), value)
        with NESTED:
            if kind == "list":
                items: list[Lazy] = [part_of(render, item) for item in expect_list(value)]
                return call(select(options, "renderList"), items)
            entries = [(name, part_of(render, inner)) for name, inner in ordered(value, message)]
            return call(select(options, "renderAttrs"), _pairs(entries))

    return function(render)


def _check_lists(options: Attrs) -> None:
    doubled = expect_bool(option(options, "listsAsDuplicateKeys", False))
    to_value = force(option(options, "listToValue", None))
    assertion(not doubled or to_value is None, _NOT_BOTH)


@register("toDAGOrderedKeyValue", formals=_KEY_VALUE)
def to_dag_ordered_key_value(given: Lazy) -> Value:
    options = arguments("toDAGOrderedKeyValue'", _KEY_VALUE, given)
    _check_lists(options)
    return function(lambda attrs: ordered_key_values(options, attrs))


def ordered_key_values(options: Attrs, attrs: Lazy) -> Value:
    """A line for each attribute, or each item of those that are lists."""
    mk_key_value = option(options, "mkKeyValue", EQUALS)
    indent = force(option(options, "indent", ""))
    to_value = force(option(options, "listToValue", None))
    doubled = expect_bool(option(options, "listsAsDuplicateKeys", False))
    entries: Entries = []
    for name, lazy in ordered(attrs, option(options, "cycleErrorMessage", _MESSAGE)):
        is_list = (doubled or to_value is not None) and _is_list(lazy)
        if doubled and is_list:
            entries += [(name, item) for item in expect_list(lazy)]
        else:
            entries.append((name, call(to_value, lazy) if is_list else lazy))
    return join("", [_line(indent, mk_key_value, name, value) for name, value in entries])


def _is_list(lazy: Lazy) -> bool:
    value = force(lazy)
    if isinstance(value, Unknown) and value.kind is None:
        raise Unknowable(value)
    return type_name(value) == "list"


def _line(indent: Value, mk_key_value: Lazy, name: Value, value: Lazy) -> Value:
    return concat(indent, part(lambda: call2(force(mk_key_value), name, value)), "\n")


@register("toDAGOrderedINI", formals=_INI)
def to_dag_ordered_ini(given: Lazy) -> Value:
    options = arguments("toDAGOrderedINI'", _INI, given)
    _check_lists(options)
    return function(lambda attrs: ordered_sections(options, attrs))


def ordered_sections(options: Attrs, attrs: Lazy) -> Value:
    message = option(options, "cycleErrorMessage", "Dependency cycle in INI sections")
    inner = expect_attrs(update(options, Attrs({"cycleErrorMessage": message})))
    mk_section_name = option(options, "mkSectionName", SECTION_NAME)
    texts: list[Value] = []
    for name, section in ordered(attrs, message):
        head = concat("[", part_of(lambda n: call(force(mk_section_name), n), name), "]\n")
        texts.append(concat(head, part_of(lambda s: ordered_key_values(inner, s), section)))
    return join("\n", texts)


@register("toHyprconf", formals=_HYPRCONF)
def to_hyprconf(given: Lazy) -> Value:
    options = arguments("toHyprconf", _HYPRCONF, given)
    level = expect_int(option(options, "indentLevel", 0))
    prefixes = [
        expect_string(prefix) for prefix in expect_list(option(options, "importantPrefixes", ["$"]))
    ]
    return _hyprconf(expect_attrs(select(options, "attrs")), "  " * level, tuple(prefixes))


def _hyprconf(attrs: Attrs, indent: str, prefixes: tuple[str, ...]) -> Value:
    """Important fields first, then sections, then the other fields."""
    order = names(attrs)
    important = [name for name in order if name.startswith(prefixes)]
    others = [name for name in order if name not in important]
    nested = [name for name in others if _is_nested(force(attrs[name]))]
    plain = [name for name in others if name not in nested]
    with NESTED:
        sections = [_hypr_section(name, force(attrs[name]), indent, prefixes) for name in nested]
    return concat(
        _hypr_fields(attrs, important, indent),
        join("\n", sections),
        _hypr_fields(attrs, plain, indent),
    )


def _is_nested(value: Value) -> bool:
    if isinstance(value, Unknown) and value.kind in (None, "set", "list"):
        raise Unknowable(value)
    return type_name(value) in ("set", "list")


def _hypr_fields(attrs: Attrs, chosen: Iterable[str], indent: str) -> Value:
    options = Attrs({"listsAsDuplicateKeys": True, "indent": indent})
    return key_values(options, Attrs({name: attrs[name] for name in chosen}))


def _hypr_section(name: str, value: Value, indent: str, prefixes: tuple[str, ...]) -> Value:
    if type_name(value) == "list":
        items = [force(item) for item in expect_list(value)]
        separator = "\n" if all(_is_set(item) for item in items) else ""
        return join(separator, [_hypr_section(name, item, indent, prefixes) for item in items])
    if _is_set(value):
        inner = part(lambda: _hyprconf(value, f"  {indent}", prefixes))
        return concat(f"{indent}{name} {{\n", inner, f"{indent}}}\n")
    return _hyprconf(Attrs({name: value}), indent, prefixes)


def _is_set(value: Value) -> bool:
    if isinstance(value, Unknown) and value.kind in (None, "set"):
        raise Unknowable(value)
    return isinstance(value, Attrs)
