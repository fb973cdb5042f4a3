"""What Nix refuses when it reads a file, although its syntax is right.

Nix reports undefined variables, duplicate attributes and the like when a file is parsed: to
import a file with one anywhere in it fails. Source: nix src/libexpr/parser.y, lexer.l,
parser-state.hh; nixexpr.cc, the bindVars methods.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from operator import itemgetter

from hmls.lang.bind_order import bind_order
from hmls.lang.builtins import top_level_names
from hmls.lang.compile.attrs import Bindings, Inherited, InheritedFrom, Plain, bindings_of
from hmls.lang.compile.core import child
from hmls.lang.compile.scope import Scope
from hmls.lang.compile.strings import float_value
from hmls.lang.errors import SyntaxErrorInFile
from hmls.lang.grammar import first_error
from hmls.lang.unit import Unit
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import LANGUAGE, MAX_BYTES, Node, Source, SyntaxProblem

Names = tuple[Collection[bytes], "Names | None", bool, int]
"""Names in scope: the innermost ones, the scope around, whether a `with` is around, and of how
many scopes it is the innermost."""
_MOST_SCOPES = 100
"""More than so many are made into one, lest every name is sought in thousands."""


def refusal(
    source: Source, path: str = "«string»", variables: Iterable[str] = ()
) -> SyntaxProblem | None:
    """The first problem for which Nix would not read a text; None for one that it reads."""
    if source.has_error:
        error = first_error(source.text)
        if error is not None:
            return error
    return next(iter(static_problems(source, path, variables)), None)


def is_readable(source: Source) -> bool:
    """Whether Nix would read a text: neither its syntax nor a variable of it is refused."""
    if source.has_error or len(source.text) > MAX_BYTES:
        return not source.has_error
    return not static_problems(source)


def static_problems(
    source: Source, path: str = "«string»", variables: Iterable[str] = ()
) -> list[SyntaxProblem]:
    """What Nix would refuse in a text without syntax errors, what it reports first in front.

    `path` is what messages call the file; `variables` are in scope beside the builtins.
    """
    check = _Check(source, path)
    check.run(_within(frozenset(map(_encoded, variables)), _ROOT, False))
    if check.is_suspect:
        error = first_error(source.text)
        if error is not None:
            check.problems.append((error.start_byte, error))
    refused = [problem for _, problem in sorted(check.problems, key=itemgetter(0))]
    undefined = sorted(check.undefined, key=lambda problem: problem.start_byte)
    if len(undefined) > 1:
        ranks = bind_order(source)
        undefined.sort(key=lambda problem: ranks.get(problem.start_byte, len(ranks)))
    return refused + undefined


def _within(names: Collection[bytes], outer: Names, is_with: bool) -> Names:
    """A scope in another one."""
    if outer[3] < _MOST_SCOPES:
        return names, outer, is_with, outer[3] + 1
    known: set[bytes] = set()
    around: Names | None = outer
    while around is not None:
        known.update(around[0])
        around = around[1]
    return names, (known, None, outer[2], 1), is_with, 2


_ROOT: Names = (frozenset(map(str.encode, (*top_level_names(), "__curPos"))), None, False, 1)
_KEYWORDS = frozenset(b"if then else assert with let in rec inherit".split())
_NAME = rb"(?!(?:" + b"|".join(_KEYWORDS) + rb")(?![A-Za-z0-9_'-]))[A-Za-z_][A-Za-z0-9_'-]*"
_PART = rb"(?:" + _NAME + rb'|"[^"\\$\n]*")'
_PLAIN_PATH = re.compile(_PART + rb"(?:\." + _PART + rb")*").fullmatch
"""Names that are identifiers, or strings that are what they look like; tree-sitter-nix takes
keywords for identifiers."""
_PARTS = re.compile(rb'[^".]+|"([^"]*)"')
_LEAF: dict[bytes, object] = {}
_FORMAL = LANGUAGE.id_for_node_kind("formal", True)
_SKIPPED = frozenset(
    LANGUAGE.id_for_node_kind(kind, True)
    for kind in (
        *("identifier", "comment", "string_fragment", "path_fragment", "escape_sequence"),
        *("dollar_escape", "uri_expression", "spath_expression", "hpath_expression", "ellipses"),
    )
)
_SETS = frozenset((Kind.ATTRSET, Kind.REC_ATTRSET, Kind.LET_ATTRSET, Kind.LET))
_SAME_LEVEL = {
    operator: level for level in (("==", "!="), ("<", ">", "<=", ">=")) for operator in level
}
"""Operators that do not associate → all of their level."""


class _Check:
    """One pass over a tree, with what is still to be looked at on a stack."""

    def __init__(self, source: Source, path: str) -> None:
        self.text = source.text
        self.root = source.root
        self.has_pipes = source.mended != source.text
        self.unit = Unit(path, source.text)
        self.problems: list[tuple[int, SyntaxProblem]] = []
        """With the byte offset at which Nix's parser comes upon each."""
        self.undefined: list[SyntaxProblem] = []
        self.stack: list[tuple[Node, Names]] = []
        self.is_suspect = False
        """Whether there is something that tree-sitter-nix takes and Nix may not."""

    def run(self, outermost: Names) -> None:
        text, stack = self.text, self.stack
        if self.root.child_by_field_id(Field.EXPRESSION) is None or b"\0" in text:
            self.is_suspect = True
        stack.append((self.root, outermost))
        while stack:
            node, scope = stack.pop()
            kind = node.kind_id
            if kind in _SKIPPED:
                continue
            if kind == Kind.VARIABLE:
                name = text[node.start_byte : node.end_byte]
                inner: Names | None = scope
                while inner is not None:
                    if name in inner[0]:
                        break
                    inner = inner[1]
                if (inner is None and not scope[2]) or name == b"or":
                    self.check_variable(node, name, scope)
            elif kind in _SETS:
                self.check_set(node, kind, scope)
            elif kind == Kind.FUNCTION:
                self.check_function(node, scope)
            elif kind == Kind.WITH:
                stack.append((child(node, Field.ENVIRONMENT), scope))
                inner = scope if scope[2] else _within((), scope, True)
                stack.append((child(node, Field.BODY), inner))
            elif kind in _CHECKED:
                _CHECKED[kind](self, node, scope)
            else:
                for part in node.named_children:
                    stack.append((part, scope))

    def report(self, node: Node, message: str, found_at: int) -> None:
        self.problems.append((found_at, SyntaxProblem(node.start_byte, node.end_byte, message)))

    def check_variable(self, node: Node, name: bytes, scope: Names) -> None:
        if name in _KEYWORDS or name == b"or":
            self.is_suspect = True
        if name not in _KEYWORDS and (name != b"or" or _follows_a_function(node)):
            self.check_name(node.start_byte, node.end_byte, name, scope)

    def check_name(self, start: int, end: int, name: bytes, scope: Names) -> None:
        inner: Names | None = scope
        while inner is not None:
            if name in inner[0]:
                return
            inner = inner[1]
        if not scope[2]:
            shown = name.decode("utf-8", "replace")
            self.undefined.append(SyntaxProblem(start, end, f"undefined variable '{shown}'"))

    def check_function(self, node: Node, scope: Names) -> None:
        names: set[bytes] = set()
        defaults: list[Node] = []
        formals = node.child_by_field_id(Field.FORMALS)
        for formal in formals.named_children if formals is not None else ():
            if formal.kind_id != _FORMAL:
                continue
            self.add_formal(child(formal, Field.NAME), names, node.end_byte)
            default = formal.child_by_field_id(Field.DEFAULT)
            if default is not None:
                defaults.append(default)
        universal = node.child_by_field_id(Field.UNIVERSAL)
        if universal is not None:
            self.add_formal(universal, names, node.end_byte)
        inner = _within(names, scope, scope[2])
        self.stack.append((child(node, Field.BODY), inner))
        for default in defaults:
            self.stack.append((default, inner))

    def add_formal(self, node: Node, names: set[bytes], found_at: int) -> None:
        name = self.text[node.start_byte : node.end_byte]
        if name == b"or" or name in _KEYWORDS:
            self.is_suspect = True
        elif name in names:
            shown = name.decode("utf-8", "replace")
            self.report(node, f"duplicate formal function argument '{shown}'", found_at)
        names.add(name)

    def check_set(self, node: Node, kind: int, scope: Names) -> None:
        names: dict[bytes, object] = {}
        inside: list[Node] = []
        outside: list[Node] = []
        is_plain = True
        for group in node.named_children:
            if group.kind_id == Kind.BINDING_SET:
                for clause in group.named_children:
                    if not self.add_clause(clause, names, inside, outside):
                        is_plain = False
        if kind == Kind.LET:
            inside.append(child(node, Field.BODY))
        if not is_plain:
            self.check_merged_set(node, kind, scope)
            return
        inner = scope if kind == Kind.ATTRSET else _within(names, scope, scope[2])
        for part in inside:
            self.stack.append((part, inner))
        for part in outside:
            name = self.text[part.start_byte : part.end_byte]
            self.check_name(part.start_byte, part.end_byte, name, scope)

    def add_clause(
        self, clause: Node, names: dict[bytes, object], inside: list[Node], outside: list[Node]
    ) -> bool:
        """Add one clause's names; False where bindings may have to be merged."""
        kind = clause.kind_id
        if kind == Kind.BINDING:
            attrpath = child(clause, Field.ATTRPATH)
            raw = self.text[attrpath.start_byte : attrpath.end_byte]
            inside.append(child(clause, Field.EXPRESSION))
            return _PLAIN_PATH(raw) is not None and _add_path(raw, names)
        if kind == Kind.INHERIT_FROM:
            inside.append(child(clause, Field.EXPRESSION))
        elif kind != Kind.INHERIT:
            return True
        attrs = clause.child_by_field_id(Field.ATTRS)
        for part in attrs.named_children if attrs is not None else ():
            name = self.text[part.start_byte : part.end_byte]
            if part.kind_id == Kind.COMMENT or part.is_missing:
                continue
            if part.kind_id != Kind.IDENTIFIER or name in names or name in _KEYWORDS:
                return False
            names[name] = _LEAF
            if kind == Kind.INHERIT:
                outside.append(part)
        return True

    def check_merged_set(self, node: Node, kind: int, scope: Names) -> None:
        """A set with names that are no identifiers, or that occur more than once."""
        for part in _name_nodes(node):
            self.check_keyword(part)
        try:
            bindings = bindings_of(node, Scope(self.unit, None, ()))
        except SyntaxErrorInFile as error:
            site = error.site
            assert site is not None
            problem = SyntaxProblem(site.start, site.end, error.message)
            self.problems.append((site.end, problem))
            # Which names are meant inside is not asked any more.
            for part in node.named_children:
                self.stack.append((part, _within((), scope, True)))
            return
        if kind == Kind.LET:
            if bindings.dynamic:
                self.report(node, "dynamic attributes not allowed in let", node.end_byte)
            bindings.recursive = True
        inner = self.check_bindings(bindings, scope)
        if kind == Kind.LET:
            self.stack.append((child(node, Field.BODY), inner))

    def check_bindings(self, bindings: Bindings, scope: Names) -> Names:
        inner = scope
        if bindings.recursive:
            names = frozenset(map(_encoded, bindings.entries))
            inner = _within(names, scope, scope[2])
        for part in bindings.sources:
            self.stack.append((part, inner))
        for part, _ in bindings.dynamic:
            self.stack.append((part, inner))
        entries = [*bindings.entries.items(), *(("", entry) for _, entry in bindings.dynamic)]
        for name, entry in entries:
            match entry:
                case Plain(value):
                    self.stack.append((value, inner))
                case Bindings():
                    self.check_bindings(entry, inner)
                case Inherited(site):
                    self.check_name(site.start, site.end, _encoded(name), scope)
                case InheritedFrom():
                    pass
        return inner

    def check_select(self, node: Node, scope: Names) -> None:
        self.push_names(child(node, Field.ATTRPATH), scope)
        self.stack.append((child(node, Field.EXPRESSION), scope))
        default = node.child_by_field_id(Field.DEFAULT)
        if default is not None:
            self.stack.append((default, scope))

    def check_has_attr(self, node: Node, scope: Names) -> None:
        self.push_names(child(node, Field.ATTRPATH), scope)
        self.stack.append((child(node, Field.EXPRESSION), scope))

    def push_names(self, attrpath: Node, scope: Names) -> None:
        if _PLAIN_PATH(self.text[attrpath.start_byte : attrpath.end_byte]) is None:
            for part in attrpath.named_children:
                self.check_keyword(part)
                self.stack.append((part, scope))

    def check_keyword(self, part: Node) -> None:
        name = self.text[part.start_byte : part.end_byte]
        if name in _KEYWORDS:
            self.is_suspect = True

    def check_binary(self, node: Node, scope: Names) -> None:
        left, right = child(node, Field.LEFT), child(node, Field.RIGHT)
        self.stack.append((left, scope))
        self.stack.append((right, scope))
        for side in (left, right):
            if side.kind_id == Kind.BINARY:
                self.check_neighbours(node, side)

    def check_neighbours(self, node: Node, side: Node) -> None:
        """Two operators that stand side by side without parentheses."""
        outer, inner = child(node, Field.OPERATOR), child(side, Field.OPERATOR)
        if inner.type in _SAME_LEVEL.get(outer.type, ()):
            self.is_suspect = True
        elif self.has_pipes and outer.type == inner.type == "->":
            pipes = {self.text[node.start_byte : node.end_byte] for node in (outer, inner)}
            if pipes == {b"|>", b"<|"}:
                self.is_suspect = True

    def check_path(self, node: Node, scope: Names) -> None:
        if self.text[node.end_byte - 1] == ord("/"):
            self.report(node, "path has a trailing slash", node.end_byte)
        elif b"//" in self.text[node.start_byte : node.end_byte]:
            self.is_suspect = True
        for part in node.named_children:
            self.stack.append((part, scope))

    def check_number(self, node: Node, _scope: Names) -> None:
        literal = self.text[node.start_byte : node.end_byte]
        if node.kind_id == Kind.FLOAT:
            if float_value(literal) is None:
                self.report(node, f"invalid float '{literal.decode()}'", node.start_byte)
        elif len(literal) > 18 and int(literal) >= 2**63:
            self.report(node, f"invalid integer '{literal.decode()}'", node.start_byte)


