"""What a module says it declares and defines, by the text of its file alone.

Most modules are functions that give a set whose names are all written down, with no more than
`mkIf` and `mkMerge` around other such sets. To evaluate them as far as that cannot fail and reads
nothing, so that for one setting only those modules need to be called that say something of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

from hmls.lang.compile.attrs import Bindings, Inherited, InheritedFrom, Plain, bindings_of
from hmls.lang.compile.core import NOT_CONSTANT, child, constant_of, site_of, text_of, unwrap
from hmls.lang.compile.scope import Scope
from hmls.lang.errors import SyntaxErrorInFile
from hmls.lang.interp import Compiled
from hmls.lang.values import Site, Value
from hmls.syntax.kinds import STRINGS, Field, Kind
from hmls.syntax.parse import Node

Step: TypeAlias = "str | int"
"""The name of an attribute or the number of an item."""


class Leaf(NamedTuple):
    """An expression of which nothing is told.

    `path` leads to it from the module: `options` or `config`, then steps into values.
    """

    path: tuple[Step, ...]
    site: Site | None = None

    @property
    def names(self) -> None:
        return None


class Constant(NamedTuple):
    """A literal."""

    value: Value

    @property
    def names(self) -> None:
        return None


@dataclass(slots=True, eq=False)
class Told:
    """A set, or `mkIf` and `mkMerge` around sets.

    The latter are what they seem only if they are nixpkgs' own in the `lib` that the file's
    function gets.
    """

    path: tuple[Step, ...]
    site: Site | None
    _names: Names | Literal[False] | None = field(default=False, init=False)

    @property
    def names(self) -> Names | None:
        """Name → its bindings in their order; None where not all names are told."""
        if self._names is False:
            assert isinstance(self, SetOf | If | Merge)
            self._names = _names_of(self, ())
        return self._names


@dataclass(slots=True, eq=False)
class SetOf(Told):
    """A set with all of its names, in the order in which they are written."""

    items: tuple[tuple[str, Outline, Site], ...]
    _positions: dict[str, Site] | None = field(default=None, init=False)

    @property
    def positions(self) -> dict[str, Site]:
        """Where each name is written; made when a set is, as most never are."""
        if self._positions is None:
            self._positions = {name: site for name, _, site in self.items}
        return self._positions


@dataclass(slots=True, eq=False)
class If(Told):
    """`mkIf condition content`."""

    condition: Outline
    content: Outline


@dataclass(slots=True, eq=False)
class Merge(Told):
    """`mkMerge [ … ]`."""

    items: tuple[Outline, ...]


Outline: TypeAlias = "Leaf | Constant | SetOf | If | Merge"


class Bound(NamedTuple):
    """One binding of a name: to what, where, and the `mkIf` around the set that it stands in."""

    outline: Outline
    site: Site
    guards: tuple[If, ...]


Names: TypeAlias = "dict[str, list[Bound]]"


def _names_of(outline: Outline, guards: tuple[If, ...]) -> Names | None:
    match outline:
        case SetOf(items=items):
            return {name: [Bound(inner, site, guards)] for name, inner, site in items}
        case If(content=content):
            return _names_of(content, (*guards, outline))
        case Merge(items=merged):
            found: Names = {}
            for inner in merged:
                names = _names_of(inner, guards)
                if names is None:
                    return None
                for name, bound in names.items():
                    found.setdefault(name, []).extend(bound)
            return found
    return None


class FileOutline(NamedTuple):
    """The names of the set that a file gives, and what is told of its options and definitions.

    Without an attribute `config` or `options` the definitions are the set itself.
    """

    names: frozenset[str]
    options: Outline
    config: Outline


def outline_of(compiled: Compiled) -> FileOutline | None:
    """None where evaluating the file up to its set may fail, or may give other attributes."""
    if compiled.outline is None:
        compiled.outline = (_read(compiled),)
    found: FileOutline | None = compiled.outline[0]
    return found


_OPTIONS, _CONFIG = Leaf(("options",)), Leaf(("config",))
_MAX_NAMES = 3
"""In the path of a set that is looked into: few settings have more, and outlines take memory."""
_MAX_STRING = 200
"""Bytes of a literal that is kept; a set with a longer one is better left as it is too."""
_MAX_DEPTH = 12
"""Of a path with the `mkIf` and `mkMerge` on the way; of `with` and `let` around an expression."""
_MARKS = {"mkIf": 2, "mkMerge": 1}
"""Functions of `lib` that mark definitions → how many arguments they take."""


def _read(compiled: Compiled) -> FileOutline | None:
    if not compiled.is_valid:
        return None
    unit = compiled.unit
    root = unit.source().root.child_by_field_id(Field.EXPRESSION)
    try:
        return None if root is None else _Reader(Scope(unit, None, ())).file(root)
    except SyntaxErrorInFile:
        return None


class _Reader:
    """Follows scopes as the compiler does, as far as it takes to know which `mkIf` is meant."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.function: Scope | None = None
        """That of the file's function, if its pattern has `lib`."""
        self.with_lib = False
        """Whether the innermost `with` is of `lib`."""
        self.inherited: dict[Scope, set[str]] = {}
        """Of each `let` the names that it inherits from `lib`."""
        self.depth = 0
        self.marks = 0
        """How many steps of the path at hand are those of `mkIf` and `mkMerge`."""

    def file(self, node: Node) -> FileOutline | None:
        is_called = False
        while True:
            node = unwrap(node)
            kind = node.kind_id
            if kind == Kind.ATTRSET or kind == Kind.REC_ATTRSET:
                return self.set_of_file(node)
            if kind == Kind.FUNCTION and not is_called:
                if not self.enter_function(node):
                    return None
                is_called = True
                node = child(node, Field.BODY)
            else:
                inner = self.enter(node)
                if inner is None:
                    return None
                node = inner

    def set_of_file(self, node: Node) -> FileOutline | None:
        bindings = bindings_of(node, self.scope)
        if bindings.dynamic:
            return None
        if "__overrides" in bindings.entries:
            return None
        names = frozenset(bindings.entries)
        options: Outline | None = None
        config: Outline | None = None
        if bindings.recursive:
            pass
        elif "options" in names or "config" in names:
            if "options" in names:
                options = self.entry(bindings.entries["options"], _OPTIONS.path)
            if "config" in names:
                config = self.entry(bindings.entries["config"], _CONFIG.path)
        else:
            config = self.set(bindings, _CONFIG.path, None)
        return FileOutline(names, options or _OPTIONS, config or _CONFIG)

    def enter_function(self, node: Node) -> bool:
        """Whether the function takes any set."""
        formals = node.child_by_field_id(Field.FORMALS)
        universal = node.child_by_field_id(Field.UNIVERSAL)
        names = [] if universal is None else [text_of(universal, self.scope)]
        has_lib = False
        if formals is not None:
            if all(part.type != "ellipses" for part in formals.named_children):
                return False
            for part in formals.named_children:
                if part.kind_id == Kind.FORMAL:
                    names.append(text_of(child(part, Field.NAME), self.scope))
                    has_lib = has_lib or names[-1] == "lib"
        self.scope = self.scope.child(names)
        if has_lib:
            self.function = self.scope
        return True

    def enter(self, node: Node) -> Node | None:
        """The expression inside of a `with` or `let`, None for any other expression."""
        if node.kind_id == Kind.WITH:
            is_lib = self.is_lib(child(node, Field.ENVIRONMENT))
            self.scope = self.scope.with_child()
            self.with_lib = is_lib
            return child(node, Field.BODY)
        if node.kind_id == Kind.LET:
            bindings = bindings_of(node, self.scope)
            if bindings.dynamic:
                return None
            self.scope = self.scope.child(bindings.entries)
            from_lib = [self.is_lib(source) for source in bindings.sources]
            self.inherited[self.scope] = {
                name
                for name, entry in bindings.entries.items()
                if isinstance(entry, InheritedFrom) and from_lib[entry.source]
            }
            return child(node, Field.BODY)
        return None

    def is_lib(self, node: Node) -> bool:
        node = unwrap(node)
        if self.function is None or node.kind_id != Kind.VARIABLE:
            return False
        return text_of(node, self.scope) == "lib" and self.scope_of("lib") is self.function

    def scope_of(self, name: str) -> Scope | None:
        scope: Scope | None = self.scope
        while scope is not None and name not in scope.names:
            scope = scope.parent
        return scope

    def inside(self, node: Node, path: tuple[Step, ...]) -> Outline | None:
        """The outline of an expression; None for what is no thunk of its own where it stands.

        A variable is the same value as elsewhere, perhaps one that was looked at before, which
        shows in Nix's errors; a set with one is better left as it is.
        """
        inner = unwrap(node)
        kind = inner.kind_id
        site = site_of(inner, self.scope)
        leaf = Leaf(path, site)
        if kind in STRINGS:
            if any(part.kind_id == Kind.INTERPOLATION for part in inner.named_children):
                return leaf
            if site.end - site.start > _MAX_STRING:
                return None
        value = constant_of(inner, self.scope)
        if value is not NOT_CONSTANT:
            return Constant(value)
        if kind == Kind.VARIABLE or kind == Kind.FUNCTION:
            return None
        if len(path) >= _MAX_DEPTH or len(path) - self.marks > _MAX_NAMES:
            return leaf
        if kind == Kind.ATTRSET:
            return self.set(bindings_of(inner, self.scope), path, site) or leaf
        if kind == Kind.APPLY:
            return self.call(inner, path, site) or leaf
        if kind == Kind.WITH or kind == Kind.LET:
            return self.in_scope(inner, path, site) or leaf
        return leaf

    def in_scope(self, node: Node, path: tuple[Step, ...], site: Site) -> Outline | None:
        """The outline of what a `with` or `let` is around."""
        before = self.scope, self.with_lib
        self.depth += 1
        entered = self.enter(node) if self.depth < _MAX_DEPTH else None
        found = None if entered is None else self.inside(entered, path)
        self.depth -= 1
        self.scope, self.with_lib = before
        if not isinstance(found, Told):
            return None
        found.site = site  # That of the whole expression.
        return found

    def set(self, bindings: Bindings, path: tuple[Step, ...], site: Site | None) -> SetOf | None:
        if bindings.dynamic or bindings.recursive or "_type" in bindings.entries:
            return None
        items: list[tuple[str, Outline, Site]] = []
        for name, entry in bindings.entries.items():
            inner = self.entry(entry, (*path, name))
            if inner is None:
                return None
            items.append((name, inner, entry.site))
        return SetOf(path, site, tuple(items))

    def entry(self, entry: Any, path: tuple[Step, ...]) -> Outline | None:
        match entry:
            case Plain(node):
                return self.inside(node, path)
            case Bindings(site):
                is_deep = len(path) >= _MAX_DEPTH or len(path) - self.marks > _MAX_NAMES
                inner = None if is_deep else self.set(entry, path, site)
                return inner or Leaf(path, site)
            case InheritedFrom(_, site):
                return Leaf(path, site)
            case Inherited():
                return None
        raise AssertionError(entry)

    def call(self, node: Node, path: tuple[Step, ...], site: Site) -> Outline | None:
        arguments: list[Node] = []
        function = node
        while function.kind_id == Kind.APPLY and len(arguments) < 2:
            arguments.insert(0, child(function, Field.ARGUMENT))
            function = unwrap(child(function, Field.FUNCTION))
        name = self.mark(function)
        if name is None or len(arguments) != _MARKS[name]:
            return None
        if any(self.is_or(argument) for argument in arguments):
            return None
        if name == "mkMerge":
            self.marks += 2
            merge = self.merge(unwrap(arguments[0]), path, site)
            self.marks -= 2
            return merge
        self.marks += 1
        condition = self.inside(arguments[0], (*path, "condition"))
        content = self.inside(arguments[1], (*path, "content"))
        self.marks -= 1
        if condition is None or content is None:
            return None
        if not isinstance(condition, Constant):
            condition = Leaf((*path, "condition"), condition.site)
        return If(path, site, condition, content)

    def merge(self, node: Node, path: tuple[Step, ...], site: Site) -> Merge | None:
        if node.kind_id != Kind.LIST:
            return None
        nodes = [item for item in node.named_children if item.kind_id != Kind.COMMENT]
        if not nodes:
            return None
        items: list[Outline] = []
        for number, item in enumerate(nodes):
            inner = self.inside(item, (*path, "contents", number))
            if inner is None:
                return None
            items.append(inner)
        return Merge(path, site, tuple(items))

    def mark(self, function: Node) -> str | None:
        """The name of a function that marks definitions, if that is what it certainly is."""
        if function.kind_id == Kind.VARIABLE:
            name = text_of(function, self.scope)
            if name not in _MARKS:
                return None
            bound = self.scope_of(name)
            if bound is None:
                return name if self.with_lib else None
            return name if name in self.inherited.get(bound, ()) else None
        if function.kind_id == Kind.SELECT and self.is_lib(child(function, Field.EXPRESSION)):
            path = child(function, Field.ATTRPATH)
            name = text_of(path, self.scope)
            if name in _MARKS and function.child_by_field_id(Field.DEFAULT) is None:
                return name
        return None

    def is_or(self, node: Node) -> bool:
        """Whether it is a variable `or`, which Nix takes for an argument of what is before it."""
        return node.kind_id == Kind.VARIABLE and text_of(node, self.scope) == "or"
