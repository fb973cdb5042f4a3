"""Several declarations of one option to one. Source: nixpkgs lib/modules.nix, mergeOptionDecls."""

from __future__ import annotations

from typing import NamedTuple

from hmls.lang import coerce
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import MISSING, expect_attrs, expect_list, get, get_lazy
from hmls.lang.interp import position_attrs
from hmls.lang.values import Attrs, Lazy, Site, Thunk, Unknown, Value
from hmls.modules.definitions import Definition, Loc
from hmls.modules.messages import show_files, show_option
from hmls.modules.types.base import OptionType, types_merged
from hmls.modules.types.foreign import as_type
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.scalars import UNSPECIFIED

OTHER_RELEASE = "catalog of another release"
"""The origin of declarations that give way where others do not fit: they are those of another
release than the one that is used."""
_ONCE = ("default", "example", "description", "apply")
"""What only one declaration may give."""


class Declaration(NamedTuple):
    """An option, or a set of options, as one module declares it."""

    file: str
    site: Site | None
    option: Lazy
    origin: str | None = None


class OptionDeclaration(NamedTuple):
    """All declarations of one option together."""

    loc: Loc
    attrs: dict[str, Lazy]
    """What the declarations say; of several the first."""
    own_type: OptionType | None
    sub_modules: list[Lazy]
    declarations: tuple[Declaration, ...]
    type: OptionType
    """The type with the modules of all declarations, «unspecified» where none says one."""
    shown: Attrs | None = None
    """The option as Nix code gave it, where it was merged before."""

    @property
    def files(self) -> list[str]:
        return [declaration.file for declaration in self.declarations]

    def get(self, name: str) -> Lazy:
        """`default`, `apply` and so on, not forced, or MISSING."""
        return self.attrs.get(name, MISSING)


def merge_declarations(loc: Loc, declarations: list[Declaration]) -> OptionDeclaration:
    """One declaration of several. Raises NixError where they do not fit."""
    try:
        return _all_merged(loc, declarations)
    except Thrown:
        certain = [each for each in declarations if each.origin != OTHER_RELEASE]
        if not certain or len(certain) == len(declarations):
            raise
        return _all_merged(loc, certain)


def _all_merged(loc: Loc, declarations: list[Declaration]) -> OptionDeclaration:
    merged: dict[str, Lazy] = {}
    merged_type: OptionType | None = None
    sub_modules: list[Lazy] = []
    files: list[str] = []
    for declaration in declarations:
        option = expect_attrs(declaration.option)
        if merged:
            if any(name in option and name in merged for name in _ONCE):
                raise _already(loc, declaration, files)
            merged = {**option, **merged}
        else:
            merged = option
        own_type = _type_of(option)
        if own_type is not None:
            if merged_type is None:
                merged_type = own_type
            else:
                both = types_merged(merged_type, own_type)
                if both is None:
                    raise _already(loc, declaration, files)
                merged_type = both
            modules = own_type.sub_modules
            if modules:
                located = [Attrs({"_file": declaration.file, "imports": [m]}) for m in modules]
                sub_modules = located + sub_modules
        files.append(declaration.file)
    final = merged_type or UNSPECIFIED
    if final.sub_modules is not None:
        final = final.with_sub_modules(sub_modules) or final
    return OptionDeclaration(loc, merged, merged_type, sub_modules, tuple(declarations), final)


def _type_of(option: Attrs) -> OptionType | None:
    value = get(option, "type")
    return None if value is MISSING else as_type(value)


def _already(loc: Loc, declaration: Declaration, files: list[str]) -> Thrown:
    return Thrown(
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


def merged_attrs(declaration: OptionDeclaration) -> Attrs:
    """What mergeOptionDecls returns."""
    made = Attrs(declaration.attrs)
    made["loc"] = list(declaration.loc)
    made["declarations"] = list(declaration.files)
    made["declarationPositions"] = Thunk(_positions, declaration)
    made["options"] = declaration.sub_modules
    if declaration.own_type is not None:
        made["type"] = nix_view(declaration.own_type)
    return made


def fixed_attrs(declaration: OptionDeclaration) -> Attrs:
    """The same after fixupOptionType."""
    made = merged_attrs(declaration)
    made["options"] = []
    made["type"] = nix_view(declaration.type)
    return made


def _positions(declaration: OptionDeclaration) -> Value:
    return [
        Attrs({"file": d.file, "line": None, "column": None})
        if d.site is None or not d.site.unit.is_file
        else position_attrs(d.site)
        for d in declaration.declarations
    ]


def declaration_of_attrs(loc: Loc, attrs: Attrs) -> OptionDeclaration:
    """An option whose declarations were merged before, as evalOptionValue takes it."""
    value = get(attrs, "type")
    if isinstance(value, Unknown):
        raise Unknowable(value)
    if value is MISSING:
        raise Thrown("attribute 'type' missing")
    files = get_lazy(attrs, "declarations")
    found = [] if files is MISSING else [coerce.to_string(f) for f in expect_list(files)]
    declarations = tuple(Declaration(file, None, attrs) for file in found)
    option_type = as_type(value)
    return OptionDeclaration(loc, attrs, option_type, [], declarations, option_type, attrs)
