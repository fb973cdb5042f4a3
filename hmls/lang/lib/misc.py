"""lib.misc: what nixpkgs deprecated long ago and configurations may still hold, part 1.

Source: nixpkgs lib/deprecated/misc.nix. Merging of sets is in `misc_merges`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.attrs import list_to_attrs
from hmls.lang.builtins.control import generic_closure
from hmls.lang.builtins.lists import any_, elem
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import add, as_set, update
from hmls.lang.compare import equal
from hmls.lang.force import (
    MISSING,
    call,
    call2,
    delayed,
    expect_attrs,
    expect_bool,
    expect_list,
    force,
    get_lazy,
    has,
    select,
)
from hmls.lang.lib.attrsets import attr_by_path, is_set
from hmls.lang.lib.lists import imap1
from hmls.lang.lib.support import arguments, builtin, function, option, pattern
from hmls.lang.lib.trivial import is_applicable
from hmls.lang.values import Attrs, Lazy, OpenList, Primop, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_UNIQ_LIST = pattern("inputList", optional=("acc",))
_UNIQ_LIST_EXT = pattern("inputList", optional=("outputList", "getter", "compare"))
_CLOSURE = pattern("startSet", "operator")


def constants(_interp: Interp) -> dict[str, Lazy]:
    return {
        "fakeHash": "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "fakeSha256": "0" * 64,
        "fakeSha512": "0" * 128,
    }


@register.with_interp("maybeEnv")
def maybe_env(interp: Interp, name: Lazy, default: Lazy) -> Value:
    value = call(builtin(interp, "getEnv"), name)
    return force(default) if equal(value, "") else value


@register("defaultMergeArg")
def default_merge_arg(left: Lazy, right: Lazy) -> Value:
    value = force(right)
    return value if is_set(value) else call(value, left)


@register("defaultMerge")
def default_merge(left: Lazy, right: Lazy) -> Value:
    winner = as_set(default_merge_arg(left, right))
    return update(as_set(force(left)), winner)


@register("foldArgs")
def fold_args(merger: Lazy, function_: Lazy, initial: Lazy, given: Lazy) -> Value:
    """The function's result, which can be called again with more arguments merged in."""
    merged = delayed(
        lambda: call2(force(merger), initial, delayed(lambda: default_merge_arg(initial, given)))
    )

    def passthru(before: Lazy) -> Value:
        again = function(lambda more: fold_args(merger, function_, merged, more))
        passed = delayed(
            lambda: update(
                as_set(attr_by_path(["passthru", "args"], Attrs(), before)),
                as_set(force(given)),
            )
        )
        return update(as_set(force(before)), Attrs({"function": again, "args": passed}))

    base = set_attr_merge(
        "passthru", Attrs(), delayed(lambda: call(force(function_), merged)), function(passthru)
    )
    override = delayed(
        lambda: select(expect_attrs(select(expect_attrs(base), "passthru")), "function")
    )
    return update(base, Attrs({"override": override}))


@register("maybeAttr", "maybeAttrNullable")
def maybe_attr(name: Lazy, default: Lazy, attrs: Lazy) -> Value:
    return attr_by_path([name], default, attrs)


@register("ifEnable")
def if_enable(condition: Lazy, value: Lazy) -> Value:
    if expect_bool(condition):
        return force(value)
    found = force(value)
    if isinstance(found, list | OpenList):
        return []
    if is_set(found):
        return Attrs()
    return False if isinstance(found, bool) else None


@register("checkFlag")
def check_flag(attrs: Lazy, name: Lazy) -> Value:
    flag = force(name)
    if equal(flag, "true"):
        return True
    if equal(flag, "false"):
        return False
    if elem(flag, attr_by_path(["flags"], [], attrs)):
        return True
    return attr_by_path([flag], False, attrs)


@register("getValue")
def get_value(attrs: Lazy, defaults: Lazy, name: Lazy) -> Value:
    return attr_by_path([name], delayed(lambda: _default_value(attrs, defaults, name)), attrs)


def _default_value(attrs: Lazy, defaults: Lazy, name: Lazy) -> Value:
    if expect_bool(check_flag(attrs, name)):
        return True
    for pair in expect_list(defaults):
        default = expect_list(pair)
        if equal(force(default[0]), force(name)):
            return force(default[1])
    return None


@register("checkReqs")
def check_reqs(attrs: Lazy, defaults: Lazy, conditions: Lazy) -> Value:
    for condition in expect_list(conditions):
        flag, *required = expect_list(condition)
        if not expect_bool(check_flag(attrs, flag)):
            continue
        for name in required:
            value = get_value(attrs, defaults, name)
            if equal(value, None) or equal(value, False):
                return False
    return True


@register("uniqList", formals=_UNIQ_LIST)
def uniq_list(given: Lazy) -> Value:
    attrs = arguments("uniqList", _UNIQ_LIST, given)
    seen = list(expect_list(option(attrs, "acc", [])))
    kept: list[Lazy] = []
    for item in expect_list(select(attrs, "inputList")):
        if not elem(item, seen):
            kept.append(item)
            seen.insert(0, item)
    return kept


