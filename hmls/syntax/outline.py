"""What a module file defines, by its structure alone: attribute paths and where they stand.

Functions of the module system that only wrap (mkIf, mkMerge, mkForce …) are looked through,
as are `let`, `with`, `assert`, `//` and the module's own function.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hmls.syntax.attrpath import attrpath_names, attrpath_parts, part_name
from hmls.syntax.kinds import SETS, UPDATES, Field, Kind
from hmls.syntax.parse import Node, Source

WRAPPERS = {
    "mkIf": 1, "mkMerge": 0, "mkForce": 0, "mkDefault": 0, "mkOverride": 1, "mkBefore": 0,
    "mkAfter": 0, "mkOrder": 1, "mkOptionDefault": 0, "mkVMOverride": 0, "mkImageMediaOverride": 0,
    "optionalAttrs": 1, "mkAssert": 2, "recursiveUpdate": 1,
}  # fmt: skip
"""Function → how many arguments stand before the one that is the definition."""
_MODULE_ROOTS = ("config", "options")
_LONGEST = 200
"""Names of a path; what is in a set that lies deeper is no part of the outline."""
_MAY_HOLD_SETS = frozenset(
    (*SETS, Kind.PARENTHESIZED, Kind.FUNCTION, Kind.WITH, Kind.ASSERT, Kind.LET, Kind.IF,
     Kind.BINARY, Kind.APPLY)
)  # fmt: skip


class Defined(NamedTuple):
    """One binding. `path` starts at the option tree: a leading `config` is dropped.

    `start` to `end` is the attribute path as written, `value_start` to `value_end` the
    value, all in bytes. `declares` says that the binding stands below `options`.
    """

    path: tuple[str, ...]
    start: int
    end: int
    value_start: int
    value_end: int
    is_leaf: bool
    declares: bool = False


def outline(source: Source) -> list[Defined]:
    """All bindings of a module file, outer ones before those inside."""
    expression = source.root.child_by_field_id(Field.EXPRESSION)
    if expression is None:
        return []
    found: list[Defined] = []
    for module in module_sets(expression):
        names = {name for clause in _clauses(module) for name in _first_name(clause)}
        _walk(module, (), found, structured=bool(names & set(_MODULE_ROOTS)))
    return found


def module_sets(expression: Node) -> Iterator[Node]:
    """The attribute sets that a file's expression is made of."""
    stack = [expression]
    while stack:
        node = stack.pop()
        if node.kind_id in SETS:
            yield node
        else:
            stack.extend(reversed(list(inside(node))))


def inside(node: Node) -> Iterator[Node]:
    """The expressions that a definition consists of, where its expression only wraps them."""
    match node.kind_id:
        case Kind.PARENTHESIZED:
            yield from _fields(node, Field.EXPRESSION)
        case Kind.FUNCTION | Kind.WITH | Kind.ASSERT | Kind.LET:
            yield from _fields(node, Field.BODY)
        case Kind.IF:
            yield from _fields(node, Field.CONSEQUENCE, Field.ALTERNATIVE)
        case Kind.BINARY if _operator(node) in UPDATES:
            yield from _fields(node, Field.LEFT, Field.RIGHT)
        case Kind.APPLY:
            yield from _wrapped(node)


def _wrapped(node: Node) -> Iterator[Node]:
    """The argument that a wrapper such as mkIf takes as definition."""
    arguments: list[Node] = []
    function: Node | None = node
    while function is not None and function.kind_id == Kind.APPLY:
        arguments.extend(_fields(function, Field.ARGUMENT))
        function = function.child_by_field_id(Field.FUNCTION)
    if function is None:
        return
    name = function_name(function)
    arguments.reverse()
    if name == "mkMerge":
        for argument in arguments[:1]:
            yield from _list_items(argument)
    elif name in WRAPPERS:
        yield from arguments[WRAPPERS[name] : WRAPPERS[name] + 1]


