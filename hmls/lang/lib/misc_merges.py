"""lib.misc, part 2: merging sets attribute by attribute.

Source: nixpkgs lib/deprecated/misc.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.attrs import remove_attrs
from hmls.lang.builtins.lists import elem
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import as_set, concat, concat_strings, update
from hmls.lang.errors import Thrown
from hmls.lang.force import call2, expect_attrs, expect_list, force, has, names, select
from hmls.lang.lib.lists import to_list
from hmls.lang.lib.misc import maybe_attr
from hmls.lang.lib.support import arguments, function2, option, pattern
from hmls.lang.lib.trivial import concat_, merge_attrs
from hmls.lang.values import Attrs, Lazy, Thunk, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_NO_OVERRIDE = pattern(optional=("mergeLists", "overrideSnd"))
_CONCATENATED = (
    "nativeBuildInputs",
    "buildInputs",
    "propagatedBuildInputs",
    "configureFlags",
    "prePhases",
    "postAll",
    "patches",
)


def constants(_interp: Interp) -> dict[str, Lazy]:
    return {"mergeAttrBy": merge_functions()}


def merge_functions() -> Attrs:
    """How attributes of these names are merged by default."""
    lines = function2(lambda a, b: concat_strings([force(a), "\n", force(b)]))
    return Attrs(
        {
            **dict.fromkeys(_CONCATENATED, function2(concat_)),
            **dict.fromkeys(("passthru", "meta", "cfg", "flags"), function2(merge_attrs)),
            **dict.fromkeys(("preConfigure", "postInstall"), lines),
        }
    )


@register("mergeAttrsWithFunc")
def merge_attrs_with_func(merge: Lazy, left: Lazy, right: Lazy) -> Value:
    """An attribute of the right side only is merged with itself, as nixpkgs has it."""
    loser = expect_attrs(right)
    both = expect_attrs(update(loser, as_set(force(left))))

    def merged(name: str) -> Value:
        return call2(force(merge), both[name], loser[name])

    return update(both, Attrs({name: Thunk(merged, name) for name in names(loser)}))


@register("mergeAttrsConcatenateValues")
def merge_attrs_concatenate_values(left: Lazy, right: Lazy) -> Value:
    joined = function2(lambda a, b: concat(to_list(a), to_list(b)))
    return merge_attrs_with_func(joined, left, right)


@register("mergeAttrsNoOverride", formals=_NO_OVERRIDE)
def merge_attrs_no_override(given: Lazy) -> Value:
    attrs = arguments("mergeAttrsNoOverride", _NO_OVERRIDE, given)

    def merge(left: Lazy, right: Lazy) -> Value:
        merged = expect_attrs(left)
        added = expect_attrs(right)
        for name in names(added):
            value = Thunk(merged_value, (name, merged, added))
            merged = expect_attrs(update(merged, Attrs({name: value})))
        return merged

    def merged_value(found: tuple[str, Attrs, Attrs]) -> Value:
        name, left, right = found
        if not has(left, name):
            return force(right[name])
        if elem(name, option(attrs, "mergeLists", ["buildInputs", "propagatedBuildInputs"])):
            return concat(select(right, name), select(left, name))
        if elem(name, option(attrs, "overrideSnd", ["buildPhase"])):
            return select(left, name)
        raise Thrown(
            f"error mergeAttrsNoOverride, attribute {name} given in both attributes - no merge "
            "func defined"
        )

    return function2(merge)


@register("mergeAttrByFunc")
def merge_attr_by_func(left: Lazy, right: Lazy) -> Value:
    x, y = expect_attrs(left), expect_attrs(right)
    functions = Attrs({"mergeAttrBy": function2(merge_attrs)})
    for attrs in (x, y):
        functions = update(functions, as_set(maybe_attr("mergeAttrBy", Attrs(), attrs)))
    unused = [name for name in names(functions) if not has(x, name) and not has(y, name)]

    def merged(name: str) -> Value:
        if not has(x, name) or not has(y, name):
            return select(x if has(x, name) else y, name)
        return call2(force(functions[name]), x[name], y[name])

    used = remove_attrs(functions, unused)
    return update(update(x, y), Attrs({name: Thunk(merged, name) for name in used}))


@register("mergeAttrsByFuncDefaults")
def merge_attrs_by_func_defaults(sets: Lazy) -> Value:
    merged: Value = Attrs({"mergeAttrBy": merge_functions()})
    for attrs in expect_list(sets):
        merged = merge_attr_by_func(merged, attrs)
    return merged


@register("mergeAttrsByFuncDefaultsClean")
def merge_attrs_by_func_defaults_clean(sets: Lazy) -> Value:
    return remove_attrs(merge_attrs_by_func_defaults(sets), ["mergeAttrBy"])
