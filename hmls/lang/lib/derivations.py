"""lib.derivations: derivations that are looked at later, optional ones, and ones that warn.

Source: nixpkgs lib/derivations.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.attrs import map_attrs, remove_attrs, unsafe_get_attr_pos
from hmls.lang.builtins.control import throw
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import as_set, concat_strings, update
from hmls.lang.compare import equal
from hmls.lang.errors import Thrown
from hmls.lang.force import MISSING, call, delayed, expect_attrs, force, get_lazy, select
from hmls.lang.lib.attrsets import gen_attrs, is_derivation_, look_up
from hmls.lang.lib.lists import choose
from hmls.lang.lib.pretty import Layout, pretty
from hmls.lang.lib.support import arguments, builtin, function, function2, option, pattern
from hmls.lang.values import Attrs, Lambda, Lazy, Primop, Thunk, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

BUILTINS = "addDrvOutputDependencies unsafeDiscardOutputDependency"
_LAZY = pattern("derivation", optional=("meta", "passthru", "outputs"))
_ONE_LINE = Layout(multiline=False)


@register("lazyDerivation", formals=_LAZY)
def lazy_derivation(given: Lazy) -> Value:
    """A set whose names are known without looking at the derivation."""
    attrs = arguments("lazyDerivation", _LAZY, given)
    outputs = option(attrs, "outputs", ["out"])
    checked = delayed(lambda: _checked(attrs, outputs))

    def member(name: Lazy) -> Value:
        return select(expect_attrs(checked), force(name))

    items: dict[str, Lazy] = {"type": "derivation", "outputs": outputs}
    for name in ("outPath", "outputName", "drvPath", "name", "system"):
        items[name] = Thunk(member, name)
    meta = get_lazy(attrs, "meta")
    items["meta"] = Thunk(member, "meta") if meta is MISSING else meta
    passed = as_set(force(option(attrs, "passthru", Attrs())))
    of_outputs = gen_attrs(outputs, function(member))
    return update(Attrs(items), update(of_outputs, passed))


def _checked(attrs: Attrs, outputs: Lazy) -> Value:
    """The derivation. The error is that of nixpkgs without the advice at its end."""
    derivation = get_lazy(attrs, "derivation")
    if not is_derivation_(derivation):
        raise Thrown("lazyDerivation: input must be a derivation.")
    found = expect_attrs(derivation)
    if equal(select(found, "outputs"), force(outputs)):
        return found
    name = look_up(found, "name")
    return throw(
        concat_strings(
            [
                "lib.lazyDerivation: The derivation ",
                "<unknown>" if name is MISSING else name,
                " has outputs that don't match the assumed outputs.\n\n"
                "Assumed outputs passed to lazyDerivation",
                _place_of_outputs(attrs),
                ":\n    ",
                pretty(outputs, _ONE_LINE),
                ";\n\nActual outputs of the derivation",
                _place_of_package(found),
                ":\n    ",
                pretty(select(found, "outputs"), _ONE_LINE),
                "\n",
            ]
        )
    )


def _place_of_outputs(attrs: Attrs) -> str:
    place = unsafe_get_attr_pos("outputs", attrs)
    if place is None:
        return ""
    return f",\n    at {place['file']}:{place['line']}:{place['column']}"


def _place_of_package(package: Attrs) -> str:
    meta = look_up(package, "meta")
    position = MISSING if meta is MISSING else look_up(meta, "position")
    return f",\n    defined at {position}" if isinstance(position, str) else ""


@register("optionalDrvAttr")
def optional_drv_attr(condition: Lazy, value: Lazy) -> Value:
    return choose(condition, value, None)


@register.with_interp("warnOnInstantiate")
def warn_on_instantiate(interp: Interp, message: Lazy, package: Lazy) -> Value:
    """The package, all of whose attributes but a few warn when they are used."""
    found = as_set(force(package))
    warn = call(builtin(interp, "warn"), message)
    wrapped = remove_attrs(found, ["meta", "name", "type", "outputName"])
    warning = update(found, map_attrs(function2(lambda _name, value: call(warn, value)), wrapped))
    override = look_up(found, "overrideAttrs")
    if not isinstance(override, Lambda | Primop):
        return warning

    def overridden(change: Lazy) -> Value:
        return warn_on_instantiate(interp, message, delayed(lambda: call(override, change)))

    return update(warning, Attrs({"overrideAttrs": function(overridden)}))
