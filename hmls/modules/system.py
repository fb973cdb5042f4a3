"""The module system of one interpreter: evaluations, and the types that need them."""

from __future__ import annotations

from functools import cached_property

from hmls.lang.force import MISSING, expect_attrs, expect_list, get, get_lazy
from hmls.lang.interp import Interp
from hmls.lang.values import Attrs, Lazy, Primop, Value
from hmls.modules.collect import Given
from hmls.modules.definitions import Loc
from hmls.modules.evaluation import Evaluation
from hmls.modules.types.choices import NullOr, TypeOfTypes
from hmls.modules.types.containers import AttrsOf
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.scalars import BOOL, RAW
from hmls.modules.types.submodules import Submodule


class ModuleSystem:
    """What `lib.evalModules` and submodules share."""

    def __init__(self, interp: Interp) -> None:
        self.interp = interp

    def evaluate(
        self,
        given: list[Given],
        *,
        prefix: Loc = (),
        special_args: Attrs | None = None,
        module_class: str | None = None,
    ) -> Evaluation:
        """The evaluation of some modules; nothing is forced yet."""
        return Evaluation(
            self,
            given,
            prefix=prefix,
            special_args=special_args or Attrs(),
            module_class=module_class,
        )

    def evaluate_arguments(self, lazy: Lazy) -> Evaluation:
        """`lib.evalModules { modules; specialArgs; prefix; class; args; check; }`."""
        arguments = expect_attrs(lazy)
        given = [Given(module) for module in expect_list(get(arguments, "modules"))]
        args = get_lazy(arguments, "args")
        if args is not MISSING:
            module = Attrs({"_module": Attrs({"args": args})})
            given.append(Given(Attrs({"config": module})))
        check = get_lazy(arguments, "check")
        if check is not MISSING:
            default = Attrs({"_type": "override", "priority": 1000, "content": check})
            given.append(Given(Attrs({"config": Attrs({"_module": Attrs({"check": default})})})))
        special = get(arguments, "specialArgs")
        prefix = get(arguments, "prefix")
        module_class = get(arguments, "class")
        return self.evaluate(
            given,
            prefix=() if prefix is MISSING else tuple(expect_list(prefix)),
            special_args=Attrs() if special is MISSING else expect_attrs(special),
            module_class=None if module_class is MISSING else module_class,
        )

    def extend_modules(self, evaluation: Evaluation) -> Primop:
        """`extendModules { modules; specialArgs; prefix; }` of an evaluation."""

        def extend(lazy: Lazy) -> Value:
            arguments = expect_attrs(lazy)
            modules = get(arguments, "modules")
            more = [] if modules is MISSING else [Given(m) for m in expect_list(modules)]
            special = get(arguments, "specialArgs")
            prefix = get(arguments, "prefix")
            extended = Evaluation(
                self,
                evaluation.given + more,
                prefix=evaluation.prefix if prefix is MISSING else tuple(expect_list(prefix)),
                special_args=evaluation.special_args
                if special is MISSING
                else Attrs({**evaluation.special_args, **expect_attrs(special)}),
                module_class=evaluation.module_class,
                lib=evaluation._lib,
                module_args=evaluation._module_args,
            )
            return extended.result

        return Primop("extendModules", 1, extend)

    def module_type(self, evaluation: Evaluation) -> Attrs:
        """`moduleType`: a submodule made of the modules of an evaluation."""
        return nix_view(
            Submodule(
                self,
                [given.value for given in evaluation.given],
                special_args=evaluation.special_args,
                module_class=evaluation.module_class,
            )
        )

    @cached_property
    def internal_options(self) -> Attrs:
        """The options below `_module`."""

        def option(**attrs: Lazy) -> Attrs:
            return Attrs({"_type": "option", "internal": True, **attrs})

        args_type = nix_view(AttrsOf(RAW, lazy=True))
        return Attrs(
            {
                "_module": Attrs(
                    {
                        "args": option(type=args_type, description=_ARGS_DESCRIPTION),
                        "check": option(type=nix_view(BOOL), default=True),
                        "freeformType": option(type=nix_view(NullOr(TypeOfTypes())), default=None),
                        "specialArgs": option(readOnly=True),
                    }
                )
            }
        )


_ARGS_DESCRIPTION = (
    "Additional arguments passed to each module in addition to ones like `lib`, `config`, and "
    "`pkgs`, `modulesPath`.\n"
)
