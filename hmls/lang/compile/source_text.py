"""Expressions as Nix itself prints them, which its failed assertions quote.

Source: nix src/libexpr/nixexpr.cc, Expr::show; eval.cc, EvalState::assertEqValues.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hmls.lang import store
from hmls.lang.compile.core import child, text_of, unwrap
from hmls.lang.compile.names import static_name
from hmls.lang.compile.scope import Scope
from hmls.lang.show import quote, show_number
from hmls.lang.values import (
    quote_attribute,
)
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node

if TYPE_CHECKING:
    from hmls.lang.compile.attrs import Bindings

_CALLS = {"-": "__sub", "*": "__mul", "/": "__div", "<": "__lessThan"}


def source_text(node: Node, scope: Scope) -> str:
    """An expression with all parentheses, as `assertion '…' failed` shows it."""
    node = unwrap(node)
    show = _SHOWN.get(node.kind_id)
    return text_of(node, scope) if show is None else show(node, scope)


def _part(node: Node, field: int, scope: Scope) -> str:
    return source_text(child(node, field), scope)


def _literal(node: Node, scope: Scope) -> str:
    text = text_of(node, scope)
    return str(int(text)) if node.kind_id == Kind.INTEGER else show_number(float(text))


def _unary(node: Node, scope: Scope) -> str:
    inner = _part(node, Field.ARGUMENT, scope)
    return f"(! {inner})" if child(node, Field.OPERATOR).type == "!" else f"(__sub 0 {inner})"


def _binary(node: Node, scope: Scope) -> str:
    operator = text_of(child(node, Field.OPERATOR), scope)
    left, right = _part(node, Field.LEFT, scope), _part(node, Field.RIGHT, scope)
    match operator:
        case "<" | "-" | "*" | "/":
            return f"({_CALLS[operator]} {left} {right})"
        case ">":
            return f"(__lessThan {right} {left})"
        case "<=":
            return f"(! (__lessThan {right} {left}))"
        case ">=":
            return f"(! (__lessThan {left} {right}))"
        case "|>":
            return _call(child(node, Field.RIGHT), right, left)
        case "<|":
            return _call(child(node, Field.LEFT), left, right)
    return f"({left} {operator} {right})"


def _call(function: Node, text: str, argument: str) -> str:
    """What is piped into a call becomes its last argument."""
    called = text[:-1] if unwrap(function).kind_id == Kind.APPLY else f"({text}"
    return f"{called} {argument})"


def _apply(node: Node, scope: Scope) -> str:
    arguments: list[str] = []
    while node.kind_id == Kind.APPLY:
        arguments.append(_part(node, Field.ARGUMENT, scope))
        node = unwrap(child(node, Field.FUNCTION))
    return f"({' '.join([source_text(node, scope), *reversed(arguments)])})"


def _select(node: Node, scope: Scope) -> str:
    path = _path(child(node, Field.ATTRPATH), scope)
    default = node.child_by_field_id(Field.DEFAULT)
    alternative = "" if default is None else f" or ({source_text(default, scope)})"
    return f"({_part(node, Field.EXPRESSION, scope)}).{path}{alternative}"


def _has_attr(node: Node, scope: Scope) -> str:
    path = _path(child(node, Field.ATTRPATH), scope)
    return f"(({_part(node, Field.EXPRESSION, scope)}) ? {path})"


def _path(attrpath: Node, scope: Scope) -> str:
    parts = [part for part in attrpath.named_children if part.kind_id != Kind.COMMENT]
    return ".".join(_name(part, scope) for part in parts)


def _name(part: Node, scope: Scope) -> str:
    name = static_name(part, scope)
    if name is not None:
        return quote_attribute(name)
    inner = child(part, Field.EXPRESSION) if part.kind_id == Kind.INTERPOLATION else part
    return f'"${{{source_text(inner, scope)}}}"'


def _list(node: Node, scope: Scope) -> str:
    items = [item for item in node.named_children if item.kind_id != Kind.COMMENT]
    return "[ " + "".join(f"({source_text(item, scope)}) " for item in items) + "]"


def _string(node: Node, scope: Scope) -> str:
    from hmls.lang.compile.strings import string_parts

    parts = string_parts(node, scope)
    if not any(isinstance(part, Node) for part in parts):
        return quote("".join(part for part in parts if isinstance(part, str)))
    return _concatenated(parts, scope)


def _concatenated(parts: Sequence[str | Node], scope: Scope) -> str:
    shown = [
        quote(part) if isinstance(part, str) else _part(part, Field.EXPRESSION, scope)
        for part in parts
    ]
    return f"({' + '.join(shown)})"


def _path_literal(node: Node, scope: Scope) -> str:
    from hmls.lang.compile.strings import path_start

    pieces = [piece for piece in node.named_children if piece.kind_id != Kind.COMMENT]
    if not any(piece.kind_id == Kind.INTERPOLATION for piece in pieces):
        return store.shown_path(path_start(text_of(node, scope), scope))
    start = store.shown_path(path_start(text_of(pieces[0], scope), scope))
    shown = [
        _part(piece, Field.EXPRESSION, scope)
        if piece.kind_id == Kind.INTERPOLATION
        else quote(text_of(piece, scope))
        for piece in pieces[1:]
    ]
    return f"({' + '.join([start, *shown])})"


def _search_path(node: Node, scope: Scope) -> str:
    return f"(__findFile __nixPath {quote(text_of(node, scope)[1:-1])})"


def _if(node: Node, scope: Scope) -> str:
    condition = _part(node, Field.CONDITION, scope)
    then, otherwise = (
        _part(node, field, scope) for field in (Field.CONSEQUENCE, Field.ALTERNATIVE)
    )
    return f"(if {condition} then {then} else {otherwise})"


def _assert(node: Node, scope: Scope) -> str:
    condition = _part(node, Field.CONDITION, scope)
    return f"assert {condition}; {_part(node, Field.BODY, scope)}"


def _with(node: Node, scope: Scope) -> str:
    environment = _part(node, Field.ENVIRONMENT, scope)
    return f"(with {environment}; {_part(node, Field.BODY, scope)})"


def _function(node: Node, scope: Scope) -> str:
    universal = node.child_by_field_id(Field.UNIVERSAL)
    formals = node.child_by_field_id(Field.FORMALS)
    pattern = "" if universal is None else text_of(universal, scope)
    if formals is not None:
        named = [part for part in formals.named_children if part.type == "formal"]
        shown = sorted(
            (text_of(child(part, Field.NAME), scope), _default(part, scope)) for part in named
        )
        arguments = [name + default for name, default in shown]
        if any(part.type == "ellipses" for part in formals.named_children):
            arguments.append("...")
        pattern = f"{{ {', '.join(arguments)} }}" + (f" @ {pattern}" if pattern else "")
    return f"({pattern}: {_part(node, Field.BODY, scope)})"


def _default(formal: Node, scope: Scope) -> str:
    default = formal.child_by_field_id(Field.DEFAULT)
    return "" if default is None else f" ? {source_text(default, scope)}"


def _set(node: Node, scope: Scope) -> str:
    from hmls.lang.compile.attrs import bindings_of

    return _shown_set(bindings_of(node, scope), scope)


def _old_let(node: Node, scope: Scope) -> str:
    return f"({_set(node, scope)}).body"


def _let(node: Node, scope: Scope) -> str:
    from hmls.lang.compile.attrs import bindings_of

    bindings = _bindings(bindings_of(node, scope), scope)
    return f"(let {bindings}in {_part(node, Field.BODY, scope)})"


def _shown_set(bindings: Bindings, scope: Scope) -> str:
    return f"{'rec ' if bindings.recursive else ''}{{ {_bindings(bindings, scope)}}}"


def _bindings(bindings: Bindings, scope: Scope) -> str:
    from hmls.lang.compile.attrs import Bindings, Inherited, InheritedFrom, Plain

    plain: list[str] = []
    inherited: list[str] = []
    by_source: dict[int, list[str]] = {}

    def value(entry: Plain | Bindings) -> str:
        if isinstance(entry, Bindings):
            return _shown_set(entry, scope)
        return source_text(entry.node, scope)

    for name in sorted(bindings.entries):
        entry = bindings.entries[name]
        shown = quote_attribute(name)
        match entry:
            case Inherited():
                inherited.append(shown)
            case InheritedFrom(source):
                by_source.setdefault(source, []).append(shown)
            case Plain() | Bindings():
                plain.append(f"{shown} = {value(entry)}; ")
    out = [f"inherit {' '.join(inherited)}; "] if inherited else []
    for source, names in sorted(by_source.items()):
        shown_source = source_text(bindings.sources[source], scope)
        out.append(f"inherit ({shown_source}) {' '.join(names)}; ")
    dynamic = [f"{_name(part, scope)} = {value(entry)}; " for part, entry in bindings.dynamic]
    return "".join([*out, *plain, *dynamic])


_SHOWN: dict[int, Callable[[Node, Scope], str]] = {
    Kind.INTEGER: _literal,
    Kind.FLOAT: _literal,
    Kind.UNARY: _unary,
    Kind.BINARY: _binary,
    Kind.APPLY: _apply,
    Kind.SELECT: _select,
    Kind.HAS_ATTR: _has_attr,
    Kind.LIST: _list,
    Kind.STRING: _string,
    Kind.INDENTED_STRING: _string,
    Kind.PATH: _path_literal,
    Kind.SEARCH_PATH: _search_path,
    Kind.URI: lambda node, scope: quote(text_of(node, scope)),
    Kind.IF: _if,
    Kind.ASSERT: _assert,
    Kind.WITH: _with,
    Kind.FUNCTION: _function,
    Kind.ATTRSET: _set,
    Kind.REC_ATTRSET: _set,
    Kind.LET_ATTRSET: _old_let,
    Kind.LET: _let,
}
