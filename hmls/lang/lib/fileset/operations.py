"""What lib.fileset computes with file sets. Source: nixpkgs lib/fileset/default.nix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang import coerce, store
from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    delayed,
    expect_list,
    force,
    get_lazy,
)
from hmls.lang.lib.fileset import trees
from hmls.lang.lib.fileset.values import (
    EMPTY,
    base_components,
    base_of,
    coerced,
    common_prefix,
    create,
    is_empty,
    is_string_like,
    singleton,
    tree_of_set,
    try_coerce,
)
from hmls.lang.lib.filesystem import path_exists
from hmls.lang.lib.support import (
    function,
)
from hmls.lang.values import Attrs, Lazy, Path, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()


def _union(filesets: list[Attrs]) -> Attrs:
    based = [fileset for fileset in filesets if not is_empty(fileset)]
    if not based:
        return EMPTY
    common = base_components(based[0])
    for fileset in based[1:]:
        common = common_prefix(common, base_components(fileset))
    parts = [
        trees.shortened(base_components(fileset)[len(common) :], get_lazy(fileset, "_internalTree"))
        for fileset in based
    ]
    base = Path(store.disk_path("/" + "/".join(common)))
    return create(base, delayed(lambda: trees.union_trees(parts)))


@register.with_interp("union")
def union(interp: Interp, first: Lazy, second: Lazy) -> Value:
    named = ((first, "First argument"), (second, "Second argument"))
    return _union([coerced(interp, f"lib.fileset.union: {name}", v) for v, name in named])


@register.with_interp("unions")
def unions(interp: Interp, filesets: Lazy) -> Value:
    value = force(filesets)
    kind = type_name(value)
    if kind != "list":
        if isinstance(value, Unknown):
            raise Unknowable(value)
        raise Thrown(
            f"lib.fileset.unions: Argument is of type {kind}, but it should be a list instead."
        )
    found = [
        coerced(interp, f"lib.fileset.unions: Element {index}", item)
        for index, item in enumerate(expect_list(value))
    ]
    return _union(found)


@register.with_interp("intersection")
def intersection(interp: Interp, first: Lazy, second: Lazy) -> Value:
    left = coerced(interp, "lib.fileset.intersection: First argument", first)
    right = coerced(interp, "lib.fileset.intersection: Second argument", second)
    if is_empty(left) or is_empty(right):
        return EMPTY
    ours, theirs = base_components(left), base_components(right)
    common = len(common_prefix(ours, theirs))
    if common not in (len(ours), len(theirs)):
        return EMPTY
    longest = right if common == len(ours) else left
    target = base_components(longest)

    def tree() -> Value:
        return trees.intersect_trees(
            trees.lengthened(target[len(ours) :], tree_of_set(left)),
            trees.lengthened(target[len(theirs) :], tree_of_set(right)),
        )

    return create(base_of(longest), delayed(tree))


@register.with_interp("difference")
def difference(interp: Interp, positive: Lazy, negative: Lazy) -> Value:
    where = "lib.fileset.difference: "
    left = coerced(interp, f"{where}First argument (positive set)", positive)
    right = coerced(interp, f"{where}Second argument (negative set)", negative)
    if is_empty(left):
        return EMPTY
    if is_empty(right):
        return left

    def tree() -> Value:
        removed = _seen_from(base_components(left), right)
        return trees.subtract_trees(interp, base_of(left), tree_of_set(left), removed)

    return create(base_of(left), delayed(tree))


def _seen_from(target: list[str], fileset: Attrs) -> Value:
    """A file set's tree as seen from another folder."""
    own = base_components(fileset)
    common = len(common_prefix(target, own))
    if common == len(target):
        tree = trees.shortened(own[common:], get_lazy(fileset, "_internalTree"))
        return trees.tree_of(tree)
    if common == len(own):
        return trees.lengthened(target[common:], tree_of_set(fileset))
    return None


@register.with_interp("maybeMissing")
def maybe_missing(interp: Interp, path: Lazy) -> Value:
    value = force(path)
    if isinstance(value, Path):
        return singleton(interp, value) if path_exists(interp, value) else EMPTY
    if isinstance(value, Unknown):
        raise Unknowable(value)
    if is_string_like(value):
        raise Thrown(
            f'lib.fileset.maybeMissing: Argument ("{coerce.to_string(value)}") is a string-like '
            "value, but it should be a path instead."
        )
    raise Thrown(
        f"lib.fileset.maybeMissing: Argument is of type {type_name(value)}, "
        "but it should be a path instead."
    )


def _print(interp: Interp, fileset: Attrs) -> None:
    if is_empty(fileset):
        interp.trace("(empty)")
        return
    base = base_of(fileset)
    tree = trees.minimal(interp, base, tree_of_set(fileset))
    trees.print_tree(interp, coerce.to_string(base), tree)


@register.with_interp("trace")
def trace(interp: Interp, fileset: Lazy) -> Value:
    _print(interp, coerced(interp, "lib.fileset.trace: Argument", fileset))
    return function(force)


@register.with_interp("traceVal")
def trace_val(interp: Interp, fileset: Lazy) -> Value:
    found = coerced(interp, "lib.fileset.traceVal: Argument", fileset)
    _print(interp, found)
    return found


@register.with_interp("toList")
def to_list(interp: Interp, fileset: Lazy) -> Value:
    found = coerced(interp, "lib.fileset.toList: Argument", fileset)
    if is_empty(found):
        return []
    return trees.files_of(interp, base_of(found), tree_of_set(found))


@register.with_interp("isFileset")
def is_fileset(interp: Interp, value: Lazy) -> Value:
    return not isinstance(try_coerce(interp, "", value), str)
