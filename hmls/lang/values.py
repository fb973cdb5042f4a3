"""What a Nix expression can be, as Python objects.

null, booleans, integers and floats are Python's own. A string without context is a
`str` (bytes that are no UTF-8 as surrogate escapes), a list is a `list` whose items
may be thunks, and is never changed after it was made. Everything else is below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from hmls.lang.unit import Unit

Value: TypeAlias = Any
"""A value in weak head normal form: the types of this module, never a `Thunk`."""
Lazy: TypeAlias = Any
"""A value or a `Thunk` that will become one."""
Env: TypeAlias = list[Any]
"""Variables of a scope: the enclosing scope's at index 0, then one lazy value each.

Around the outermost scope is the `Interp`."""
Code: TypeAlias = Callable[[Any], Value]
"""A compiled expression: from the variables around it to its value."""


class Site(NamedTuple):
    """A place in a source text, as byte offsets."""

    unit: Unit
    start: int
    end: int

    def text(self, limit: int = 200) -> str:
        """The source there, on one line, at most `limit` characters."""
        source = self.unit.text[self.start : self.end].decode("utf-8", "replace")
        line = " ".join(source.split())
        return line if len(line) <= limit else line[: limit - 1] + "…"


Positions: TypeAlias = Mapping[str, Site]
"""Where each attribute of a set is written."""
_NO_POSITIONS: Positions = {}


class Thunk:
    """A value not yet computed. `code` is None once `value` holds the result.

    Until then `value` holds the place of the expression, or None.
    """

    __slots__ = ("code", "env", "value")

    def __init__(self, code: Code, env: Any, site: Site | None = None) -> None:
        self.code: Code | None = code
        self.env = env
        self.value: Any = site


class Attrs(dict[str, Lazy]):
    """An attribute set. Never changed after it was made, but that thunks become values."""

    __slots__ = ("positions",)

    def __init__(
        self,
        items: Mapping[str, Lazy] | Iterable[tuple[str, Lazy]] = (),
        positions: Positions = _NO_POSITIONS,
    ) -> None:
        dict.__init__(self, items)
        self.positions = positions


class OpenAttrs(Attrs):
    """A set of which some attributes are known and others are not.

    `rest` stands for all attributes that are neither here nor in `absent`.
    """

    __slots__ = ("absent", "rest")

    def __init__(
        self,
        items: Mapping[str, Lazy] | Iterable[tuple[str, Lazy]],
        rest: Unknown,
        positions: Positions = _NO_POSITIONS,
        absent: NameSet = frozenset(),
    ) -> None:
        Attrs.__init__(self, items, positions)
        # Whoever made the set may have changed or left out some of what is not known.
        self.rest = rest.derived() if rest.symbolic else rest
        self.absent = absent


class ChosenAttrs(OpenAttrs):
    """What `optionalAttrs` makes by an unknown condition: `rest` is the choice of the sets itself.

    Of each name that is in doubt it says what it would be. Other operations than `//` with a
    closed set make an open set of it, which says no more than that it is in doubt.
    """

    __slots__ = ()


class VersionedAttrs(OpenAttrs):
    """A set whose names depend on the version of what it comes from, such as nixpkgs' lib.

    `source` gives the set of the very version, or is None where that is not at hand. Without
    it, another name is unknown when selected; a `with` looks for it further out first.
    """

    __slots__ = ("source",)

    def __init__(
        self,
        items: Mapping[str, Lazy] | Iterable[tuple[str, Lazy]],
        rest: Unknown,
        source: Lazy,
        positions: Positions = _NO_POSITIONS,
        absent: NameSet = frozenset(),
    ) -> None:
        OpenAttrs.__init__(self, items, rest, positions, absent)
        self.source = source


class AllBut:
    """All names but some: what is absent from a set of which only these are in doubt."""

    __slots__ = ("names",)

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)

    def __contains__(self, name: object) -> bool:
        return name not in self.names

    def __ge__(self, names: Iterable[str]) -> bool:
        return self.names.isdisjoint(names)

    def __sub__(self, names: Iterable[str]) -> AllBut:
        return AllBut(self.names.union(names))

    def __and__(self, other: NameSet) -> NameSet:
        if isinstance(other, AllBut):
            return AllBut(self.names | other.names)
        return other - self.names

    __rand__ = __and__


NameSet: TypeAlias = "frozenset[str] | AllBut"


class OpenList:
    """A list of which some items are known: a `Splice` among `items` is any number of others."""

    __slots__ = ("items",)

    def __init__(self, items: list[Any]) -> None:
        self.items = items


class Splice(NamedTuple):
    """The unknown items in an `OpenList`."""

    unknown: Unknown


class ContextString(str):
    """A string that refers to store paths. Equal to the plain string."""

    __slots__ = ("context",)
    context: frozenset[str]

    def __new__(cls, text: str, context: frozenset[str]) -> ContextString:
        made = str.__new__(cls, text)
        made.context = context
        return made


class Path:
    """A path value: absolute, normalized, as it lies on this machine's disk."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Path) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    def __repr__(self) -> str:
        return f"Path({self.path!r})"


