"""What stands at a position, as the features of the editor need to know it.

Nothing is evaluated. All offsets are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from hmls.syntax.attrpath import (
    DYNAMIC,
    ELEMENT,
    attrpath_parts,
    node_text,
    part_name,
    plain_string,
)
from hmls.syntax.kinds import SETS, STRINGS, UPDATES, Field, Kind
from hmls.syntax.outline import WRAPPERS, function_name
from hmls.syntax.parse import Node, Source, node_at
from hmls.syntax.scopes import inherited_path, is_all_arguments, root_path

_LONGEST = 200
"""Names of an attribute path that positions in it are told apart by; people write six."""


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int

    def __contains__(self, offset: int) -> bool:
        return self.start <= offset <= self.end


@dataclass(frozen=True, slots=True)
class BindingName:
    """A name in the path of a binding: `git` in `programs.git.enable = true;`.

    `path` is the whole path from the top of the file's set to the name at the position,
    `full_path` to the end of the binding's own path. `is_anchored` says that the way up
    only leads through sets and wrappers such as mkIf, so that it is a path of options.
    `section` is what the path starts below: `config`, `options`, or neither. Where the way
    also leads through lists and functions, as into the modules of a list of submodules,
    `inside` is the path with ELEMENT for each list; it may be one of options.
    """

    path: tuple[str, ...]
    full_path: tuple[str, ...]
    span: Span
    attrpath: Span
    value: Span | None
    is_anchored: bool
    section: str | None
    inside: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """A name in a selection: `git` in `config.programs.git.enable`.

    `path` is what the expression up to the name selects, from a module argument where
    that can be told (`cfg.x` gives `config.my.x`), else from the variable as written.
    """

    path: tuple[str, ...]
    full_path: tuple[str, ...]
    span: Span
    whole: Span


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, or a name in `inherit`."""

    name: str
    span: Span
    path: tuple[str, ...] | None
    """What it stands for, as in `Selection`."""


@dataclass(frozen=True, slots=True)
class Formal:
    """An argument in the pattern of a function."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class PathText:
    """A path literal."""

    text: str
    span: Span
    in_imports: bool


@dataclass(frozen=True, slots=True)
class StringText:
    """A string, or the piece between two interpolations. `span` excludes the quotes.

    `of` is the path that it is the value of, `compared_with` the path that it is compared
    with by `==` or `!=`, where there is one.
    """

    text: str
    span: Span
    of: tuple[str, ...] | None
    compared_with: tuple[str, ...] | None
    is_whole: bool


Context: TypeAlias = BindingName | Selection | Variable | Formal | PathText | StringText


def context_at(source: Source, offset: int) -> Context | None:
    """What is at a byte offset, or None for keywords, numbers and blanks."""
    node = node_at(source, offset)
    parent = node.parent
    if node.kind_id in (Kind.PATH, Kind.HOME_PATH):
        return _path(node)
    if node.type == "path_fragment" and parent is not None:
        return _path(parent)
    if node.type in ("string_fragment", "escape_sequence", "dollar_escape") and parent is not None:
        node = parent
    if node.kind_id in STRINGS:
        inside = node.parent
        if inside is not None and _is_name_position(inside):
            return _named(node)
        return _string(node, offset)
    if node.kind_id == Kind.IDENTIFIER:
        return _named(node)
    if node.kind_id == Kind.VARIABLE:
        return _variable(node)
    return None


def _is_name_position(parent: Node) -> bool:
    return parent.kind_id == Kind.ATTRPATH or parent.type == "inherited_attrs"


def _named(node: Node) -> Context | None:
    parent = node.parent
    if parent is None:
        return None
    if parent.kind_id == Kind.VARIABLE:
        return _variable(parent)
    if parent.kind_id == Kind.FORMAL:
        return Formal(node_text(node), _span(node))
    if parent.kind_id == Kind.FUNCTION:
        return Formal(node_text(node), _span(node))
    if parent.type == "inherited_attrs":
        return Variable(part_name(node), _span(node), inherited_path(node))
    if parent.kind_id != Kind.ATTRPATH:
        return None
    owner = parent.parent
    if owner is None or parent.named_child_count > _LONGEST:
        return None
    if owner.kind_id == Kind.BINDING:
        return binding_name(owner, parent, node)
    return _selection(owner, parent, node)


def _variable(node: Node) -> Variable:
    return Variable(node_text(node), _span(node), root_path(node))


def _selection(owner: Node, attrpath: Node, part: Node) -> Selection | None:
    """A name in `a.b.c` or in `a ? b.c`."""
    base = owner.child_by_field_id(Field.EXPRESSION)
    if base is None:
        return None
    start = root_path(base)
    if start is None:
        start = (" ".join(node_text(base).split())[:40],)
    names, upto = _names_upto(attrpath, part)
    if len(upto) > 1 and is_all_arguments(base):
        start = ()
    return Selection(start + upto, start + names, _span(part), _span(owner))


def _names_upto(attrpath: Node, part: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(all names of a path, those up to one of its parts)."""
    names: list[str] = []
    upto: tuple[str, ...] = ()
    for each in attrpath_parts(attrpath):
        names.append(part_name(each))
        if each == part:
            upto = tuple(names)
    return tuple(names), upto or tuple(names)


