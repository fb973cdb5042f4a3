"""An option with its definitions: the value, and the set that `options.x` is.

Source: nixpkgs lib/modules.nix, evalOptionValue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.errors import NixError, Thrown
from hmls.lang.force import MISSING, call, expect_attrs, expect_bool, force
from hmls.lang.values import (
    Attrs,
    Cause,
    Lazy,
    OpenList,
    Primop,
    Site,
    Splice,
    Thunk,
    Unknown,
    Value,
)
from hmls.modules.declarations import (
    Declaration,
    OptionDeclaration,
    declaration_of_attrs,
    fixed_attrs,
    merge_declarations,
)
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.messages import show_definitions, show_option
from hmls.modules.properties import OPTION_DEFAULT_PRIORITY, override
from hmls.modules.resolved import Resolved, demand

if TYPE_CHECKING:
    from hmls.modules.evaluation import Evaluation

DEFAULT = "default"
"""The origin of the definition that is the option's own default."""
UNDECLARED = Cause("undeclared", "the option is declared in a module that was not read")


class Option:
    """A declared option and all its definitions. Nothing is forced before it is asked for."""

    __slots__ = ("_declaration", "_given", "_resolved", "around", "attrs", "loc", "value")

    def __init__(
        self, loc: Loc, declaration: Thunk, given: Lazy, around: Evaluation | None = None
    ) -> None:
        self.loc = loc
        self.around = around
        """The evaluation that it is in, where modules may be in it that are not read."""
        self._declaration = declaration
        self._given = given
        self._resolved = Thunk(_resolved, self)
        self.value: Lazy = Thunk(_value, self)
        self.attrs: Lazy = Thunk(_attrs, self)

    @property
    def declaration(self) -> OptionDeclaration:
        """All declarations in one. Raises NixError where they do not fit."""
        return demand(self._declaration)  # type: ignore[no-any-return]

    @property
    def given(self) -> list[Definition]:
        """The definitions without the default. Raises NixError."""
        return demand(self._given)  # type: ignore[no-any-return]

    @property
    def resolved(self) -> Resolved:
        """The definitions with what became of them, before `apply`."""
        return demand(self._resolved)  # type: ignore[no-any-return]

    @property
    def merged(self) -> Merged:
        return self.resolved.merged

    @property
    def checked(self) -> Resolved:
        """The same; raises NixError if a read-only option has several definitions."""
        return _checked(self)

    @property
    def has_apply(self) -> bool:
        return self.declaration.get("apply") is not MISSING

    def part(self, name: str) -> object:
        """What is behind an attribute of the value, unless `apply` changes the value."""
        part = None if self.has_apply else self.merged.part
        return None if part is None else part(name)


def _resolved(option: Option) -> Resolved:
    declaration = option.declaration
    return Resolved(option.loc, declaration.type, Thunk(_with_default, option))


def _with_default(option: Option) -> list[Definition]:
    definitions = _all_definitions(option)
    outside = None if option.around is None else option.around.outside
    if outside is None or not outside.reaches(option.declaration):
        return definitions
    return [definition._replace(around=option.around) for definition in definitions]


def _all_definitions(option: Option) -> list[Definition]:
    declaration = option.declaration
    default = declaration.get("default")
    if default is MISSING:
        return option.given
    declarations = declaration.declarations
    if not declarations:
        raise NixError("'builtins.head' called on an empty list")
    declared = next(
        (d for d in declarations if "default" in expect_attrs(d.option)), declarations[0]
    )
    wrapped = override(OPTION_DEFAULT_PRIORITY, default)
    first = Definition(declarations[0].file, wrapped, _default_site(declared), None, DEFAULT)
    return [first, *option.given]


def _value(option: Option) -> Value:
    return applied(option, Thunk(_merged_value, option))