@register("uniqListExt", formals=_UNIQ_LIST_EXT)
def uniq_list_ext(given: Lazy) -> Value:
    attrs = arguments("uniqListExt", _UNIQ_LIST_EXT, given)
    getter, compare = get_lazy(attrs, "getter"), get_lazy(attrs, "compare")

    def key(item: Lazy) -> Lazy:
        return item if getter is MISSING else delayed(lambda: call(force(getter), item))

    def same(right: Lazy, left: Lazy) -> bool:
        if compare is MISSING:
            return equal(force(key(left)), force(key(right)))
        return expect_bool(call2(force(compare), key(left), key(right)))

    kept = list(expect_list(option(attrs, "outputList", [])))
    for item in expect_list(select(attrs, "inputList")):
        if not any_(Primop("", 2, same, (item,)), kept):
            kept.append(item)
    return kept


@register("condConcat")
def cond_concat(name: Lazy, pairs: Lazy, checker: Lazy) -> Value:
    result = force(name)
    xs = expect_list(pairs)
    while xs:
        condition, *rest = xs
        if expect_bool(call(force(checker), condition)):
            result = add(result, force(rest[0]))
        xs = rest[1:]
    return result


@register("lazyGenericClosure", formals=_CLOSURE)
def lazy_generic_closure(given: Lazy) -> Value:
    """The newest element comes first."""
    attrs = arguments("lazyGenericClosure", _CLOSURE, given)
    pending = list(expect_list(select(attrs, "startSet")))
    keys: list[Lazy] = []
    found: list[Lazy] = []
    while pending:
        element, *pending = pending
        key = get_lazy(expect_attrs(element), "key")
        if elem(key, keys):
            continue
        pending += expect_list(call(select(attrs, "operator"), element))
        keys.insert(0, key)
        found.insert(0, element)
    return found


@register("innerModifySumArgs")
def inner_modify_sum_args(function_: Lazy, extra: Lazy, known: Lazy, more: Lazy) -> Value:
    if equal(force(more), None):
        winner = as_set(force(extra))
        return update(as_set(call2(force(function_), known, more)), winner)
    winner = as_set(force(more))
    merged = update(as_set(force(known)), winner)
    return function(lambda next_: inner_modify_sum_args(function_, extra, merged, next_))


@register("modifySumArgs")
def modify_sum_args(function_: Lazy, extra: Lazy) -> Value:
    return function(lambda more: inner_modify_sum_args(function_, extra, Attrs(), more))


@register("innerClosePropagation")
def inner_close_propagation(found: Lazy, items: Lazy) -> Value:
    closed = list(expect_list(found))
    pending = list(expect_list(items))
    while pending:
        package, *rest = pending
        pending = rest
        if not is_set(force(package)):
            continue
        closed.insert(0, package)
        pending = uniq_list(
            Attrs({"inputList": [*_propagated(force(package)), *rest], "acc": list(closed)})
        )
    return closed


def _propagated(package: Attrs) -> list[Lazy]:
    return [
        item
        for name in ("propagatedBuildInputs", "propagatedNativeBuildInputs")
        for item in expect_list(maybe_attr(name, [], package))
    ]


@register("closePropagationSlow")
def close_propagation_slow(packages: Lazy) -> Value:
    return uniq_list(Attrs({"inputList": inner_close_propagation([], packages)}))


@register("closePropagation", "closePropagationFast")
def close_propagation(packages: Lazy) -> Value:
    """The packages and all that they propagate, each store path once."""

    def entry(package: Lazy) -> Attrs:
        path = delayed(lambda: select(expect_attrs(package), "outPath"))
        return Attrs({"key": path, "val": package})

    def entries(items: list[Lazy]) -> list[Lazy]:
        return [entry(item) for item in items if not equal(force(item), None)]

    def operator(item: Lazy) -> Value:
        package = select(expect_attrs(item), "val")
        return entries(_propagated(package)) if is_set(package) else []

    start = entries(expect_list(packages))
    closed = generic_closure(Attrs({"startSet": start, "operator": function(operator)}))
    return [select(expect_attrs(item), "val") for item in closed]


register("imap")(imap1)


@register("nvs")
def nvs(name: Lazy, value: Lazy) -> Value:
    return list_to_attrs([Attrs({"name": name, "value": value})])


@register("setAttr")
def set_attr(attrs: Lazy, name: Lazy, value: Lazy) -> Value:
    winner = nvs(name, value)
    return update(as_set(force(attrs)), winner)


@register("setAttrMerge")
def set_attr_merge(name: Lazy, default: Lazy, attrs: Lazy, change: Lazy) -> Value:
    before = delayed(lambda: maybe_attr(name, default, attrs))
    return set_attr(attrs, name, delayed(lambda: call(force(change), before)))


@register("nixType")
def nix_type(lazy: Lazy) -> Value:
    value = force(lazy)
    if is_set(value):
        return "derivation" if has(value, "outPath") else "attrs"
    if is_applicable(value):
        return "function"
    if isinstance(value, list | OpenList):
        return "list"
    if isinstance(value, bool):
        return "bool"
    if value is None:
        return "null"
    return "int" if isinstance(value, int) else "string"