_CHECKED = {
    Kind.SELECT: _Check.check_select,
    Kind.HAS_ATTR: _Check.check_has_attr,
    Kind.BINARY: _Check.check_binary,
    Kind.PATH: _Check.check_path,
    Kind.INTEGER: _Check.check_number,
    Kind.FLOAT: _Check.check_number,
}


def _add_path(raw: bytes, names: dict[bytes, object]) -> bool:
    """Add an attribute path to a tree of names; False if something is there already."""
    if b'"' in raw:
        *before, last = [part[1] or part[0] for part in _PARTS.finditer(raw)]
    else:
        *before, last = raw.split(b".")
    for name in before:
        nested = names.get(name)
        if nested is None:
            nested = names[name] = {}
        elif nested is _LEAF:
            return False
        names = nested  # type: ignore[assignment]
    if last in names:
        return False
    names[last] = _LEAF
    return True


def _name_nodes(node: Node) -> Iterator[Node]:
    """The parts of the attribute paths of a set, and what it inherits."""
    for group in node.named_children:
        if group.kind_id == Kind.BINDING_SET:
            for clause in group.named_children:
                field = Field.ATTRPATH if clause.kind_id == Kind.BINDING else Field.ATTRS
                names = clause.child_by_field_id(field)
                if names is not None:
                    yield from names.named_children


def _follows_a_function(node: Node) -> bool:
    """Whether `or` stands where Nix takes it for an argument: `map or [ ]`."""
    before = node.prev_named_sibling
    parent = node.parent
    return before is not None and parent is not None and parent.kind_id in (Kind.APPLY, Kind.LIST)


def _encoded(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