def binding_name(binding: Node, attrpath: Node, part: Node) -> BindingName:
    """The context of one name in the path of a binding."""
    names, upto = _names_upto(attrpath, part)
    outer, anchored = outer_path(binding)
    value = binding.child_by_field_id(Field.EXPRESSION)
    section, dropped = _section(outer, names)
    return BindingName(
        (outer + upto)[dropped:],
        (outer + names)[dropped:],
        _span(part),
        _span(attrpath),
        None if value is None else _span(value),
        anchored,
        section,
        None if anchored else _inside(binding, upto),
    )


def _section(outer: tuple[str, ...], names: tuple[str, ...]) -> tuple[str | None, int]:
    """Whether a path starts below `config` or `options`, which is then no part of it."""
    first = (outer + names)[0]
    if first in ("config", "options") and len(outer + names) > 1:
        return first, 1
    return None, 0


def outer_path(binding: Node) -> tuple[tuple[str, ...], bool]:
    """The path of the bindings around a binding, and whether only sets and wrappers are between."""
    path: tuple[str, ...] = ()
    in_imports = False
    are_modules = False  # Whether the functions further out are known to be modules too.
    inner, node = binding, binding.parent
    while node is not None:
        kind = node.kind_id
        if kind == Kind.BINDING:
            attrpath = node.child_by_field_id(Field.ATTRPATH)
            if attrpath is not None:
                names = _names_upto(attrpath, attrpath)[0]
                path = (names[:-1] if in_imports else names) + path
                in_imports = False
        elif kind == Kind.FUNCTION:
            if not are_modules:
                are_modules = _is_module_function(node)
                if not are_modules and not _is_inner_module(node):
                    return path, False
        elif kind == Kind.LIST and _is_imports(node):
            in_imports = True
        elif not _looks_through(node, inner):
            return path, kind == Kind.SOURCE
        if kind == Kind.LET and inner.kind_id == Kind.BINDING_SET:
            return path, False
        are_modules = are_modules and kind in _AROUND_MODULES
        inner, node = node, node.parent
    return path, True


_AROUND_MODULES = frozenset((Kind.PARENTHESIZED, Kind.LET, Kind.WITH, Kind.FUNCTION, Kind.ASSERT))


