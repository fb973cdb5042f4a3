"""lib.customisation: overridable results, and functions that find their own arguments.

Source: nixpkgs lib/customisation.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import as_set, update
from hmls.lang.errors import AssertionFailed, NixError, Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    delayed,
    expect_attrs,
    expect_bool,
    expect_string,
    force,
    get,
    get_lazy,
    has,
    is_function,
    select,
)
from hmls.lang.functions import function_args
from hmls.lang.lib.fixed_points import extends
from hmls.lang.lib.support import arguments as arguments_of
from hmls.lang.lib.support import function, pattern
from hmls.lang.lib.trivial import is_applicable
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_CROSS = ("buildBuild", "buildHost", "buildTarget", "hostHost", "hostTarget", "targetTarget")
_MAP_CROSS = pattern(*_CROSS)


def mirrored(original: Value, python: Primop) -> Attrs:
    """A function with the arguments of another (`mirrorFunctionArgs`)."""
    return Attrs(
        {
            "__functor": function(lambda _self: python),
            "__functionArgs": delayed(lambda: _formals(original)),
        }
    )


def _formals(original: Value) -> Attrs:
    if not is_function(original):
        raise NixError("'functionArgs' requires a function")
    return Attrs(function_args(original))


@register.with_interp("makeOverridable")
def make_overridable(interp: Interp, lazy: Lazy) -> Value:
    """A function whose results have `override`, which calls it again."""
    original = force(lazy)
    made = mirrored(original, function(lambda args: _overridable(interp, original, args)))
    if not isinstance(original, Attrs):
        if isinstance(original, Unknown):
            raise Unknowable(original)
        return made
    decorated = update(original, made)
    if not has(original, "override"):
        return decorated

    def override(change: Lazy) -> Value:
        return make_overridable(interp, call(select(original, "override"), change))

    return update(decorated, Attrs({"override": function(override)}))


def _overridable(interp: Interp, original: Value, args: Lazy) -> Value:
    result = call(original, args)
    again = delayed(lambda: mirrored(original, function(override)))

    def override(new: Lazy) -> Value:
        changes = force(new)
        if is_applicable(changes):
            changes = call(changes, args)
        return call(make_overridable(interp, original), _updated(args, changes))

    def remade(change: Primop) -> Value:
        return call(make_overridable(interp, mirrored(original, change)), args)

    def override_drv(change: Lazy) -> Value:
        return remade(
            function(lambda inner: override_derivation(interp, call(original, inner), change))
        )

    def override_attrs(change: Lazy) -> Value:
        return remade(
            function(
                lambda inner: call(
                    select(expect_attrs(call(original, inner)), "overrideAttrs"), change
                )
            )
        )

    if isinstance(result, Attrs):
        added = Attrs({"override": again, "overrideDerivation": function(override_drv)})
        if "overrideAttrs" in result:
            added["overrideAttrs"] = function(override_attrs)
        return update(result, added)
    if is_applicable(result):
        functor = Attrs(
            {
                "__functor": function(lambda _self: result),
                "__functionArgs": delayed(lambda: Attrs(function_args(result))),
            }
        )
        return update(functor, Attrs({"override": again}))
    return result


def _updated(args: Lazy, changes: Value) -> Thunk:
    return delayed(lambda: update(force(args), changes))


@register.with_interp("overrideDerivation")
def override_derivation(interp: Interp, derivation: Lazy, change: Lazy) -> Value:
    """A derivation with other attributes given to its builder."""
    drv = expect_attrs(derivation)

    def built() -> Value:
        attrs = update(select(drv, "drvAttrs"), call(force(change), drv))
        return call(force(interp.globals["derivation"]), attrs)

    def own(name: str) -> Value:
        found = get(drv, name)
        return Attrs() if found is MISSING else found

    passthru = update(
        Attrs({"meta": delayed(lambda: own("meta")), "passthru": delayed(lambda: own("passthru"))}),
        own("passthru"),
    )
    if has(drv, "__spliced"):
        spliced = expect_attrs(get(drv, "__spliced"))
        inner = {
            name: Thunk(lambda item: override_derivation(interp, item, change), lazy)
            for name, lazy in spliced.items()
        }
        passthru = update(passthru, Attrs({"__spliced": Attrs(inner)}))

    def computable() -> Value:
        force(select(drv, "drvPath"))
        return True

    return extend_derivation(delayed(computable), passthru, delayed(built))


@register("extendDerivation")
def extend_derivation(condition: Lazy, passthru: Lazy, derivation: Lazy) -> Value:
    """A derivation with more attributes, whose paths exist only under a condition."""
    drv = expect_attrs(derivation)
    more = expect_attrs(passthru)

    def checked(source: Lazy, name: str) -> Thunk:
        def read() -> Value:
            if not expect_bool(condition):
                raise AssertionFailed("assertion 'condition' failed")
            return select(expect_attrs(source), name)

        return delayed(read)

    def output(name: str) -> Value:
        own = get_lazy(drv, name)
        made = Attrs(
            {
                "type": delayed(lambda: select(expect_attrs(own), "type")),
                "outputName": delayed(lambda: select(expect_attrs(own), "outputName")),
                "outputSpecified": True,
                "drvPath": checked(own, "drvPath"),
                "outPath": checked(own, "outPath"),
            }
        )
        if has(more, "overrideAttrs"):
            made["overrideAttrs"] = function(
                lambda change: select(
                    expect_attrs(call(select(more, "overrideAttrs"), change)), name
                )
            )
        return update(force(common), made)

    def outputs() -> list[str]:
        found = get(drv, "outputs")
        return ["out"] if found is MISSING else [expect_string(item) for item in found]

    def everything() -> Value:
        made = {name: Thunk(output, name) for name in reversed(outputs())}
        made["all"] = delayed(lambda: [made[name] for name in outputs()])
        paths = Attrs({"drvPath": checked(drv, "drvPath"), "outPath": checked(drv, "outPath")})
        return update(update(update(drv, Attrs(made)), more), paths)

    common = delayed(everything)
    return force(common)


@register("hydraJob")
def hydra_job(derivation: Lazy) -> Value:
    """The attributes of a derivation that a build server reads, forced."""
    value = force(derivation)
    if value is None:
        return None
    drv = expect_attrs(value)
    outputs = get(drv, "outputs")
    output_names = ["out"] if outputs is MISSING else [expect_string(item) for item in outputs]
    common: dict[str, Lazy] = {name: select(drv, name) for name in ("name", "system", "meta")}
    common["outputs"] = list(output_names)
    made: dict[str, Lazy] = {}

    def output(name: str) -> Value:
        own = expect_attrs(select(drv, name))
        paths = {key: select(own, key) for key in ("outPath", "drvPath")}
        return Attrs({**common, **made, **paths, "type": "derivation", "outputName": name})

    made.update({name: Thunk(output, name) for name in output_names})
    return force(made[output_names[0]])


@register("makeScope")
def make_scope(new_scope: Lazy, members: Lazy) -> Value:
    """A set of packages that find each other."""

    def build() -> Value:
        def call_package() -> Value:
            return call(select(expect_attrs(scope), "newScope"), Attrs())

        def inner_scope(more: Lazy) -> Value:
            return call(force(new_scope), delayed(lambda: update(force(scope), force(more))))

        def override_scope(overlay: Lazy) -> Value:
            extended = function(lambda final: extends(overlay, members, final))
            return make_scope(new_scope, extended)

        first = Attrs({"callPackage": delayed(call_package)})
        last = Attrs(
            {
                "newScope": function(inner_scope),
                "overrideScope": function(override_scope),
                "packages": members,
            }
        )
        return update(update(first, as_set(call(force(members), scope))), last)

    scope = delayed(build)
    return force(scope)


@register("renameCrossIndexFrom")
def rename_cross_index_from(prefix: Lazy, attrs: Lazy) -> Value:
    start = expect_string(prefix)

    def read(name: str) -> Value:
        return select(expect_attrs(attrs), f"{start}{name[0].upper()}{name[1:]}")

    return Attrs({name: Thunk(read, name) for name in _CROSS})


@register("renameCrossIndexTo")
def rename_cross_index_to(prefix: Lazy, attrs: Lazy) -> Value:
    start = expect_string(prefix)

    def read(name: str) -> Value:
        return select(expect_attrs(attrs), name)

    return Attrs({f"{start}{name[0].upper()}{name[1:]}": Thunk(read, name) for name in _CROSS})


@register("mapCrossIndex")
def map_cross_index(change: Lazy, given: Lazy) -> Value:
    attrs = arguments_of("mapCrossIndex", _MAP_CROSS, given)

    def changed(name: str) -> Value:
        return call(force(change), get_lazy(attrs, name))

    return Attrs({name: Thunk(changed, name) for name in _CROSS})
