"""lib.hm.generators.toKDL and toSCFG. Source: Home Manager modules/lib/generators.nix."""

from __future__ import annotations

from collections.abc import Callable

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    MISSING,
    expect_attrs,
    expect_bool,
    expect_list,
    force,
    get,
    has,
    names,
    select,
)
from hmls.lang.lib.support import (
    NESTED,
    arguments,
    concat,
    function,
    is_string,
    join,
    map_known,
    opaque,
    option,
    part_of,
    pattern,
    to_text,
)
from hmls.lang.values import Attrs, Lazy, Unknown, Value, type_name

register = Registry()

_KDL = pattern(optional=("escapeBackslashes", "escapeTabs"))
_SPECIAL = ("_args", "_props", "_children")
_LITERALS = ("int", "float", "string", "bool", "null")
Escapes = dict[str, str]


def _indented(lines: list[Value]) -> Value:
    """All lines of some texts, a tab before each."""
    text = map_known(join("\n", lines), lambda known: known.replace("\n", "\n\t"))
    return concat("\t", text)


def _escape(escapes: Escapes) -> Callable[[str], str]:
    return lambda text: "".join([escapes.get(char, char) for char in text])


def _sure(lazy: Lazy) -> Value:
    """A forced value of which at least the type is known. Raises Unknowable."""
    value = force(lazy)
    if isinstance(value, Unknown) and value.kind is None:
        raise Unknowable(opaque(value))
    return value


def _literal(lazy: Lazy, escapes: Escapes, allowed: tuple[str, ...], format_: str) -> Value:
    value = _sure(lazy)
    kind = type_name(value)
    if kind not in allowed:
        raise Thrown(f"Cannot convert value of type {kind} to {format_} literal.")
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if is_string(value):
        return concat('"', map_known(value, _escape(escapes)), '"')
    return to_text(value)


@register("toKDL", formals=_KDL)
def to_kdl(given: Lazy) -> Value:
    options = arguments("toKDL", _KDL, given)

    def generate(attrs: Lazy) -> Value:
        escapes = {"\n": "\\n", '"': '\\"'}
        if expect_bool(option(options, "escapeBackslashes", False)):
            escapes["\\"] = "\\\\"
        if expect_bool(option(options, "escapeTabs", False)):
            escapes["\t"] = "\\t"
        found = expect_attrs(attrs)
        return concat(join("\n", _nodes(found, names(found), escapes)), "\n")

    return function(generate)


def _nodes(attrs: Attrs, chosen: list[str], escapes: Escapes) -> list[Value]:
    def one(name: str) -> Value:
        return part_of(lambda lazy: _node(name, _sure(lazy), escapes), attrs[name])

    with NESTED:
        return [one(name) for name in chosen]


def _node(name: str, value: Value, escapes: Escapes) -> Value:
    kind = type_name(value)
    if kind in _LITERALS:
        return concat(f"{name} ", _kdl_literal(value, escapes))
    if kind == "set":
        return _set_node(name, expect_attrs(value), escapes)
    if kind == "list":
        items = expect_list(value)
        if name == "_children":
            return join("\n", [join("\n", _child_nodes(item, escapes)) for item in items])
        return _list_node(name, items, escapes)
    shown = coerce.to_string(value)
    raise Thrown(f"Cannot convert type `({kind})` to KDL:\n  {name} = {shown}\n")


def _kdl_literal(lazy: Lazy, escapes: Escapes) -> Value:
    return _literal(lazy, escapes, _LITERALS, "KDL")


def _child_nodes(child: Lazy, escapes: Escapes) -> list[Value]:
    attrs = expect_attrs(child)
    return _nodes(attrs, names(attrs), escapes)


def _set_node(name: str, attrs: Attrs, escapes: Escapes) -> Value:
    args, props = get(attrs, "_args"), get(attrs, "_props")
    words: list[Value] = [name]
    if args is not MISSING:
        words += [_word(item, escapes) for item in expect_list(args)]
    if props is not MISSING:
        given = expect_attrs(props)
        words += [concat(f"{key}=", _word(given[key], escapes)) for key in names(given)]
    children: list[Value] = []
    listed = get(attrs, "_children")
    if listed is not MISSING:
        for child in expect_list(listed):
            children += _child_nodes(child, escapes)
    children += _nodes(attrs, [key for key in names(attrs) if key not in _SPECIAL], escapes)
    if children:
        words.append(concat("{\n", _indented(children), "\n}"))
    return join(" ", words)


def _word(lazy: Lazy, escapes: Escapes) -> Value:
    return part_of(lambda item: _kdl_literal(item, escapes), lazy)


def _list_node(name: str, items: list[Lazy], escapes: Escapes) -> Value:
    kinds = [type_name(_sure(item)) for item in items]
    if "list" not in kinds and "set" not in kinds:
        return concat(f"{name} ", join(" ", [_word(item, escapes) for item in items]))
    with NESTED:
        nodes = [part_of(lambda item: _node("-", force(item), escapes), item) for item in items]
    return concat(f"{name} {{\n", _indented(nodes), "\n}")


_SCFG = {'"': '\\"', "\\": "\\\\", "\r": "\\r", "\n": "\\n", "\t": "\\t"}
_SPECIAL_CHARS = frozenset(_SCFG) | frozenset(" '{}")


@register("toSCFG")
def to_scfg(_options: Lazy, directives: Lazy) -> Value:
    found = expect_list(directives)
    return concat(join("\n", _directives(found)), "\n") if found else ""


def _directives(items: list[Lazy]) -> list[Value]:
    with NESTED:
        kept = [attrs for attrs in (expect_attrs(item) for item in items) if not _is_null(attrs)]
        return [part_of(_directive, attrs) for attrs in kept]


def _is_null(directive: Attrs) -> bool:
    """Whether it has parameters or children, but nothing in them."""
    has_params, has_children = has(directive, "params"), has(directive, "children")
    if not has_params and not has_children:
        return False
    if has_params and not _is_list_of_null(_sure(select(directive, "params"))):
        return False
    return not has_children or _is_empty_list(_sure(select(directive, "children")))


def _is_list_of_null(value: Value) -> bool:
    if type_name(value) != "list":
        return False
    items = expect_list(value)
    return len(items) == 1 and _sure(items[0]) is None


def _is_empty_list(value: Value) -> bool:
    return type_name(value) == "list" and not expect_list(value)


def _directive(directive: Attrs) -> Value:
    text = _scfg_literal(select(directive, "name"))
    if has(directive, "params") and select(directive, "params") is not None:
        params = [part_of(_scfg_literal, item) for item in expect_list(select(directive, "params"))]
        text = concat(text, " ", join(" ", params))
    if has(directive, "children") and select(directive, "children") is not None:
        children = _directives(expect_list(select(directive, "children")))
        text = concat(text, " {\n", _indented(children), "\n}")
    return text


def _scfg_literal(lazy: Lazy) -> Value:
    value = _sure(lazy)
    if isinstance(value, Unknown) and value.kind == "string":
        raise Unknowable(opaque(value))
    if isinstance(value, str) and value and not _SPECIAL_CHARS.intersection(value):
        return value
    return _literal(value, _SCFG, _LITERALS[:4], "SCFG")