def applied(option: Option, value: Lazy) -> Value:
    """The value of an option from what its definitions make. Raises NixError."""
    try:
        option.declaration  # noqa: B018  Nix looks at the type before it looks at any definition.
        apply = option.declaration.get("apply")
        return force(value) if apply is MISSING else call(force(apply), value)
    except NixError as error:
        context = f"while evaluating the option `{show_option(option.loc)}':"
        error.trace.append((context, None))
        raise


def _merged_value(option: Option) -> Value:
    return force(option.checked.value)


def _checked(option: Option) -> Resolved:
    """The definitions of which nothing is known if a read-only option has several."""
    resolved = option.resolved
    read_only = option.declaration.get("readOnly")
    if read_only is MISSING or not expect_bool(read_only):
        return resolved
    definitions = resolved.definitions
    if sum(definition.maybe is None for definition in definitions) < 2:
        return resolved  # Of the others nobody knows whether they are there.
    loc, option_type = option.loc, option.declaration.type
    alone = [d.of(Resolved(loc, option_type, [d]).value) for d in definitions]
    raise Thrown(
        f"The option `{show_option(loc)}' is read-only, but it's set multiple times. "
        f"Definition values:{show_definitions(alone)}"
    )


def _attrs(option: Option) -> Attrs:
    declaration = option.declaration
    made = fixed_attrs(declaration) if declaration.shown is None else Attrs(declaration.shown)
    made.update(
        {
            "value": option.value,
            "highestPrio": Thunk(_highest_priority, option),
            "definitions": Thunk(_definitions, (option, "value")),
            "files": Thunk(_definitions, (option, "file")),
            "definitionsWithLocations": Thunk(_definitions, (option, "")),
            "isDefined": Thunk(_is_defined, option),
            "valueMeta": Thunk(_meta, option),
            "__toString": Primop("", 1, lambda _self: show_option(option.loc)),
        }
    )
    return made


def _highest_priority(option: Option) -> Value:
    return option.checked.highest_priority


def _is_defined(option: Option) -> Value:
    return option.checked.is_defined


def _definitions(given: tuple[Option, str]) -> Value:
    option, field = given
    final = option.checked.final()
    if not field:
        return final
    if isinstance(final, OpenList):
        return OpenList([d if d.__class__ is Splice else d[field] for d in final.items])
    return [definition[field] for definition in final]


def _meta(option: Option) -> Value:
    from hmls.modules.types.containers import meta_of

    return meta_of(option.checked)


def _default_site(declaration: Declaration) -> Site | None:
    option = force(declaration.option)
    if isinstance(option, Attrs) and "default" in option.positions:
        return option.positions["default"]
    return declaration.site


def declared_option(
    loc: Loc, declarations: list[Declaration], given: Thunk, around: Evaluation | None
) -> Option:
    """An option that modules declare."""
    return Option(loc, Thunk(_merge_declared, (loc, declarations)), given, around)


def _merge_declared(given: tuple[Loc, list[Declaration]]) -> OptionDeclaration:
    declaration = merge_declarations(*given)
    declaration.type.deprecation_message  # noqa: B018  Nix looks whether it has to warn.
    return declaration


def option_of_attrs(loc: Loc, attrs: Lazy, given: Lazy) -> Option:
    """An option whose declarations were merged before: evalOptionValue."""
    return Option(loc, Thunk(_declared_attrs, (loc, attrs)), given)


def _declared_attrs(given: tuple[Loc, Lazy]) -> OptionDeclaration:
    return declaration_of_attrs(given[0], expect_attrs(given[1]))


class Undeclared:
    """A name of which only an unknown module says what is declared there."""

    __slots__ = ("_given", "loc", "reason")

    def __init__(self, loc: Loc, reason: Unknown, given: Thunk) -> None:
        self.loc = loc
        self.reason = reason
        self._given = given

    @property
    def given(self) -> list[Definition]:
        """The definitions there. Raises NixError."""
        return demand(self._given)  # type: ignore[no-any-return]

    @property
    def value(self) -> Unknown:
        return Unknown(f"config.{show_option(self.loc)}", UNDECLARED, self.reason.site)
