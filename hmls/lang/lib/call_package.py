"""lib.callPackageWith and its kin, and extendMkDerivation.

Source: nixpkgs lib/customisation.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.attrs import intersect_attrs
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import as_set, update
from hmls.lang.errors import Thrown
from hmls.lang.force import (
    MISSING,
    call,
    call2,
    delayed,
    expect_attrs,
    expect_bool,
    expect_int,
    expect_list,
    expect_string,
    force,
    get,
    get_lazy,
    is_derivation,
    select,
)
from hmls.lang.functions import function_args
from hmls.lang.interp import position_attrs
from hmls.lang.lib.customisation import make_overridable, mirrored
from hmls.lang.lib.fixed_points import extends
from hmls.lang.lib.support import aborted, arguments, builtin, function, library, option, pattern
from hmls.lang.lib.trivial import is_applicable
from hmls.lang.values import Attrs, Lambda, Lazy, Site, Thunk, Value
from hmls.syntax.kinds import Field, Kind

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_SPLICING = pattern("splicePackages", "newScope")
_SPLICED = pattern("otherSplices", "f", optional=("keep", "extra"))
_EXTEND = pattern(
    "constructDrv",
    "extendDrvArgs",
    optional=(
        "excludeDrvArgNames",
        "excludeFunctionArgNames",
        "inheritFunctionArgs",
        "transformDrv",
    ),
)


def _function(interp: Interp, lazy: Lazy) -> Value:
    """A function, or the one that a file holds."""
    value = force(lazy)
    return value if is_applicable(value) else call(builtin(interp, "import"), value)


@register.with_interp("callPackageWith")
def call_package_with(interp: Interp, automatic: Lazy, lazy: Lazy, given: Lazy) -> Value:
    """Call a function with those of its arguments that a set has, and some given ones."""
    called = _function(interp, lazy)
    formals = Attrs(function_args(called))
    everything = expect_attrs(update(intersect_attrs(formals, automatic), as_set(force(given))))
    missing = [
        name
        for name in sorted(formals)
        if get_lazy(everything, name) is MISSING and not expect_bool(formals[name])
    ]
    if missing:
        raise aborted(_missing_argument(interp, called, missing[0], automatic, given))
    return call(make_overridable(interp, called), everything)


def _missing_argument(
    interp: Interp, called: Value, name: str, automatic: Lazy, given: Lazy
) -> str:
    available = expect_attrs(update(as_set(force(automatic)), as_set(force(given))))
    found = _suggestions(interp, name, sorted(available))
    hint = ""
    if found:
        quoted = [f'"{item}"' for item in found]
        shown = quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
        hint = f", did you mean {shown}?"
    return (
        "lib.customisation.callPackageWith: Function called without required argument "
        f'"{name}" at {_place(_plain(called), name)}{hint}'
    )


def _place(called: Value, name: str) -> str:
    """File and line of a function's argument."""
    if not isinstance(called, Lambda):
        return "<unknown location>"
    unit, start, end = called.site
    node = unit.node(start, end, Kind.FUNCTION).child_by_field_id(Field.FORMALS)
    for formal in [] if node is None else node.named_children:
        identifier = formal.child_by_field_id(Field.NAME)
        if identifier is not None and identifier.text == name.encode():
            site = Site(unit, identifier.start_byte, identifier.end_byte)
            where = position_attrs(site)
            return f"{where['file']}:{where['line']}"
    return "<unknown location>"


def _plain(called: Value) -> Value:
    """The function itself behind a set with `__functor`."""
    while isinstance(called, Attrs):
        called = call(select(called, "__functor"), called)
    return called


def _suggestions(interp: Interp, name: str, available: list[str]) -> list[str]:
    close = call2(library(interp, "strings", "levenshteinAtMost"), 2, name)
    distance = call(library(interp, "strings", "levenshtein"), name)
    near = [item for item in available if expect_bool(call(close, item))]
    ranked = {item: expect_int(call(distance, item)) for item in near}
    return sorted(near, key=ranked.__getitem__)[:3]


@register.with_interp("callPackagesWith")
def call_packages_with(interp: Interp, automatic: Lazy, lazy: Lazy, given: Lazy) -> Value:
    """As `callPackageWith` for a function that gives a set of packages."""
    called = _function(interp, lazy)
    formals = Attrs(function_args(called))
    origin = delayed(lambda: update(intersect_attrs(formals, automatic), as_set(force(given))))
    packages = expect_attrs(call(called, origin))
    if is_derivation(packages):
        name = get(packages, "name")
        shown = "<unknown-name>" if name is MISSING else expect_string(name)
        raise Thrown(
            f'function `callPackages` was called on a *single* derivation "{shown}"; '
            "did you mean to use `callPackage` instead?"
        )

    def overridable(name: str) -> Value:
        one = mirrored(called, function(lambda new: select(expect_attrs(call(called, new)), name)))
        return call(make_overridable(interp, one), origin)

    return Attrs({name: Thunk(overridable, name) for name in packages})


