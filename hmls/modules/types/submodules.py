"""Types whose values are made by modules. Source: nixpkgs lib/types.nix, submoduleWith."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.compare import equal
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import expect_attrs, expect_list, force, is_function
from hmls.lang.values import Attrs, Lazy, OpenAttrs, Thunk, Unknown, Value
from hmls.modules.collect import Given
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.messages import show_option
from hmls.modules.properties import if_, override
from hmls.modules.types.base import OptionType, phrase, refuse_extra, refuse_maybe
from hmls.modules.types.scalars import is_path_like

if TYPE_CHECKING:
    from hmls.modules.evaluation import Evaluation
    from hmls.modules.system import ModuleSystem

NO_CHECK = Attrs(
    {
        "config": Attrs({"_module": Attrs({"check": override(50, False)})}),
        "_file": "<built-in module that disables checks for the purpose of documentation "
        "generation>",
    }
)
"""noCheckForDocsModule."""
_NAME_UNKNOWN_YET = Attrs({"_module": Attrs({"args": Attrs({"name": override(1500, "‹name›")})})})
_STRUCTURE = frozenset(("imports", "options", "config", "disabledModules", "freeformType", "key"))


def _accepts_module(value: Value) -> bool:
    return isinstance(value, Attrs) or is_function(value) or is_path_like(value)


class Submodule(OptionType):
    """types.submoduleWith. `modules` are lazy values as `imports` takes them."""

    name = "submodule"
    has_v2_merge = True
    keeps_maybe = True

    def __init__(
        self,
        system: ModuleSystem,
        modules: Lazy,
        *,
        special_args: Lazy = None,
        shorthand: Lazy = False,
        description: Lazy = None,
        module_class: Lazy = None,
    ) -> None:
        self.system = system
        self.modules = modules
        self.special_args = Attrs() if special_args is None else special_args
        self.shorthand = shorthand
        """shorthandOnlyDefinesConfig; null is «whatever the other declarations say»."""
        self.given_description = description
        self.module_class = module_class
        self._base = Thunk(_base, self)
        self._docs = Thunk(_docs, self)

    @property
    def base(self) -> Evaluation:
        """The modules without any definition, for the empty value."""
        return force(self._base)  # type: ignore[no-any-return]

    @property
    def docs(self) -> Evaluation:
        """The same without checks, for descriptions."""
        return force(self._docs)  # type: ignore[no-any-return]

    def own_modules(self) -> list[Given]:
        """The modules that it has without any definition. Raises NixError."""
        return [Given(module) for module in _modules(self)]

    def evaluate(self, loc: Loc, definitions: list[Definition]) -> Evaluation:
        """The submodule with these definitions, at a place in the option tree."""
        name = loc[-1] if loc else Thunk(_no_name, None)
        given = [
            Given(Attrs({"_module": Attrs({"args": Attrs({"name": name})})})),
            *[self._defined(definition) for definition in definitions],
        ]
        around = next((d.around for d in definitions if d.around is not None), None)
        return self.system.extended(self.base, given, prefix=loc, around=around)

    def _defined(self, definition: Definition) -> Given:
        if definition.extra is not None:
            return Given(Thunk(_refused, definition), definition.file, definition.site)
        value = force(definition.value)
        file = definition.file
        if isinstance(value, Attrs) and force(self.shorthand) is True:
            config: Lazy = value
            if definition.maybe is not None:
                config = if_(definition.maybe, value)
            module = Attrs({"_file": file, "config": config})
        else:
            if definition.maybe is not None:
                if not isinstance(value, Attrs) or not _STRUCTURE.isdisjoint(value):
                    raise Unknowable(definition.maybe)
                value = Attrs({"config": if_(definition.maybe, value)})
            module = Attrs({"_file": file, "imports": [value]})
        return Given(module, file, definition.site, definition.origin)

    @property
    def description(self) -> str:
        given = force(self.given_description)
        if isinstance(given, str):
            return given
        freeform = self.docs.freeform_type
        if freeform is None:
            return self.name
        return f"open {self.name} of {phrase(freeform, 'noun', 'composite')}"

    @property
    def empty_value(self) -> Lazy:
        return Thunk(_config_of_base, self)

    @property
    def sub_modules(self) -> list[Lazy] | None:
        return _modules(self)

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType | None:
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
        freeform = self.base.checked_freeform_type
        return {} if freeform is None else {"freeformType": freeform}

    def sub_options(self, prefix: Loc) -> Lazy:
        evaluation = self.system.extended(self.base, [Given(NO_CHECK)], prefix=prefix)
        options = expect_attrs(evaluation.options)
        freeform = evaluation.checked_freeform_type
        if freeform is None:
            return options
        return Attrs({**options, "_freeformOptions": Thunk(_options_of, (freeform, prefix))})

    def accepts(self, value: Value) -> bool:
        return _accepts_module(value)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        for definition in definitions:
            value = force(definition.value)
            if isinstance(value, Unknown) or (isinstance(value, OpenAttrs) and not value):
                # An unknown module may define and declare anything here.
                raise Unknowable(value if isinstance(value, Unknown) else value.rest)
        evaluation = self.evaluate(loc, definitions)
        return Merged(
            evaluation.config,
            evaluation.part,
            self.error_of(definitions),
            Attrs({"configuration": Thunk(_result_of, evaluation)}),
            evaluation,
        )

    @property
    def payload(self) -> Value:
        return Attrs(
            {
                "modules": self.modules,
                "class": self.module_class,
                "specialArgs": self.special_args,
                "shorthandOnlyDefinesConfig": self.shorthand,
                "description": self.given_description,
            }
        )

    def merged_with(self, other: OptionType) -> OptionType | None:
        assert isinstance(other, Submodule)
        return Submodule(
            self.system,
            Thunk(_both_modules, (self, other)),
            special_args=Thunk(_joined_args, (self.special_args, other.special_args)),
            shorthand=Thunk(
                _joined, (self.shorthand, other.shorthand, "shorthandOnlyDefinesConfig values")
            ),
            description=Thunk(
                _joined, (self.given_description, other.given_description, "descriptions")
            ),
            module_class=Thunk(_joined_class, (self.module_class, other.module_class)),
        )


def _modules(submodule: Submodule) -> list[Lazy]:
    return expect_list(submodule.modules)


def _base(submodule: Submodule) -> Evaluation:
    given = [Given(_NAME_UNKNOWN_YET), *submodule.own_modules()]
    return submodule.system.evaluate(
        given,
        special_args=submodule.special_args,
        module_class=submodule.module_class,
    )


def _docs(submodule: Submodule) -> Evaluation:
    return submodule.system.extended(submodule.base, [Given(NO_CHECK)], prefix=())


def _refused(definition: Definition) -> Value:
    refuse_extra(definition)
    return None


def _no_name(_none: None) -> Value:
    raise Thrown("lists.last: list must not be empty!")


def _config_of_base(submodule: Submodule) -> Value:
    return force(submodule.base.config)


def _result_of(evaluation: Evaluation) -> Value:
    return evaluation.result


def _options_of(given: tuple[OptionType, Loc]) -> Value:
    option_type, prefix = given
    return force(option_type.sub_options(prefix))


def _both_modules(pair: tuple[Submodule, Submodule]) -> Value:
    return _modules(pair[0]) + _modules(pair[1])


def _joined(given: tuple[Lazy, Lazy, str]) -> Value:
    left, right, what = force(given[0]), force(given[1]), given[2]
    if left is None or right is None:
        return right if left is None else left
    if equal(left, right):
        return left
    raise Thrown(f"A submoduleWith option is declared multiple times with conflicting {what}")


def _joined_class(pair: tuple[Lazy, Lazy]) -> Value:
    left, right = force(pair[0]), force(pair[1])
    if left is None or right is None:
        return right if left is None else left
    if equal(left, right):
        return left
    raise Thrown(
        "A submoduleWith option is declared multiple times with conflicting class values "
        f'"{left}" and "{right}".'
    )


def _joined_args(pair: tuple[Lazy, Lazy]) -> Value:
    left, right = expect_attrs(pair[0]), expect_attrs(pair[1])
    common = sorted(left.keys() & right.keys())
    if common:
        raise Thrown(
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

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType | None:
        return DeferredModule(self.system, modules)

    def sub_options(self, prefix: Loc) -> Lazy:
        return Submodule(self.system, self.static).sub_options(prefix)

    @property
    def functor_name(self) -> str:
        return "deferredModuleWith"

    @property
    def payload(self) -> Value:
        return Attrs({"staticModules": self.static})

    def merged_with(self, other: OptionType) -> OptionType | None:
        assert isinstance(other, DeferredModule)
        return DeferredModule(self.system, self.static + other.static)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        refuse_maybe(definitions)
        imports: list[Lazy] = list(self.static)
        for definition in definitions:
            file = f"{definition.file}, via option {show_option(loc)}"
            imports.append(Attrs({"_file": file, "imports": [definition.value]}))
        return Merged(Attrs({"imports": imports}))