def _inside(binding: Node, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The path to a binding where its way up leads through lists and functions, else None."""
    path = names
    inner, node = binding, binding.parent
    while node is not None:
        kind = node.kind_id
        if kind == Kind.BINDING:
            attrpath = node.child_by_field_id(Field.ATTRPATH)
            if attrpath is not None:
                above = _names_upto(attrpath, attrpath)[0]
                path = (above[:-1] if above[-1:] == ("imports",) else above) + path
        elif kind == Kind.LIST:
            if not _is_merge_list(node) and not _is_imports(node):
                path = (ELEMENT, *path)
        elif kind == Kind.APPLY and _callee(node) in _MAPPERS:
            if inner.kind_id in (Kind.PARENTHESIZED, Kind.FUNCTION):
                path = (ELEMENT, *path)
        elif kind not in (Kind.FUNCTION, Kind.SOURCE) and not _looks_through(node, inner):
            return None
        if kind == Kind.LET and inner.kind_id == Kind.BINDING_SET:
            return None
        inner, node = node, node.parent
    return path[1:] if path[:1] == ("config",) else path


_MAPPERS = frozenset(("map", "mapAttrs", "genAttrs"))
"""Functions that make each element of a list or a set by the function they are given."""


def _is_module_function(node: Node) -> bool:
    """Whether a function is the one that a module file consists of."""
    outer = node.parent
    while outer is not None and outer.kind_id in _AROUND_MODULES:
        outer = outer.parent
    return outer is None or outer.kind_id == Kind.SOURCE


def _is_inner_module(node: Node) -> bool:
    """Whether a function is a module in `imports`, or the home of a user of a system."""
    outer = node.parent
    while outer is not None and outer.kind_id in (Kind.PARENTHESIZED, Kind.FUNCTION):
        outer = outer.parent
    if outer is None:
        return False
    if outer.kind_id == Kind.LIST:
        return _is_imports(outer)
    if outer.kind_id != Kind.BINDING:
        return False
    attrpath = outer.child_by_field_id(Field.ATTRPATH)
    names = () if attrpath is None else _names_upto(attrpath, attrpath)[0]
    return (outer_path(outer)[0] + names)[-3:-1] == ("home-manager", "users")


def _is_imports(node: Node) -> bool:
    """Whether a list is the value of `imports`, or a part of it."""
    outer = node.parent
    while outer is not None and outer.kind_id in (Kind.PARENTHESIZED, Kind.BINARY):
        outer = outer.parent
    if outer is None or outer.kind_id != Kind.BINDING:
        return False
    attrpath = outer.child_by_field_id(Field.ATTRPATH)
    return attrpath is not None and _names_upto(attrpath, attrpath)[0][-1:] == ("imports",)


def _looks_through(node: Node, inner: Node) -> bool:
    match node.kind_id:
        case Kind.BINDING_SET | Kind.PARENTHESIZED | Kind.WITH | Kind.LET | Kind.ASSERT | Kind.IF:
            return True
        case kind if kind in SETS:
            return True
        case Kind.BINARY:
            operator = node.child_by_field_id(Field.OPERATOR)
            return operator is not None and operator.type in (*UPDATES, "++")
        case Kind.LIST:
            return _is_merge_list(node)
        case Kind.APPLY:
            return _wraps(node, inner)
    return False


def _is_merge_list(node: Node) -> bool:
    """Whether a list is the argument of mkMerge, or part of one."""
    outer = node.parent
    while outer is not None and outer.kind_id in (Kind.PARENTHESIZED, Kind.BINARY):
        outer = outer.parent
    return outer is not None and outer.kind_id == Kind.APPLY and _callee(outer) == "mkMerge"


def _wraps(node: Node, inner: Node) -> bool:
    """Whether the last argument of a wrapper such as mkIf is what we come from."""
    if node.child_by_field_id(Field.ARGUMENT) != inner:
        return node.child_by_field_id(Field.FUNCTION) != inner
    return _callee(node) in WRAPPERS


def _callee(node: Node) -> str:
    function: Node | None = node
    while function is not None and function.kind_id == Kind.APPLY:
        function = function.child_by_field_id(Field.FUNCTION)
    return "" if function is None else function_name(function)


def _path(node: Node) -> PathText:
    return PathText(node_text(node), _span(node), _in_imports(node))


def _in_imports(node: Node) -> bool:
    """Whether an expression is an item of `imports`, or what `import` is called with."""
    outer = node.parent
    while outer is not None:
        if outer.kind_id == Kind.APPLY and _callee(outer) == "import":
            return True
        if outer.kind_id == Kind.BINDING:
            attrpath = outer.child_by_field_id(Field.ATTRPATH)
            names = _names_upto(attrpath, attrpath)[0] if attrpath is not None else ()
            return names[-1:] in (("imports",), ("modules",), ("sharedModules",))
        outer = outer.parent
    return False


def _string(node: Node, offset: int) -> StringText:
    quote = 1 if node.kind_id == Kind.STRING else 2
    start, end = node.start_byte + quote, max(node.start_byte + quote, node.end_byte - quote)
    pieces = [c for c in node.named_children if c.kind_id == Kind.INTERPOLATION]
    for piece in pieces:
        if piece.end_byte <= offset:
            start = piece.end_byte
        elif piece.start_byte >= offset:
            end = piece.start_byte
            break
    raw = node.text or b""
    text = raw[start - node.start_byte : end - node.start_byte].decode("utf-8", "replace")
    return StringText(text, Span(start, end), value_of(node), _compared_with(node), not pieces)


def value_of(node: Node) -> tuple[str, ...] | None:
    """The path whose value an expression is, itself or inside lists and wrappers."""
    inner, outer = node, node.parent
    while outer is not None:
        if outer.kind_id == Kind.BINDING:
            attrpath = outer.child_by_field_id(Field.ATTRPATH)
            if attrpath is None or inner == attrpath:
                return None
            names = _names_upto(attrpath, attrpath)[0]
            above, anchored = outer_path(outer)
            _, dropped = _section(above, names)
            deeper = None if anchored else _inside(outer, names)
            return deeper or (above + names)[dropped:]
        if outer.kind_id != Kind.LIST and not _looks_through(outer, inner):
            return None
        inner, outer = outer, outer.parent
    return None


def _compared_with(node: Node) -> tuple[str, ...] | None:
    """The path on the other side of a comparison, or that `elem x [ "…" ]` looks for."""
    outer = node.parent
    if outer is None:
        return None
    if outer.kind_id == Kind.BINARY:
        operator = outer.child_by_field_id(Field.OPERATOR)
        if operator is None or operator.type not in ("==", "!="):
            return None
        left, right = (outer.child_by_field_id(f) for f in (Field.LEFT, Field.RIGHT))
        other = right if left == node else left
        return None if other is None else root_path(other)
    if outer.kind_id == Kind.LIST:
        call = outer.parent
        if call is not None and call.kind_id == Kind.APPLY and _callee(call) == "elem":
            function = call.child_by_field_id(Field.FUNCTION)
            wanted = function.child_by_field_id(Field.ARGUMENT) if function is not None else None
            return None if wanted is None else root_path(wanted)
    return None


def _span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)


__all__ = [
    "DYNAMIC", "BindingName", "Context", "Formal", "PathText", "Selection", "Span", "StringText",
    "Variable", "context_at", "plain_string",
]  # fmt: skip
