"""lib.hm.generators.mkDAGOrdered…Format: the formats of pkgs, with DAG entries in order.

Their type is that of the format; the file that they generate is a package, so not known.
Source: Home Manager modules/lib/generators.nix.
"""

from __future__ import annotations

from collections.abc import Callable

from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import as_set, update
from hmls.lang.errors import Unknowable
from hmls.lang.force import call, delayed, expect_attrs, expect_bool, force, get_lazy, select
from hmls.lang.lib.support import NEEDS_PACKAGES, arguments, assertion, function2, option, pattern
from hmls.lang.values import Attrs, Formals, Lazy, Unknown, Value

register = Registry()

_FORMAT = pattern(
    "pkgs", "format", "generator",
    optional=("nativeBuildInputs", "buildCommand", "cycleErrorMessage"),
)  # fmt: skip
_TEXT_OPTIONS = ("listsAsDuplicateKeys", "listToValue")
_READY_MADE: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "json": ("mkDAGOrderedJsonFormat", (), ()),
    "yaml": ("mkDAGOrderedYamlFormat", (), ()),
    "toml": ("mkDAGOrderedTomlFormat", (), ()),
    "ini": (
        "mkDAGOrderedIniFormat",
        (*_TEXT_OPTIONS, "atomsCoercedToLists"),
        ("mkSectionName", "mkKeyValue"),
    ),
    "keyValue": ("mkDAGOrderedKeyValueFormat", _TEXT_OPTIONS, ("mkKeyValue",)),
}
"""Format → its function, the options that it passes on, and its own."""


def _generate(_name: Lazy, _value: Lazy) -> Value:
    raise Unknowable(Unknown("pkgs.runCommandLocal", NEEDS_PACKAGES))


def _ordered(base: Lazy) -> Value:
    return update(as_set(force(base)), Attrs({"generate": function2(_generate)}))


@register("mkDAGOrderedFormat", formals=_FORMAT)
def mk_dag_ordered_format(given: Lazy) -> Value:
    return _ordered(get_lazy(arguments("mkDAGOrderedFormat'", _FORMAT, given), "format"))


def _maker(
    name: str, base: str, passed: tuple[str, ...], own: tuple[str, ...]
) -> tuple[Formals, Callable[[Lazy], Value]]:
    formals = pattern("pkgs", optional=(f"{base}Format", *passed, *own, "cycleErrorMessage"))

    def make(given: Lazy) -> Value:
        args = arguments(name, formals, given)
        if passed:
            doubled = expect_bool(option(args, "listsAsDuplicateKeys", False))
            plain = not doubled or force(option(args, "listToValue", None)) is None
            assertion(plain, "(listsAsDuplicateKeys -> (listToValue == null))")

        def default() -> Value:
            formats = expect_attrs(select(expect_attrs(select(args, "pkgs")), "formats"))
            options = Attrs({name: option(args, name, None) for name in passed})
            if "listsAsDuplicateKeys" in options and "listsAsDuplicateKeys" not in args:
                options["listsAsDuplicateKeys"] = False
            return call(select(formats, base), options)

        return _ordered(option(args, f"{base}Format", delayed(default)))

    return formals, make


for _base, (_name, _passed, _own) in _READY_MADE.items():
    _formals, _make = _maker(_name, _base, _passed, _own)
    register(_name, formals=_formals)(_make)