@register("makeScopeWithSplicing")
def make_scope_with_splicing(
    splice: Lazy, new_scope: Lazy, splices: Lazy, keep: Lazy, extra: Lazy, members: Lazy
) -> Value:
    outer = Attrs({"splicePackages": splice, "newScope": new_scope})
    inner = Attrs({"otherSplices": splices, "keep": keep, "extra": extra, "f": members})
    return call(make_scope_with_splicing_(outer), inner)


@register("makeScopeWithSplicing'", formals=_SPLICING)
def make_scope_with_splicing_(given: Lazy) -> Value:
    outer = arguments("makeScopeWithSplicing'", _SPLICING, given)

    def build(lazy: Lazy) -> Value:
        return _spliced_scope(outer, arguments("makeScopeWithSplicing'", _SPLICED, lazy))

    return function(build, _SPLICED)


_SPLICE_NAMES = {
    "pkgsBuildBuild": "selfBuildBuild",
    "pkgsBuildHost": "selfBuildHost",
    "pkgsBuildTarget": "selfBuildTarget",
    "pkgsHostHost": "selfHostHost",
    "pkgsTargetTarget": "selfTargetTarget",
}


def _spliced_scope(outer: Attrs, inner: Attrs) -> Value:
    members, nothing = get_lazy(inner, "f"), function(lambda _: Attrs())

    def spliced() -> Value:
        others = expect_attrs(select(inner, "otherSplices"))
        sets: dict[str, Lazy] = {name: get_lazy(others, own) for name, own in _SPLICE_NAMES.items()}
        sets["pkgsHostTarget"] = scope
        base = call(select(outer, "splicePackages"), Attrs(sets))
        extra = call(force(option(inner, "extra", nothing)), base)
        kept = call(force(option(inner, "keep", nothing)), scope)
        return update(update(as_set(extra), as_set(base)), as_set(kept))

    all_packages = delayed(spliced)

    def new_scope(more: Lazy) -> Value:
        both = delayed(lambda: update(force(all_packages), force(more)))
        return call(select(outer, "newScope"), both)

    def override_scope(overlay: Lazy) -> Value:
        extended = function(lambda final: extends(overlay, members, final))
        changed = Attrs({**inner, "f": extended})
        return call(make_scope_with_splicing_(outer), changed)

    def build() -> Value:
        own = {
            "newScope": function(new_scope),
            "callPackage": delayed(lambda: call(select(outer, "newScope"), all_packages)),
            "overrideScope": function(override_scope),
            "packages": members,
        }
        return update(as_set(call(force(members), scope)), Attrs(own))

    scope = delayed(build)
    return force(scope)


@register("extendMkDerivation", formals=_EXTEND)
def extend_mk_derivation(given: Lazy) -> Value:
    """A build helper made of another: mkDerivation with arguments of its own."""
    args = arguments("extendMkDerivation", _EXTEND, given)
    excluded = delayed(lambda: force(option(args, "excludeDrvArgNames", [])))
    construct, extend = get_lazy(args, "constructDrv"), get_lazy(args, "extendDrvArgs")
    transform = option(args, "transformDrv", function(force))

    def build(fixed_point: Lazy) -> Value:
        def final_args(final: Lazy) -> Value:
            value = force(fixed_point)
            previous = call(value, final) if is_applicable(value) else value
            return update(
                _without(previous, excluded), as_set(call2(force(extend), final, previous))
            )

        made = delayed(lambda: call(force(construct), function(final_args)))
        return call(force(transform), made)

    def formals() -> Value:
        own = function_args(call(force(extend), Attrs()))
        base: Value = Attrs()
        if expect_bool(option(args, "inheritFunctionArgs", True)):
            base = _without(Attrs(function_args(force(construct))), excluded)
        return _without(update(base, Attrs(own)), option(args, "excludeFunctionArgNames", []))

    return Attrs(
        {
            "__functor": function(lambda _self: function(build)),
            "__functionArgs": delayed(formals),
            "constructDrv": construct,
            "excludeDrvArgNames": excluded,
            "extendDrvArgs": extend,
            "transformDrv": transform,
        }
    )


def _without(attrs: Value, excluded: Lazy) -> Attrs:
    left_out = [expect_string(name) for name in expect_list(excluded)]
    found = expect_attrs(attrs)
    return Attrs({name: lazy for name, lazy in found.items() if name not in left_out})
