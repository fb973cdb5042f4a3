"""A module whose file says by its text what it declares and defines: it is called when needed.

The sets that its text tells of are made without calling it, and what else is in them leads to
what the call gives. Nobody can tell the difference but by the time that it takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from hmls.lang.force import MISSING, force, select
from hmls.lang.values import Attrs, Lazy, Thunk, Value
from hmls.modules.outline import (
    Bound,
    Constant,
    FileOutline,
    If,
    Leaf,
    Merge,
    Names,
    Outline,
    SetOf,
)
from hmls.modules.properties import if_, merge
from hmls.modules.unify import Module

if TYPE_CHECKING:
    from hmls.modules.marks import Marks

_Env: TypeAlias = "tuple[ModuleFile, Outline]"
_EMPTY = Attrs()
_NOTHING: list[Lazy] = []


class ModuleFile:
    """One file as a module of one evaluation; `whole` gives what calling it makes."""

    __slots__ = ("_guards", "marks", "outline", "whole")

    def __init__(self, whole: Thunk, outline: FileOutline, marks: Marks) -> None:
        self.whole = whole
        self.outline = outline
        self.marks = marks
        self._guards: dict[If, Attrs] | None = None

    def module(self, name: str, origin: str | None) -> Module:
        """The module of a file that does nothing but declare and define."""
        names, options, config = self.outline
        declares = "options" in names
        defines = not declares or "config" in names
        return Module(
            name,
            name,
            None,
            _NOTHING,
            _NOTHING,
            self._declared(options) if declares else _EMPTY,
            self.lazy(config) if defines else _EMPTY,
            None,
            origin,
            self if defines else None,
        )

    def _declared(self, outline: Outline) -> Lazy:
        # Of every module somebody asks what it declares: a set need not be put off.
        return self._set(outline) if outline.__class__ is SetOf else self.lazy(outline)

    def defined(self) -> ToldSet | None:
        """What it defines, where all names of that are told."""
        return self.told(self.outline.config)

    def told(self, outline: Outline, guards: tuple[If, ...] = ()) -> ToldSet | None:
        """The set that an outline tells of, where all names in it are told.

        `guards` are the `mkIf` around it that were pushed down to it.
        """
        names = outline.names
        if names is None or (outline.__class__ is not SetOf and not self.marks.are_native):
            return None
        return ToldSet(self, outline, names, guards)

    def lazy(self, outline: Outline) -> Lazy:
        """What an outline is of."""
        kind = outline.__class__
        if kind is Constant:
            return outline.value  # type: ignore[union-attr]
        code = _called if kind is Leaf else _made
        return Thunk(code, (self, outline), outline.site)  # type: ignore[union-attr]

    def guard(self, outline: If) -> Attrs:
        """The `mkIf` itself, always the same one."""
        guards = self._guards
        if guards is None:
            guards = self._guards = {}
        found = guards.get(outline)
        if found is None:
            found = if_(self.lazy(outline.condition), self.lazy(outline.content))
            guards[outline] = found
        return found

    def _set(self, outline: SetOf) -> Attrs:
        lazy = self.lazy
        return Attrs([(name, lazy(inner)) for name, inner, _ in outline.items], outline.positions)

    def made(self, outline: Outline) -> Value:
        """What an outline is of, made without a call of the module as far as its text tells."""
        if isinstance(outline, SetOf):
            return self._set(outline)
        if self.marks.are_native:
            if isinstance(outline, If):
                return self.guard(outline)
            if isinstance(outline, Merge):
                return merge([self.lazy(item) for item in outline.items])
        return _called((self, outline))


class ToldSet:
    """What one module defines at one level, as far as its text tells.

    It stands where the set would stand; of a name that nobody asks for nothing is made.
    """

    __slots__ = ("_file", "_guards", "_lazy", "_outline", "names")

    def __init__(
        self, file: ModuleFile, outline: Outline, names: Names, guards: tuple[If, ...]
    ) -> None:
        self._file = file
        self._outline = outline
        self.names = names
        self._guards = guards
        self._lazy: Lazy = MISSING

    @property
    def lazy(self) -> Lazy:
        """The set itself."""
        if self._lazy is MISSING:
            self._lazy = self._file.lazy(self._outline)
        return self._lazy

    @property
    def around(self) -> tuple[Attrs, ...]:
        """The `mkIf` that were pushed down to it."""
        return tuple(map(self._file.guard, self._guards))

    def inner(self, bound: Bound) -> ToldSet | Lazy:
        """What one of its names is bound to."""
        told = self._file.told(bound.outline, self._guards + bound.guards)
        return self._file.lazy(bound.outline) if told is None else told

    def outer(self, bound: Bound) -> tuple[Attrs, ...]:
        """The `mkIf` that are pushed down to a name."""
        return tuple(map(self._file.guard, self._guards + bound.guards))


def _called(env: _Env) -> Value:
    """What calling the module gives at a path."""
    file, outline = env
    assert not isinstance(outline, Constant)
    root, *steps = outline.path
    module: Module = force(file.whole)
    value = force(module.options if root == "options" else module.config)
    for step in steps:
        value = force(value[step]) if isinstance(step, int) else select(value, step)
    return value


def _made(env: _Env) -> Value:
    return env[0].made(env[1])
