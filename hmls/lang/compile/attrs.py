"""Attribute sets and `let`: bindings merged as Nix's parser merges them, then built.

Source: nix src/libexpr/parser-state.hh, ParserState::addAttr; nixexpr.cc, ExprAttrs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from hmls.lang import store
from hmls.lang.compile.core import Make, child, compiler, delayed, later, site_of, unwrap
from hmls.lang.compile.names import attribute_name, name_value, static_name
from hmls.lang.compile.scope import Scope
from hmls.lang.compile.variables import name_maker, variable_code
from hmls.lang.errors import NixError, SyntaxErrorInFile, Unknowable
from hmls.lang.force import force, wrong_type
from hmls.lang.values import (
    Attrs,
    Code,
    Env,
    Lazy,
    OpenAttrs,
    Site,
    Thunk,
    Unknown,
    Value,
    quote_attribute,
)
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node

SETS = (Kind.ATTRSET, Kind.REC_ATTRSET)


@dataclass(slots=True)
class Plain:
    """`name = expression;`"""

    node: Node
    site: Site


@dataclass(slots=True)
class Inherited:
    """`inherit name;`"""

    site: Site


@dataclass(slots=True)
class InheritedFrom:
    """`inherit (source) name;`: `source` counts the inherit clauses of the set."""

    source: int
    site: Site


@dataclass(slots=True)
class Bindings:
    """The bindings of one set after those with a common path are merged."""

    site: Site
    recursive: bool = False
    entries: dict[str, Entry] = field(default_factory=dict)
    dynamic: list[tuple[Node, Plain | Bindings]] = field(default_factory=list)
    sources: list[Node] = field(default_factory=list)


Entry: TypeAlias = Plain | Inherited | InheritedFrom | Bindings


@compiler(Kind.ATTRSET)
def compile_attrset(node: Node, scope: Scope) -> Code:
    return _set_code(bindings_of(node, scope), scope)


@compiler(Kind.REC_ATTRSET)
def compile_rec_attrset(node: Node, scope: Scope) -> Code:
    return _set_code(bindings_of(node, scope), scope)


@compiler(Kind.LET_ATTRSET)
def compile_let_attrset(node: Node, scope: Scope) -> Code:
    """The old `let { body = …; }`."""
    attrs = _set_code(bindings_of(node, scope), scope)
    site = site_of(node, scope)

    def code(env: Env) -> Value:
        found = attrs(env)
        if "body" not in found:
            raise NixError("attribute 'body' missing", site)
        return force(found["body"])

    return code


@compiler(Kind.LET)
def compile_let(node: Node, scope: Scope) -> Code:
    bindings = bindings_of(node, scope)
    if bindings.dynamic:
        return _failing("dynamic attributes not allowed in let", site_of(node, scope))
    inner = scope.child(bindings.entries)
    fill = _frame(bindings, inner, scope)
    body = later(child(node, Field.BODY), inner)
    return lambda env: body(fill(env))


def _failing(message: str, site: Site) -> Code:
    def code(_env: Env) -> Value:
        raise SyntaxErrorInFile(message, site)

    return code


def bindings_of(node: Node, scope: Scope) -> Bindings:
    recursive = node.kind_id in (Kind.REC_ATTRSET, Kind.LET_ATTRSET)
    bindings = Bindings(site_of(node, scope), recursive)
    for group in node.named_children:
        if group.kind_id == Kind.BINDING_SET:
            for clause in group.named_children:
                _add_clause(bindings, clause, scope)
    return bindings


def _add_clause(bindings: Bindings, clause: Node, scope: Scope) -> None:
    if clause.kind_id == Kind.BINDING:
        _add_binding(bindings, clause, scope)
    elif clause.kind_id in (Kind.INHERIT, Kind.INHERIT_FROM):
        source = -1
        if clause.kind_id == Kind.INHERIT_FROM:
            bindings.sources.append(child(clause, Field.EXPRESSION))
            source = len(bindings.sources) - 1
        attrs = clause.child_by_field_id(Field.ATTRS)
        for part in attrs.named_children if attrs is not None else ():
            if part.kind_id == Kind.COMMENT or part.is_missing:
                continue
            name, site = static_name(part, scope), site_of(part, scope)
            if name is None:
                raise SyntaxErrorInFile("dynamic attributes not allowed in inherit", site)
            if name in bindings.entries:
                raise _duplicate([name], site, bindings.entries[name].site)
            bindings.entries[name] = Inherited(site) if source < 0 else InheritedFrom(source, site)


def _add_binding(bindings: Bindings, clause: Node, scope: Scope) -> None:
    attrpath = child(clause, Field.ATTRPATH)
    value = child(clause, Field.EXPRESSION)
    site = Site(scope.unit, clause.start_byte, value.end_byte)
    parts = [part for part in attrpath.named_children if part.kind_id != Kind.COMMENT]
    path: list[str] = []
    for part in parts[:-1]:
        name = static_name(part, scope)
        if name is None:
            nested = Bindings(site)
            bindings.dynamic.append((part, nested))
            bindings = nested
            continue
        path.append(name)
        entry = bindings.entries.get(name)
        if entry is None:
            nested = bindings.entries[name] = Bindings(site)
        else:
            opened = _opened(entry, scope)
            if opened is None:
                raise _duplicate(path, site, entry.site)
            nested = bindings.entries[name] = opened
        bindings = nested
    last = static_name(parts[-1], scope)
    if last is not None:
        _add_entry(bindings, [*path, last], last, Plain(value, site), scope)
    else:
        bindings.dynamic.append((parts[-1], Plain(value, site)))


def _add_entry(bindings: Bindings, path: list[str], name: str, entry: Entry, scope: Scope) -> None:
    before = bindings.entries.get(name)
    if before is None:
        bindings.entries[name] = entry
        return
    old, new = _opened(before, scope), _opened(entry, scope)
    if old is None or new is None:
        raise _duplicate(path, entry.site, before.site)
    bindings.entries[name] = old
    offset = len(old.sources)
    old.sources.extend(new.sources)
    old.dynamic.extend(new.dynamic)
    for inner_name, inner in new.entries.items():
        moved = (
            InheritedFrom(inner.source + offset, inner.site)
            if isinstance(inner, InheritedFrom)
            else inner
        )
        _add_entry(old, [*path, inner_name], inner_name, moved, scope)


def _opened(entry: Entry, scope: Scope) -> Bindings | None:
    """The bindings of an entry that is itself a set, so that others may be merged into it."""
    match entry:
        case Bindings():
            return entry
        case Plain(node):
            inner = unwrap(node)
            if inner.kind_id in SETS:
                opened = bindings_of(inner, scope)
                opened.site = entry.site
                return opened
    return None


def _duplicate(path: list[str], site: Site, before: Site) -> SyntaxErrorInFile:
    shown = ".".join(map(quote_attribute, path))
    return SyntaxErrorInFile(f"attribute '{shown}' already defined at {_where(before)}", site)


def _set_code(bindings: Bindings, scope: Scope) -> Code:
    code = _rec_code(bindings, scope) if bindings.recursive else _plain_code(bindings, scope)
    if not bindings.dynamic:
        return code
    inner = scope.child(bindings.entries) if bindings.recursive else scope
    return _with_dynamic(code, bindings, scope, inner)


def _plain_code(bindings: Bindings, scope: Scope) -> Code:
    positions = _positions(bindings)
    sources = [delayed(node, scope) for node in bindings.sources]
    if not sources:
        makers = [
            (name, _maker(name, entry, scope, scope, building=False))
            for name, entry in bindings.entries.items()
        ]
        return lambda env: Attrs([(name, make(env)) for name, make in makers], positions)
    # The clauses' sources are evaluated once: they get a scope of their own.
    inner = Scope(scope.unit, scope, ())
    inside = [
        (name, _maker(name, entry, inner, scope, building=False, out=1))
        for name, entry in bindings.entries.items()
    ]

    def code(env: Env) -> Value:
        frame = [env, *[make(env) for make in sources]]
        return Attrs([(name, make(frame)) for name, make in inside], positions)

    return code


def _positions(bindings: Bindings) -> dict[str, Site]:
    return {name: entry.site for name, entry in bindings.entries.items()}


def _rec_code(bindings: Bindings, scope: Scope) -> Code:
    code = _rec_frame_code(bindings, scope, scope.child(list(bindings.entries)))
    return lambda env: code(env)[1]


def _overridden(frame: Env, inner: Scope, names: list[str], positions: dict[str, Site]) -> Attrs:
    """`rec { __overrides = { … }; }`, which old configurations still hold."""
    overrides = force(frame[inner.names["__overrides"]])
    if not isinstance(overrides, Attrs):
        return wrong_type("a set", overrides)
    for name, lazy in overrides.items():
        if name in inner.names:
            frame[inner.names[name]] = lazy
    made = Attrs(list(zip(names, frame[1:], strict=False)), positions)
    made.update(overrides)
    return made


def _frame(bindings: Bindings, inner: Scope, outer: Scope) -> Make:
    """From the variables around to those inside a `let` or a recursive set."""
    makers = [
        _maker(name, entry, inner, outer, building=True, out=1)
        for name, entry in bindings.entries.items()
    ]
    sources = [delayed(node, inner, building=True) for node in bindings.sources]
    count = len(makers)
    if not sources:

        def fill(env: Env) -> Env:
            frame: Env = [env, *[None] * count]
            for index, make in enumerate(makers, 1):
                frame[index] = make(frame)
            return frame

        return fill

    def fill_with_sources(env: Env) -> Env:
        frame: Env = [env, *[None] * count]
        # They stand behind the variables, where no name reaches them.
        frame.extend(make(frame) for make in sources)
        for index, make in enumerate(makers, 1):
            frame[index] = make(frame)
        return frame

    return fill_with_sources


def _maker(
    name: str, entry: Entry, inner: Scope, outer: Scope, *, building: bool, out: int = 0
) -> Make:
    """How an attribute's lazy value comes from the variables of `inner`.

    `out` is how many scopes from `inner` to `outer`, in which `inherit name` looks.
    """
    match entry:
        case Plain(node):
            return delayed(node, inner, name, building=building)
        case Bindings():
            return _nested(_set_code(entry, inner), entry.site)
        case Inherited(site):
            return _inherit(name, outer, site, out)
        case InheritedFrom(source, site):
            slot = source + 1 + len(inner.names)
            return _inherit_from(name, slot, site)


def _nested(code: Code, site: Site) -> Make:
    # Not a closure of `_maker`: that would keep the nodes of all entries, and with them the tree.
    return lambda env: Thunk(code, env, site)


def _inherit(name: str, outer: Scope, site: Site, out: int) -> Make:
    make = name_maker(name, outer, False)
    if make is None:
        code = variable_code(name, outer, site)

        def make(env: Env) -> Lazy:
            return Thunk(code, env, site)

    if out == 0:
        return make
    found = make
    return lambda env: found(env[0])


def _inherit_from(name: str, slot: int, site: Site) -> Make:
    from hmls.lang.compile.operators import select_attribute

    def code(env: Env) -> Value:
        return select_attribute(force(env[slot]), name, site)

    return lambda env: Thunk(code, env, site)


def _with_dynamic(code: Code, bindings: Bindings, outer: Scope, inner: Scope) -> Code:
    """Add the attributes whose names are only known when the set is built."""
    recursive = bindings.recursive
    makers: list[tuple[Code, Make, Site]] = []
    for part, entry in bindings.dynamic:
        name = attribute_name(part, inner)
        assert not isinstance(name, str)
        maker = _maker("", entry, inner, outer, building=False)
        makers.append((name, maker, entry.site))
    static = _rec_frame_code(bindings, outer, inner) if recursive else None

    def with_dynamic(env: Env) -> Value:
        if static is not None:
            frame, made = static(env)
        else:
            frame, made = env, code(env)
        positions = dict(made.positions)
        rest: Unknown | None = None
        named_later: list[Lazy] = []
        for name_code, make, site in makers:
            try:
                given = name_code(frame)
                if isinstance(given, Unknown) and given.symbolic:
                    rest = given
                    named_later.append(Attrs({"name": given, "value": make(frame)}))
                    continue
                name = _dynamic_name(given, frame)
            except Unknowable as stop:
                rest = stop.unknown.at(site)
                continue
            if name is None:
                continue
            if name in made:
                where = _where(positions.get(name))
                shown = quote_attribute(name)
                raise NixError(f"dynamic attribute '{shown}' already defined at {where}", site)
            made[name] = make(frame)
            positions[name] = site
        if rest is None:
            made.positions = positions
            return made
        opened = OpenAttrs(made, rest, positions)
        if not named_later:
            return opened
        later = rest.operation("call", ("builtins.listToAttrs", named_later))
        made.positions = positions
        return rest.operation("//", (made, later), opened)

    return with_dynamic


def _rec_frame_code(bindings: Bindings, outer: Scope, inner: Scope) -> Code:
    """The variables and the set."""
    positions = _positions(bindings)
    names = list(bindings.entries)
    fill = _frame(bindings, inner, outer)
    overrides = "__overrides" in bindings.entries

    def code(env: Env) -> Value:
        frame = fill(env)
        if overrides:
            return frame, _overridden(frame, inner, names, positions)
        return frame, Attrs(list(zip(names, frame[1:], strict=False)), positions)

    return code


def _dynamic_name(value: Value, env: Env) -> str | None:
    if value is None:
        return None
    return name_value(lambda _env: value, env)


def _where(site: Site | None) -> str:
    if site is None:
        return "«none»:0"
    line, column = site.unit.lines.position(site.start)
    return f"{store.shown_path(site.unit.path)}:{line + 1}:{column + 1}"