class Formals(NamedTuple):
    """The pattern of a function that takes a set: name → whether it has a default.

    `named` says that the whole set has a name too, as in `{ lib, ... }@args`.
    """

    arguments: Mapping[str, bool]
    open: bool
    named: bool = False


class Lambda:
    """A function written in Nix: `enter(env, argument)` gives its result."""

    __slots__ = ("enter", "env", "formals", "name", "site")

    def __init__(
        self,
        enter: Callable[[Env, Lazy], Value],
        env: Env,
        formals: Formals | None,
        site: Site,
        name: str | None,
    ) -> None:
        self.enter = enter
        self.env = env
        self.formals = formals
        self.site = site
        self.name = name


class Primop:
    """A function written in Python, with those of its `arity` arguments given so far."""

    __slots__ = ("arity", "done", "formals", "function", "name", "tag")

    def __init__(
        self,
        name: str,
        arity: int,
        function: Callable[..., Value],
        done: tuple[Lazy, ...] = (),
        formals: Formals | None = None,
        tag: Any = None,
    ) -> None:
        self.tag = tag
        """What native code wants to know of the function when it meets it again."""
        self.name = name
        self.arity = arity
        self.function = function
        self.done = done
        self.formals = formals

    @property
    def written_in_nix(self) -> bool:
        """Whether the original is written in Nix, as the functions of nixpkgs' lib are.

        Those are named by their full path; functions that natives return have no name.
        """
        return not self.name or "." in self.name


class Cause(NamedTuple):
    """Why something is unknown. `kind` is stable: it is counted and shown in reports."""

    kind: str
    message: str
    subject: str = ""
    """What it is about: the name of the input, where one is missing."""


class Unknown:
    """A value that cannot be known here. It carries its text as the user wrote it, and why.

    `text` is what to show in its place: an attribute path such as `pkgs.ripgrep`, or
    the source of the expression that depended on it. It is a function where finding it
    out evaluates something, which must not happen before somebody wants to see it.
    """

    __slots__ = ("_text", "basis", "cause", "kind", "site")
    _text: str | Callable[[], str] | None

    def __init__(
        self,
        text: str | Callable[[], str] | None,
        cause: Cause,
        site: Site | None = None,
        kind: str | None = None,
    ) -> None:
        self._text = text
        self.cause = cause
        self.site = site
        self.kind = kind
        """The type as `builtins.typeOf` names it, where at least that is known."""
        self.basis: Unknown | None = None
        """What it was computed from: a choice, a string or the call of an unknown function."""

    @property
    def symbolic(self) -> bool:
        """Whether operators tell what they were given (see `operation`)."""
        return False

    @property
    def text(self) -> str:
        text = self._text
        if text is None:
            return self.site.text() if self.site is not None else "…"
        return text if isinstance(text, str) else self._once(text)

    def _once(self, make: Callable[[], str]) -> str:
        """The text, kept for the next who asks: to find it out may evaluate a lot.

        One that was cut is good enough for all that have at most twice the room for it.
        """
        from hmls.lang.show import cuts, room

        before, left = cuts[0], room()
        if isinstance(make, _Cut):
            if left <= 2 * make.room:
                cuts[0] += 1
                return make.text
            make = make.make
        text = make()
        self._text = text if cuts[0] == before else _Cut(make, left, text)
        return text

    def at(self, site: Site | None, kind: str | None = None) -> Unknown:
        """The unknown value of an expression that needs this one."""
        if site is None and self.__class__ is Unknown and self.kind == kind:
            return self
        text = None if site is not None else lambda: self.text
        made = Unknown(text, self.cause, site or self.site, kind)
        made.basis = self.basis
        return made

    def derived(self) -> Unknown:
        """An unknown value that depends on this one, and is not this one."""
        return Unknown(self._text, self.cause, self.site)

    def told_as(self, text: str | Callable[[], str]) -> Unknown:
        made = Unknown(text, self.cause, self.site)
        made.basis = self.basis
        return made

    def operation(
        self, _operator: str, _operands: tuple[Lazy, ...], _known: Value = None
    ) -> Unknown:
        """What an operator gives that met this value; `if` and interpolation count as such.

        Raises Unknowable, so that the expression around it tells what is unknown. Symbols,
        which stand for arguments that nobody has given yet, keep the operation instead, and
        what is known of its result (see `hmls.catalog.symbols`).
        """
        from hmls.lang.errors import Unknowable

        raise Unknowable(self)

    def select(self, name: str) -> Unknown:
        if isinstance(self._text, str):
            return self.told_as(f"{self._text}.{quote_attribute(name)}")
        return self.told_as(lambda: f"{self.text}.{quote_attribute(name)}")

    def __repr__(self) -> str:
        return f"Unknown({self.text!r}, {self.cause.kind})"


