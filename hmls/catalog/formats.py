"""`pkgs.formats`: the types of settings files, by structure.

Source: nixpkgs pkgs/pkgs-lib/formats.nix, whose types are made of lib.types alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from hmls.lang.called import Called
from hmls.lang.force import MISSING, call, delayed, expect_attrs, force, get
from hmls.lang.interp import Interp
from hmls.lang.lib.support import library
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Primop, Unknown, Value
from hmls.modules.system import ModuleSystem
from hmls.modules.types.base import OptionType
from hmls.modules.types.choices import CoercedTo, Either
from hmls.modules.types.containers import AttrsOf, ListOf
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.places import Package
from hmls.modules.types.scalars import BOOL, FLOAT, INT, STR
from hmls.modules.types.singles import Described, either_all, serializable
from hmls.modules.types.submodules import Submodule
from hmls.modules.types.wrappers import NonEmptyListOf, NullOr

Parts: TypeAlias = dict[str, OptionType]
"""`type`, and `atom` where the format's `lib.types` has one."""
Make: TypeAlias = Callable[[Interp, Attrs], Parts]
_GENERATED = Cause("package", "files are generated when the home is built")


def formats(interp: Interp) -> Attrs:
    """Name → function from a format's arguments to `{ type; generate; lib; }`."""
    made: dict[str, Lazy] = {n: _format(interp, n, make) for n, make in _FORMATS.items()}
    made["systemd"] = delayed(lambda: call(_format(interp, "systemd", _systemd), Attrs()))
    return OpenAttrs(made, Unknown("pkgs.formats", _GENERATED))


def _format(interp: Interp, name: str, make: Make) -> Primop:
    def function(lazy: Lazy) -> Value:
        arguments = force(lazy)
        given = arguments if isinstance(arguments, Attrs) else expect_attrs(arguments)
        text = f"(pkgs.formats.{name} {{ }})"
        parts = delayed(lambda: make(interp, given))

        def type_of(part: str) -> Lazy:
            def found() -> Value:
                made: Parts = force(parts)
                if part not in made:
                    return Unknown(f"{text}.lib.types.{part}", _GENERATED)
                return nix_view(made[part])

            return delayed(found)

        types = OpenAttrs({"atom": type_of("atom")}, Unknown(f"{text}.lib.types", _GENERATED))
        known: dict[str, Lazy] = {
            "type": type_of("type"),
            "generate": Primop(
                "generate", 2, lambda file, value: _generated(f"{text}.generate", file, value)
            ),
            "lib": OpenAttrs({"types": types}, Unknown(f"{text}.lib", _GENERATED)),
        }
        return OpenAttrs(known, Unknown(text, _GENERATED))

    return Primop(f"pkgs.formats.{name}", 1, function)


def _generated(text: str, file: Lazy, value: Lazy) -> Unknown:
    from hmls.lang.show import show

    return Called(Unknown(lambda: f"{text} {show(file, 100)} …", _GENERATED), file, value)


def _value(name: str) -> Make:
    return lambda _interp, _arguments: {"type": serializable(name, nullable=True)}


def _toml(_interp: Interp, _arguments: Attrs) -> Parts:
    return {"type": serializable("TOML", nullable=False)}


def _xml(_interp: Interp, _arguments: Attrs) -> Parts:
    return {"type": Described(AttrsOf(serializable("XML", nullable=True)), "XML value")}


_SCALAR = NullOr(either_all([BOOL, INT, FLOAT, STR]))
_INI_ATOM = Described(_SCALAR, "INI atom (null, bool, int, float or string)")
_ATOM = Described(_SCALAR, "atom (null, bool, int, float or string)")
_SINGLETON = Primop("lib.lists.singleton", 1, lambda item: [item])


def _atom(arguments: Attrs, single: OptionType, *, coerced: bool) -> OptionType:
    """A value of a key, or several where the format has a way to write that."""
    lists: OptionType
    if _given(arguments, "listsAsDuplicateKeys"):
        lists, more = ListOf(single), " or a list of them for duplicate keys"
    elif _given(arguments, "listToValue"):
        lists, more = NonEmptyListOf(single), " or a non-empty list of them"
    else:
        return single
    both = CoercedTo(single, _SINGLETON, lists) if coerced else Either(single, lists)
    return Described(both, single.description + more)


def _ini_atom(arguments: Attrs) -> OptionType:
    return _atom(arguments, _INI_ATOM, coerced=_given(arguments, "atomsCoercedToLists"))


def _given(arguments: Attrs, name: str) -> bool:
    value = get(arguments, name)
    return value is not MISSING and value is not None and value is not False


def _section(atom: OptionType) -> OptionType:
    return Described(AttrsOf(atom), f"section of an INI file (attrs of {atom.description})")


def _ini(_interp: Interp, arguments: Attrs) -> Parts:
    atom = _ini_atom(arguments)
    return {"type": AttrsOf(_section(atom)), "atom": atom}


def _systemd(interp: Interp, _arguments: Attrs) -> Parts:
    return _ini(interp, Attrs({"listsAsDuplicateKeys": True}))


def _ini_with_global_section(interp: Interp, arguments: Attrs) -> Parts:
    atom = _ini_atom(arguments)
    section = _section(atom)
    options = {
        "sections": _section_option(AttrsOf(section), ""),
        "globalSection": _section_option(section, "global "),
    }
    module = Attrs({"options": Attrs(options)})
    return {"type": Submodule(ModuleSystem(interp), [module], shorthand=True), "atom": atom}


def _section_option(option_type: OptionType, prefix: str) -> Attrs:
    return Attrs(
        {
            "_type": "option",
            "type": nix_view(option_type),
            "default": Attrs(),
            "description": f"{prefix}{option_type.description}",
        }
    )


def _git_ini(_interp: Interp, arguments: Attrs) -> Parts:
    atom = _ini_atom(arguments)
    return {"type": AttrsOf(AttrsOf(Either(atom, AttrsOf(atom)))), "atom": atom}


def _key_value(_interp: Interp, arguments: Attrs) -> Parts:
    return {"type": AttrsOf(_atom(arguments, _ATOM, coerced=True))}


def _java_properties(interp: Interp, _arguments: Attrs) -> Parts:
    to_string = expect_attrs(interp.globals["builtins"])["toString"]
    bool_to_string = library(interp, "trivial", "boolToString")
    coerced = [
        CoercedTo(Package(interp), to_string, STR),
        CoercedTo(BOOL, bool_to_string, STR),
        CoercedTo(INT, to_string, STR),
        CoercedTo(FLOAT, to_string, STR),
    ]
    return {
        "type": AttrsOf(Described(either_all([*coerced]), "string, package, bool, int or float"))
    }


_FORMATS: dict[str, Make] = {
    "json": _value("JSON"),
    "yaml": _value("YAML 1.1"),
    "yaml_1_1": _value("YAML 1.1"),
    "yaml_1_2": _value("YAML 1.2"),
    "cdn": _value("CDN"),
    "hcl1": _value("JSON"),
    "xml": _xml,
    "plist": _value("Property list (plist)"),
    "toml": _toml,
    "ini": _ini,
    "iniWithGlobalSection": _ini_with_global_section,
    "systemd": _systemd,
    "gitIni": _git_ini,
    "keyValue": _key_value,
    "javaProperties": _java_properties,
}
