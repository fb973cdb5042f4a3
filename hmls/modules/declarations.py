"""Several declarations of one option to one. Source: nixpkgs lib/modules.nix, mergeOptionDecls."""

from __future__ import annotations

from dataclasses import dataclass

from hmls.lang.errors import NixError
from hmls.lang.force import MISSING, expect_attrs, get, get_lazy
from hmls.lang.interp import position_attrs
from hmls.lang.values import Attrs, Lazy, Site
from hmls.modules.definitions import Definition, Loc
from hmls.modules.messages import show_files, show_option
from hmls.modules.types.base import OptionType
from hmls.modules.types.foreign import as_type
from hmls.modules.types.scalars import UNSPECIFIED

_ONCE = ("default", "example", "description", "apply")
"""What only one declaration may give."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """An option, or a set of options, as one module declares it."""

    file: str
    site: Site | None
    option: Lazy
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class OptionDeclaration:
    """All declarations of one option together."""

    loc: Loc
    attrs: Attrs
    type: OptionType
    has_type: bool
    declarations: tuple[Declaration, ...]

    @property
    def files(self) -> list[str]:
        return [declaration.file for declaration in self.declarations]

    def get(self, name: str) -> Lazy:
        """`default`, `apply` and so on, not forced, or MISSING."""
        return get_lazy(self.attrs, name)


def merge_declarations(loc: Loc, declarations: list[Declaration]) -> OptionDeclaration:
    merged: dict[str, Lazy] = {}
    merged_type: OptionType | None = None
    sub_modules: list[Lazy] = []
    files: list[str] = []
    for declaration in declarations:
        option = expect_attrs(declaration.option)
        if any(name in option and name in merged for name in _ONCE):
            raise _already(loc, declaration, files)
        own_type = _type_of(option)
        if own_type is not None:
            if merged_type is None:
                merged_type = own_type
            else:
                both = merged_type.merged_with(own_type)
                if both is None:
                    raise _already(loc, declaration, files)
                merged_type = both
            modules = own_type.sub_modules
            if modules is not None:
                located = [Attrs({"_file": declaration.file, "imports": [m]}) for m in modules]
                sub_modules = located + sub_modules
        merged = {**option, **merged}
        files.append(declaration.file)
    if merged_type is not None and merged_type.sub_modules is not None:
        merged_type = merged_type.with_sub_modules(sub_modules)
    return OptionDeclaration(
        loc, Attrs(merged), merged_type or UNSPECIFIED, merged_type is not None, tuple(declarations)
    )


def _type_of(option: Attrs) -> OptionType | None:
    value = get(option, "type")
    return None if value is MISSING else as_type(value)


def _already(loc: Loc, declaration: Declaration, files: list[str]) -> NixError:
    return NixError(
        f"The option `{show_option(loc)}' in `{declaration.file}' is already declared in "
        f"{show_files(files)}.",
        declaration.site,
    )


def merged_type(loc: Loc, definitions: list[Definition]) -> OptionType:
    """One type of several, as if an option had been declared with each."""
    declarations = [
        Declaration(d.file, d.site, Attrs({"_type": "option", "type": d.value}))
        for d in definitions
    ]
    return merge_declarations(loc, declarations).type


def positions_of(declaration: OptionDeclaration) -> list[Lazy]:
    """The value of `declarationPositions`."""
    return [
        Attrs({"file": d.file, "line": None, "column": None})
        if d.site is None
        else position_attrs(d.site)
        for d in declaration.declarations
    ]