class _Cut:
    """How to make a text, and what came of it in so many characters of room."""

    __slots__ = ("make", "room", "text")

    def __init__(self, make: Callable[[], str], room: int, text: str) -> None:
        self.make = make
        self.room = room
        self.text = text

    def __call__(self) -> str:
        return self.make()


class UnknownString(Unknown):
    """A string of which parts are unknown: `parts` are `str` and `Unknown` by turns."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[str | Unknown], cause: Cause, site: Site | None = None) -> None:
        Unknown.__init__(self, None, cause, site, "string")
        self.basis = self
        self.parts = parts

    @property
    def text(self) -> str:
        from hmls.lang.show import quote_parts

        return quote_parts(self.parts)


class UnknownChoice(Unknown):
    """One of two values, by a condition that is unknown."""

    __slots__ = ("condition", "otherwise", "then")

    def __init__(self, condition: Unknown, then: Lazy, otherwise: Lazy) -> None:
        Unknown.__init__(self, None, condition.cause, condition.site)
        self.basis = self
        self.condition = condition
        self.then = then
        self.otherwise = otherwise

    @property
    def text(self) -> str:
        text = self._text
        return text if isinstance(text, str) else self._once(text or self._both)

    def _both(self) -> str:
        from hmls.lang.show import show

        then, otherwise = show(self.then, 400), show(self.otherwise, 400)
        return f"if ⟨{self.condition.text}⟩: {then}; else: {otherwise}"


_KEYWORDS = frozenset(("if", "then", "else", "assert", "with", "let", "in", "rec", "inherit"))


def is_identifier(name: str) -> bool:
    """Whether an attribute of that name needs no quotes."""
    return (
        name.replace("-", "_").replace("'", "_").isidentifier()
        and name.isascii()
        and name[0] not in "-'"
        and name not in _KEYWORDS
    )


@lru_cache(maxsize=4096)
def quote_attribute(name: str) -> str:
    if is_identifier(name):
        return name
    from hmls.lang.show import quote

    return quote(name)


def type_name(value: Value) -> str:
    """As `builtins.typeOf` gives it. Source: nix src/libexpr/primops.cc, prim_typeOf."""
    kind = _TYPES.get(value.__class__)
    if kind is not None:
        return kind
    if isinstance(value, Unknown):
        return value.kind or "unknown"
    if isinstance(value, str):
        return "string"
    if isinstance(value, Attrs):
        return "set"
    raise AssertionError(value)


_TYPES: dict[type, str] = {
    type(None): "null",
    bool: "bool",
    int: "int",
    float: "float",
    str: "string",
    ContextString: "string",
    Path: "path",
    list: "list",
    OpenList: "list",
    Attrs: "set",
    OpenAttrs: "set",
    VersionedAttrs: "set",
    Lambda: "lambda",
    Primop: "lambda",
}


def type_phrase(value: Value) -> str:
    """As Nix's errors name a value's type. Source: nix src/libexpr/eval.cc, showType."""
    match value:
        case Lambda() | Primop(written_in_nix=True):
            return "a function"
        case Primop(done=()):
            return f"the built-in function '{value.name}'"
        case Primop():
            return f"the partially applied built-in function '{value.name}'"
        case str():
            return "a string with context" if isinstance(value, ContextString) else "a string"
    return _PHRASES[type_name(value)]


_PHRASES = {
    "null": "null",
    "bool": "a Boolean",
    "int": "an integer",
    "float": "a float",
    "path": "a path",
    "list": "a list",
    "set": "a set",
    "unknown": "an unknown value",
}
