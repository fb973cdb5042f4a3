"""An option with its definitions: the value, and the set that `options.x` is.

Source: nixpkgs lib/modules.nix, evalOptionValue.
"""

from __future__ import annotations

from collections.abc import Callable

from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, call, delayed, force
from hmls.lang.values import Attrs, Cause, Lazy, Primop, Site, Unknown, Value
from hmls.modules.declarations import (
    Declaration,
    OptionDeclaration,
    merge_declarations,
    positions_of,
)
from hmls.modules.definitions import (
    OPTION_DEFAULT_PRIORITY,
    Definition,
    Loc,
    Resolved,
)
from hmls.modules.merged import Merged
from hmls.modules.messages import show_definitions, show_option

DEFAULT = "default"
"""The origin of the definition that is the option's own default."""


class Option:
    """A declared option and all its definitions."""

    __slots__ = ("_given", "_resolved", "attrs", "declaration", "value")

    def __init__(
        self, declaration: OptionDeclaration, definitions: Callable[[], list[Definition]]
    ) -> None:
        self.declaration = declaration
        self._given = definitions
        self._resolved = Resolved(declaration.loc, declaration.type, delayed(self._with_default))
        self.value: Lazy = delayed(self._compute_value)
        self.attrs: Lazy = delayed(self._compute_attrs)

    @property
    def loc(self) -> Loc:
        return self.declaration.loc

    @property
    def resolved(self) -> Resolved:
        """The definitions with what became of them, before `apply`."""
        return self._resolved

    @property
    def merged(self) -> Merged:
        return self._resolved.merged

    def part(self, name: str) -> object:
        """What is behind an attribute of the value, unless `apply` changes the value."""
        if self.declaration.get("apply") is not MISSING:
            return None
        return self.merged.part(name)

    def _with_default(self) -> list[Definition]:
        default = self.declaration.get("default")
        if default is MISSING:
            return self._given()
        declared = next(
            (d for d in self.declaration.declarations if "default" in force(d.option)),
            self.declaration.declarations[0],
        )
        wrapped = Attrs(
            {"_type": "override", "priority": OPTION_DEFAULT_PRIORITY, "content": default}
        )
        first = Definition(
            self.declaration.declarations[0].file, wrapped, _default_site(declared), None, DEFAULT
        )
        return [first, *self._given()]

    def _compute_value(self) -> Value:
        try:
            self._check_read_only()
            value = self._resolved.value
            apply = self.declaration.get("apply")
            if apply is not MISSING:
                return call(force(apply), value)
            return force(value)
        except NixError as error:
            context = f"while evaluating the option `{show_option(self.loc)}':"
            error.trace.append((context, None))
            raise

    def _check_read_only(self) -> None:
        read_only = self.declaration.get("readOnly")
        definitions = self._resolved.definitions
        if read_only is MISSING or len(definitions) < 2 or force(read_only) is not True:
            return
        alone = [
            Definition(d.file, Resolved(self.loc, self.declaration.type, [d]).value, d.site)
            for d in definitions
        ]
        raise NixError(
            f"The option `{show_option(self.loc)}' is read-only, but it's set multiple times. "
            f"Definition values:{show_definitions(alone)}"
        )

    def _compute_attrs(self) -> Attrs:
        from hmls.modules.types.nix_view import nix_view

        declaration, resolved = self.declaration, self._resolved
        made = Attrs(declaration.attrs)
        made.update(
            {
                "_type": "option",
                "loc": list(declaration.loc),
                "declarations": list(declaration.files),
                "declarationPositions": positions_of(declaration),
                "options": [],
                "type": delayed(lambda: nix_view(declaration.type)),
                "value": self.value,
                "highestPrio": delayed(lambda: resolved.highest_priority),
                "definitions": delayed(lambda: [d.value for d in resolved.final]),
                "files": delayed(lambda: [d.file for d in resolved.final]),
                "definitionsWithLocations": delayed(
                    lambda: [Attrs({"file": d.file, "value": d.value}) for d in resolved.final]
                ),
                "isDefined": delayed(lambda: resolved.is_defined),
                "valueMeta": delayed(lambda: force(resolved.merged.meta) or Attrs()),
                "__toString": Primop("__toString", 1, lambda _self: show_option(declaration.loc)),
            }
        )
        return made


def _default_site(declaration: Declaration) -> Site | None:
    option = force(declaration.option)
    if isinstance(option, Attrs) and "default" in option.positions:
        return option.positions["default"]
    return declaration.site


def tag_value(loc: Loc, lazy: Lazy, definitions: list[Definition]) -> tuple[Option, Lazy]:
    """One tag of types.attrTag: an option of its own."""
    declaration = merge_declarations(loc, [Declaration("<attrTag {...}>", None, lazy)])
    option = Option(declaration, lambda: definitions)
    return option, option.value


UNDECLARED = Cause("undeclared", "the option is declared in a module that was not read")


class Undeclared:
    """Definitions of an option whose declaration was not read: the type is unknown."""

    __slots__ = ("definitions", "loc", "reason")

    def __init__(self, loc: Loc, definitions: list[Definition], reason: Unknown) -> None:
        self.loc = loc
        self.definitions = definitions
        self.reason = reason

    @property
    def value(self) -> Value:
        raise Unknowable(Unknown(f"config.{show_option(self.loc)}", UNDECLARED))
