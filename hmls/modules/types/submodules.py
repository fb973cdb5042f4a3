"""Types whose values are made by modules. Source: nixpkgs lib/types.nix, submoduleWith."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import delayed, force, is_function
from hmls.lang.values import Attrs, Lazy, Unknown, Value
from hmls.modules.collect import Given
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.messages import show_option
from hmls.modules.types.base import OptionType, phrase, refuse_maybe
from hmls.modules.types.scalars import is_path_like

if TYPE_CHECKING:
    from hmls.modules.evaluation import Evaluation
    from hmls.modules.system import ModuleSystem

T = TypeVar("T")


def _accepts_module(value: Value) -> bool:
    return isinstance(value, Attrs) or is_function(value) or is_path_like(value)


class Submodule(OptionType):
    """types.submoduleWith. `modules` are lazy values as `imports` takes them."""

    name = "submodule"
    description_class = "noun"
    has_v2_merge = True

    def __init__(
        self,
        system: ModuleSystem,
        modules: list[Lazy],
        *,
        special_args: Attrs | None = None,
        shorthand: bool | None = False,
        description: str | None = None,
        module_class: str | None = None,
    ) -> None:
        self.system = system
        self.modules = modules
        self.special_args = special_args or Attrs()
        self.shorthand = shorthand
        """shorthandOnlyDefinesConfig; None is «whatever the other declarations say»."""
        self.given_description = description
        self.module_class = module_class
        self._base = delayed(self._compute_base)

    @property
    def base(self) -> Evaluation:
        """The modules without any definition, for descriptions and the empty value."""
        return force(self._base)  # type: ignore[no-any-return]

    def _compute_base(self) -> Evaluation:
        return self.evaluate((), [])

    def evaluate(self, loc: Loc, definitions: list[Definition]) -> Evaluation:
        """The submodule with these definitions, at a place in the option tree."""
        name = Attrs({"name": _name_argument(loc)})
        given = [Given(Attrs({"_module": Attrs({"args": name})}))]
        given += [Given(module) for module in self.modules]
        given += [self._defined(definition) for definition in definitions]
        return self.system.evaluate(
            given,
            prefix=loc,
            special_args=self.special_args,
            module_class=self.module_class,
        )

    def _defined(self, definition: Definition) -> Given:
        value = force(definition.value)
        if isinstance(value, Attrs) and self.shorthand:
            return Given(
                Attrs({"_file": definition.file, "config": value}),
                file=definition.file,
                site=definition.site,
                origin=definition.origin,
            )
        wrapped = Attrs({"_file": definition.file, "imports": [value]})
        return Given(wrapped, file=definition.file, site=definition.site, origin=definition.origin)

    @property
    def description(self) -> str:
        if self.given_description is not None:
            return self.given_description
        try:
            freeform = self.base.freeform_type
        except (NixError, Unknowable):
            freeform = None
        if freeform is None:
            return self.name
        return f"open {self.name} of {phrase(freeform, 'noun', 'composite')}"

    @property
    def empty_value(self) -> Lazy:
        return delayed(lambda: force(self.base.config))

    @property
    def sub_modules(self) -> list[Lazy] | None:
        return self.modules

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType:
        return Submodule(
            self.system,
            modules,
            special_args=self.special_args,
            shorthand=self.shorthand,
            description=self.given_description,
            module_class=self.module_class,
        )

    @property
    def nested(self) -> dict[str, OptionType]:
        freeform = self.base.freeform_type
        return {} if freeform is None else {"freeformType": freeform}

    def sub_options(self, prefix: Loc) -> Lazy:
        evaluation = self.evaluate(prefix, [])
        evaluation.checks = False
        return evaluation.options

    def accepts(self, value: Value) -> bool:
        return _accepts_module(value)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        refuse_maybe(definitions)
        known: list[Definition] = []
        rest: Unknown | None = None
        for definition in definitions:
            value = force(definition.value)
            if isinstance(value, Unknown):
                rest = rest or value
            else:
                known.append(definition)
        if rest is not None:
            # An unknown module may define and declare anything here.
            raise Unknowable(rest)
        evaluation = self.evaluate(loc, known)
        return Merged(
            delayed(lambda: force(evaluation.config)),
            evaluation.part,
            self.error_of(definitions),
            Attrs({"configuration": delayed(lambda: evaluation.result)}),
        )

    def merged_with(self, other: OptionType) -> OptionType | None:
        if not isinstance(other, Submodule):
            return None
        return Submodule(
            self.system,
            self.modules + other.modules,
            special_args=_joined_args(self.special_args, other.special_args),
            shorthand=_joined(self.shorthand, other.shorthand, "shorthandOnlyDefinesConfig values"),
            description=_joined(self.given_description, other.given_description, "descriptions"),
            module_class=_joined_class(self.module_class, other.module_class),
        )


def _name_argument(loc: Loc) -> Lazy:
    if loc:
        return loc[-1]
    return Attrs({"_type": "override", "priority": 1500, "content": "‹name›"})


def _joined(left: T | None, right: T | None, what: str) -> T | None:
    if left is None or right is None:
        return right if left is None else left
    if left == right:
        return left
    raise NixError(f"A submoduleWith option is declared multiple times with conflicting {what}")


def _joined_class(left: str | None, right: str | None) -> str | None:
    if left is None or right is None or left == right:
        return left or right
    raise NixError(
        "A submoduleWith option is declared multiple times with conflicting class values "
        f'"{left}" and "{right}".'
    )


def _joined_args(left: Attrs, right: Attrs) -> Attrs:
    common = sorted(left.keys() & right.keys())
    if common:
        raise NixError(
            "A submoduleWith option is declared multiple times with the same specialArgs "
            f'"{" ".join(common)}"'
        )
    return Attrs({**left, **right})


class DeferredModule(OptionType):
    """types.deferredModuleWith: the definitions become a module for somewhere else."""

    name = "deferredModule"
    description_class = "noun"

    def __init__(self, system: ModuleSystem, static: list[Lazy]) -> None:
        self.system = system
        self.static = static

    @property
    def description(self) -> str:
        return "module"

    def accepts(self, value: Value) -> bool:
        return _accepts_module(value)

    @property
    def sub_modules(self) -> list[Lazy] | None:
        return self.static

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType:
        return DeferredModule(self.system, modules)

    def sub_options(self, prefix: Loc) -> Lazy:
        return Submodule(self.system, self.static).sub_options(prefix)

    def merged_with(self, other: OptionType) -> OptionType | None:
        if not isinstance(other, DeferredModule):
            return None
        return DeferredModule(self.system, self.static + other.static)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        refuse_maybe(definitions)
        imports: list[Lazy] = list(self.static)
        for definition in definitions:
            file = f"{definition.file}, via option {show_option(loc)}"
            imports.append(Attrs({"_file": file, "imports": [definition.value]}))
        return Merged(Attrs({"imports": imports}))
