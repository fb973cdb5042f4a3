"""The type of `specialisation.<name>.configuration`: the home itself, with more modules.

Source: home-manager modules/misc/specialisation.nix.
"""

from __future__ import annotations

from hmls.catalog.finish import Scope
from hmls.lang.errors import Unknowable
from hmls.lang.force import call, expect_attrs, expect_list, force
from hmls.lang.values import Attrs, Lazy, Thunk, Unknown
from hmls.modules.collect import Given
from hmls.modules.evaluation import Configuration, Evaluation
from hmls.modules.properties import override
from hmls.modules.types.base import OptionType
from hmls.modules.types.submodules import Submodule

SPECIALISATION = "/modules/misc/specialisation.nix"
"""How the name of the file ends that declares the option."""


class Specialised(Submodule):
    """A submodule of the modules of an evaluation, of which each stays who it is."""

    def __init__(self, home: Evaluation, modules: Lazy) -> None:
        super().__init__(
            home.system, modules, special_args=home.special_args, module_class=home.module_class
        )
        self._home = home

    def own_modules(self) -> list[Given]:
        values = expect_list(self.modules)
        return [g._replace(value=v) for g, v in zip(self._home.given, values, strict=True)]

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType | None:
        if len(modules) == len(self._home.given):
            return Specialised(self._home, modules)
        return super().with_sub_modules(modules)  # Somebody else declares the option, too.


def specialised(scope: Scope) -> Submodule:
    """The type in the home whose scope it is. Raises Unknowable and NixError."""
    extend = force(scope.argument("extendModules"))
    if isinstance(extend, Unknown):
        raise Unknowable(extend)
    name: Lazy = scope.argument("name")
    module = Attrs(
        {
            # Without it the specialisations would have specialisations, and so on.
            "specialisation": override(0, Attrs()),
            "_module": Attrs({"args": Attrs({"name": override(50, name)})}),
        }
    )
    extended = expect_attrs(call(extend, Attrs({"modules": [Attrs({"config": module})]})))
    assert isinstance(extended, Configuration)
    home = extended.evaluation
    return Specialised(home, Thunk(_values, home))


def _values(home: Evaluation) -> list[Lazy]:
    return [given.value for given in home.given]
