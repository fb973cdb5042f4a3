"""lib.fixedPoints: values defined by themselves, and their extension.

Source: nixpkgs lib/fixed-points.nix.
"""

from __future__ import annotations

from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import as_set, update
from hmls.lang.compare import equal
from hmls.lang.force import call, call2, delayed, expect_string, force
from hmls.lang.lib.lists import foldr
from hmls.lang.lib.support import function, function2
from hmls.lang.lib.trivial import is_applicable, merge_attrs
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Value

register = Registry()


@register("fix")
def fix(function: Lazy) -> Value:
    itself: Thunk = delayed(lambda: call(force(function), itself))
    return force(itself)


@register("fix'")
def fix_unfixable(function: Lazy) -> Value:
    """As `fix`, with the function kept in the result as `__unfix__`."""
    itself: Thunk = delayed(
        lambda: update(as_set(call(force(function), itself)), Attrs({"__unfix__": function}))
    )
    return force(itself)


@register("converge")
def converge(function: Lazy, initial: Lazy) -> Value:
    before: Lazy = initial
    while True:
        after = call(force(function), before)
        if equal(after, force(before)):
            return force(before)
        before = after


@register("extends")
def extends(overlay: Lazy, function: Lazy, final: Lazy) -> Value:
    previous = delayed(lambda: call(force(function), final))
    return merge_attrs(previous, delayed(lambda: call2(force(overlay), final, previous)))


@register("composeExtensions")
def compose_extensions(first: Lazy, second: Lazy, final: Lazy, previous: Lazy) -> Value:
    applied = delayed(lambda: call2(force(first), final, previous))
    between = delayed(lambda: merge_attrs(previous, applied))
    return merge_attrs(applied, delayed(lambda: call2(force(second), final, between)))


_COMPOSE = Primop("", 4, compose_extensions)
_NOTHING = function2(lambda _final, _previous: Attrs())


@register("composeManyExtensions")
def compose_many_extensions(extensions: Lazy) -> Value:
    return foldr(_COMPOSE, _NOTHING, extensions)


@register("makeExtensible")
def make_extensible(function: Lazy) -> Value:
    return make_extensible_with_custom_name("extend", function)


@register("makeExtensibleWithCustomName")
def make_extensible_with_custom_name(extender: Lazy, members: Lazy) -> Value:
    def extend(overlay: Lazy) -> Value:
        return make_extensible_with_custom_name(
            extender, Primop("", 3, extends, (overlay, members))
        )

    def with_extender(itself: Lazy) -> Value:
        name = expect_string(extender)
        known = as_set(call(force(members), itself))
        return update(known, Attrs({name: function(extend)}))

    return fix_unfixable(function(with_extender))


@register("toExtension")
def to_extension(value: Lazy) -> Value:
    """An overlay from `final: prev: { }`, from `prev: { }` or from a set."""
    if not is_applicable(force(value)):
        return function2(lambda _final, _previous: force(value))

    def extension(final: Lazy, previous: Lazy) -> Value:
        applied = call(force(value), previous)
        return call2(force(value), final, previous) if is_applicable(applied) else applied

    return function2(extension)