def _list_items(expression: Node) -> Iterator[Node]:
    stack = [expression]
    while stack:
        node = stack.pop()
        if node.kind_id == Kind.LIST:
            yield from (item for item in node.named_children if item.kind_id != Kind.COMMENT)
        elif node.kind_id == Kind.PARENTHESIZED:
            stack.extend(_fields(node, Field.EXPRESSION))
        elif node.kind_id == Kind.BINARY and _operator(node) == "++":
            stack.extend(_fields(node, Field.RIGHT, Field.LEFT))


def function_name(node: Node) -> str:
    """The last name of what is called: `mkIf` of `lib.mkIf` and of `mkIf`."""
    if node.kind_id == Kind.SELECT:
        attrpath = node.child_by_field_id(Field.ATTRPATH)
        parts = attrpath_parts(attrpath) if attrpath is not None else []
        return part_name(parts[-1]) if parts else ""
    if node.kind_id == Kind.VARIABLE:
        return (node.text or b"").decode("utf-8", "replace")
    return ""


def _walk(
    node: Node,
    prefix: tuple[str, ...],
    found: list[Defined],
    *,
    structured: bool,
    declares: bool = False,
) -> None:
    """Add the bindings of a set and of those inside its values."""
    stack: list[tuple[Node, tuple[str, ...], bool, bool]] = [(node, prefix, structured, declares)]
    while stack:
        current, path, at_root, declaring = stack.pop()
        later: list[tuple[Node, tuple[str, ...], bool, bool]] = []
        for clause in _clauses(current):
            if clause.kind_id != Kind.BINDING:
                _add_inherited(clause, path, found, declaring)
                continue
            attrpath = clause.child_by_field_id(Field.ATTRPATH)
            value = clause.child_by_field_id(Field.EXPRESSION)
            if attrpath is None or value is None:
                continue
            names = attrpath_names(attrpath)
            inner_declares = declaring
            if at_root and names[0] in _MODULE_ROOTS:
                inner_declares = names[0] == "options"
                names = names[1:]
            whole = path + names
            holds_sets = value.kind_id in _MAY_HOLD_SETS and not (
                inner_declares and _is_option(value)
            )
            sets = list(module_sets(value)) if holds_sets else []
            if whole:
                found.append(
                    Defined(
                        whole,
                        attrpath.start_byte,
                        attrpath.end_byte,
                        value.start_byte,
                        value.end_byte,
                        not sets,
                        inner_declares,
                    )
                )
            if len(whole) < _LONGEST:
                later.extend((inner, whole, False, inner_declares) for inner in sets)
        stack.extend(reversed(later))


def _is_option(value: Node) -> bool:
    """Whether a value declares one option, so that what is inside is no path."""
    while value.kind_id == Kind.APPLY:
        function = value.child_by_field_id(Field.FUNCTION)
        if function is None:
            return False
        value = function
    return function_name(value) in ("mkOption", "mkEnableOption", "mkPackageOption")


def _add_inherited(
    clause: Node, path: tuple[str, ...], found: list[Defined], declares: bool
) -> None:
    attrs = clause.child_by_field_id(Field.ATTRS)
    for part in attrs.named_children if attrs is not None else ():
        if part.kind_id != Kind.COMMENT:
            start, end = part.start_byte, part.end_byte
            found.append(Defined((*path, part_name(part)), start, end, start, end, True, declares))


def _clauses(node: Node) -> Iterator[Node]:
    for group in node.named_children:
        if group.kind_id == Kind.BINDING_SET:
            yield from group.named_children


def _first_name(clause: Node) -> Iterator[str]:
    attrpath = clause.child_by_field_id(Field.ATTRPATH)
    if attrpath is not None:
        yield from attrpath_names(attrpath)[:1]


def _fields(node: Node, *fields: int) -> Iterator[Node]:
    for field in fields:
        child = node.child_by_field_id(field)
        if child is not None:
            yield child


def _operator(node: Node) -> str:
    operator = node.child_by_field_id(Field.OPERATOR)
    return "" if operator is None else operator.type
