"""The module system of one interpreter: evaluations, and the types that need them."""

from __future__ import annotations

from functools import cached_property

from hmls.lang.force import MISSING, expect_attrs, expect_list, get_lazy
from hmls.lang.interp import Interp
from hmls.lang.lib.support import arguments, pattern
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Value
from hmls.modules.collect import Given
from hmls.modules.definitions import Loc
from hmls.modules.evaluation import Evaluation, path_of
from hmls.modules.properties import override
from hmls.modules.types.choices import TypeOfTypes
from hmls.modules.types.containers import AttrsOf
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.scalars import BOOL, RAW
from hmls.modules.types.submodules import Submodule
from hmls.modules.types.wrappers import NullOr

EVAL_MODULES = pattern("modules", optional=("prefix", "specialArgs", "class", "args", "check"))
_EXTEND_MODULES = pattern(optional=("modules", "specialArgs", "prefix"))


class ModuleSystem:
    """What `lib.evalModules` and submodules share; modules get `lib`, by default the interp's.

    Of an evaluation's options those that are declared below the folder `own` are defined by its
    own modules alone; without one all are.
    """

    def __init__(self, interp: Interp, lib: Lazy = None, own: str | None = None) -> None:
        self.interp = interp
        self.own = own
        self.lib: Lazy = Thunk(_lib_of, interp) if lib is None else lib

    def evaluate(
        self,
        given: list[Given],
        *,
        prefix: Loc = (),
        special_args: Lazy = None,
        module_class: Lazy = None,
    ) -> Evaluation:
        """The evaluation of some modules; nothing is forced yet."""
        return Evaluation(
            self,
            given,
            prefix=prefix,
            special_args=Attrs() if special_args is None else special_args,
            module_class=module_class,
        )

    def evaluate_arguments(self, lazy: Lazy) -> Evaluation:
        """`lib.evalModules { modules; specialArgs; prefix; class; args; check; }`."""
        attrs = arguments("evalModules", EVAL_MODULES, lazy)
        prefix = get_lazy(attrs, "prefix")
        special = get_lazy(attrs, "specialArgs")
        module_class = get_lazy(attrs, "class")
        return Evaluation(
            self,
            Thunk(_given_modules, attrs),
            prefix=() if prefix is MISSING else Thunk(path_of, prefix),
            special_args=Attrs() if special is MISSING else special,
            module_class=None if module_class is MISSING else module_class,
        )

    def extended(
        self,
        evaluation: Evaluation,
        more: list[Given],
        *,
        prefix: Loc,
        around: Evaluation | None = None,
    ) -> Evaluation:
        """An evaluation of the same modules and more, at another place.

        `around` is the evaluation of which it is a submodule, where modules in that which were
        not read may define what is in here.
        """
        return Evaluation(
            self,
            Thunk(_both, (evaluation, more)),
            prefix=prefix,
            special_args=evaluation._special_args,
            module_class=evaluation.module_class,
            around=around,
        )

    def extend_modules(self, evaluation: Evaluation) -> Primop:
        """`extendModules { modules; specialArgs; prefix; }` of an evaluation."""

        def extend(lazy: Lazy) -> Value:
            attrs = arguments("extendModules", _EXTEND_MODULES, lazy)
            prefix = get_lazy(attrs, "prefix")
            special = get_lazy(attrs, "specialArgs")
            return Evaluation(
                self,
                Thunk(_extended_modules, (evaluation, attrs)),
                prefix=evaluation._prefix if prefix is MISSING else Thunk(path_of, prefix),
                special_args=evaluation._special_args
                if special is MISSING
                else Thunk(_both_special, (evaluation, special)),
                module_class=evaluation.module_class,
            ).result

        return Primop("", 1, extend)

    def module_type(self, evaluation: Evaluation) -> Attrs:
        """`moduleType`: a submodule made of the modules of an evaluation."""
        return nix_view(
            Submodule(
                self,
                Thunk(_values, evaluation),
                special_args=evaluation._special_args,
                module_class=evaluation.module_class,
            )
        )

    @cached_property
    def root_options(self) -> Attrs:
        """The options below `_module` of an evaluation of its own."""
        return _internal_options(Attrs())

    @cached_property
    def nested_options(self) -> Attrs:
        """The same in a submodule, where the documentation has them once already."""
        return _internal_options(Attrs({"internal": True}))


def _lib_of(interp: Interp) -> Value:
    return interp.lib


def _given_modules(attrs: Attrs) -> list[Given]:
    given = [Given(module) for module in expect_list(attrs["modules"])]
    args = get_lazy(attrs, "args")
    if args is not MISSING:
        module = Attrs({"_module": Attrs({"args": args})})
        given.append(Given(Attrs({"config": module})))
    check = get_lazy(attrs, "check")
    if check is not MISSING:
        default = Attrs({"_module": Attrs({"check": override(1000, check)})})
        given.append(Given(Attrs({"config": default})))
    return given


def _both(pair: tuple[Evaluation, list[Given]]) -> list[Given]:
    evaluation, more = pair
    return evaluation.given + more


def _extended_modules(pair: tuple[Evaluation, Attrs]) -> list[Given]:
    evaluation, attrs = pair
    modules = get_lazy(attrs, "modules")
    more = [] if modules is MISSING else expect_list(modules)
    return evaluation.given + [Given(module) for module in more]


def _both_special(pair: tuple[Evaluation, Lazy]) -> Value:
    from hmls.lang.combine import update

    return update(pair[0].special_args, expect_attrs(pair[1]))


def _values(evaluation: Evaluation) -> list[Lazy]:
    return [given.value for given in evaluation.given]


def _internal_options(args_attrs: Attrs) -> Attrs:
    def option(**attrs: Lazy) -> Attrs:
        return Attrs({"_type": "option", "internal": True, **attrs})

    args = Attrs(
        {
            "_type": "option",
            "type": nix_view(AttrsOf(RAW, lazy=True)),
            "description": _ARGS,
            **args_attrs,
        }
    )
    return Attrs(
        {
            "_module": Attrs(
                {
                    "args": args,
                    "check": option(type=nix_view(BOOL), default=True, description=_CHECK),
                    "freeformType": option(
                        type=nix_view(NullOr(TypeOfTypes())), default=None, description=_FREEFORM
                    ),
                    "specialArgs": option(readOnly=True, description=_SPECIAL_ARGS),
                }
            )
        }
    )


_CHECK = "Whether a definition without an option is an error."
_FREEFORM = "The type of definitions that have no option of their own, if any."
_SPECIAL_ARGS = "Arguments of all modules, fixed by whoever evaluates them."
_ARGS = "More arguments of the modules; they cannot decide what is imported."
