"""`pkgs.formats`: the types of settings files, by structure.

Source: nixpkgs pkgs/pkgs-lib/formats.nix, whose types are made of lib.types alone.
"""

from __future__ import annotations

from collections.abc import Callable

from hmls.lang.force import MISSING, delayed, expect_attrs, force, get
from hmls.lang.interp import Interp
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Primop, Unknown, Value
from hmls.modules.types.base import OptionType
from hmls.modules.types.choices import CoercedTo, Either
from hmls.modules.types.containers import AttrsOf, ListOf
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.scalars import BOOL, FLOAT, INT, STR
from hmls.modules.types.singles import Described, serializable
from hmls.modules.types.wrappers import NullOr

_GENERATED = Cause("package", "files are generated when the home is built")


def formats(_interp: Interp) -> Attrs:
    """Name → function from a format's arguments to `{ type; generate; }`."""
    made = {name: _format(name, make) for name, make in _FORMATS.items()}
    return OpenAttrs(made, Unknown("pkgs.formats", _GENERATED))


def _format(name: str, make: Callable[[Attrs], OptionType]) -> Primop:
    def function(lazy: Lazy) -> Value:
        arguments = force(lazy)
        given = arguments if isinstance(arguments, Attrs) else expect_attrs(arguments)
        text = f"(pkgs.formats.{name} {{ }}).generate"
        known: dict[str, Lazy] = {
            "type": delayed(lambda: nix_view(make(given))),
            "generate": Primop("generate", 2, lambda file, _value: _generated(text, file)),
        }
        return OpenAttrs(known, Unknown(f"(pkgs.formats.{name} {{ }})", _GENERATED))

    return Primop(f"pkgs.formats.{name}", 1, function)


def _generated(text: str, file: Lazy) -> Unknown:
    from hmls.lang.show import show

    return Unknown(f"{text} {show(file, 100)} …", _GENERATED)


def _json(_arguments: Attrs) -> OptionType:
    return serializable("JSON", nullable=True)


def _yaml(_arguments: Attrs) -> OptionType:
    return serializable("YAML 1.1", nullable=True)


def _yaml_1_2(_arguments: Attrs) -> OptionType:
    return serializable("YAML 1.2", nullable=True)


def _toml(_arguments: Attrs) -> OptionType:
    return serializable("TOML", nullable=False)


_SINGLE = Described(
    NullOr(Either(Either(Either(BOOL, INT), FLOAT), STR)),
    "INI atom (null, bool, int, float or string)",
)


def _ini_atom(arguments: Attrs) -> OptionType:
    coerced = get(arguments, "atomsCoercedToLists")
    if _given(arguments, "listsAsDuplicateKeys"):
        if coerced is True:
            singleton = Primop("singleton", 1, lambda item: [item])
            return Described(
                CoercedTo(_SINGLE, singleton, ListOf(_SINGLE)),
                f"{_SINGLE.description} or a list of them for duplicate keys",
            )
        return Described(
            Either(_SINGLE, ListOf(_SINGLE)),
            f"{_SINGLE.description} or a list of them for duplicate keys",
        )
    if _given(arguments, "listToValue"):
        return Described(
            Either(_SINGLE, ListOf(_SINGLE)),
            f"{_SINGLE.description} or a list of them for concatenation",
        )
    return _SINGLE


def _given(arguments: Attrs, name: str) -> bool:
    value = get(arguments, name)
    return value is not MISSING and value is not None and value is not False


def _ini(arguments: Attrs) -> OptionType:
    return AttrsOf(AttrsOf(_ini_atom(arguments)))


def _key_value(arguments: Attrs) -> OptionType:
    return AttrsOf(_ini_atom(arguments))


def _git_ini(arguments: Attrs) -> OptionType:
    atom = _ini_atom(arguments)
    return AttrsOf(AttrsOf(Either(atom, AttrsOf(atom))))


_FORMATS: dict[str, Callable[[Attrs], OptionType]] = {
    "json": _json,
    "yaml": _yaml,
    "yaml_1_1": _yaml,
    "yaml_1_2": _yaml_1_2,
    "toml": _toml,
    "ini": _ini,
    "keyValue": _key_value,
    "gitIni": _git_ini,
}
