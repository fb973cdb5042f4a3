"""The part of `lib.types` that makes types of one's own. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import update
from hmls.lang.compare import equal
from hmls.lang.errors import AssertionFailed
from hmls.lang.force import (
    MISSING,
    call,
    expect_attrs,
    expect_bool,
    expect_string,
    force,
    get,
    get_lazy,
    select,
    type_of_set,
)
from hmls.lang.interp import Interp
from hmls.lang.lib.support import arguments, library, pattern
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Value
from hmls.modules.types.base import types_merged
from hmls.modules.types.foreign import as_type, functors_merged
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.scalars import UNSPECIFIED

register = Registry()

_OPTION_TYPE = pattern(
    "name",
    optional=(
        "description", "descriptionClass", "check", "merge", "emptyValue", "getSubOptions",
        "getSubModules", "substSubModules", "typeMerge", "functor", "deprecationMessage",
        "nestedTypes",
    ),
)  # fmt: skip
_DEFAULTS: dict[str, Lazy] = {
    "descriptionClass": None,
    "check": Primop("", 1, lambda _value: True),
    "merge": Thunk(lambda _none: nix_view(UNSPECIFIED)["merge"], None),
    "emptyValue": Attrs(),
    "getSubOptions": Primop("", 1, lambda _prefix: Attrs()),
    "getSubModules": None,
    "substSubModules": Primop("", 1, lambda _modules: None),
    "deprecationMessage": None,
    "nestedTypes": Attrs(),
}


@register.with_interp("mkOptionType", formals=_OPTION_TYPE)
def make_option_type(interp: Interp, given: Lazy) -> Value:
    """A type of the user's own."""
    attrs = arguments("mkOptionType", _OPTION_TYPE, given)
    made = Attrs({"_type": "option-type", **_DEFAULTS, **attrs})
    made["description"] = Thunk(_description, attrs)
    if "functor" not in attrs:
        made["functor"] = Thunk(lambda name: default_functor(interp, name), attrs["name"])
    if "typeMerge" not in attrs:
        made["typeMerge"] = Primop("", 1, lambda other: default_type_merge(made["functor"], other))
    return made


def _description(attrs: Attrs) -> Value:
    found = get(attrs, "description")
    return select(attrs, "name") if found is MISSING or found is None else found


@register.with_interp("defaultFunctor")
def default_functor(interp: Interp, name: Lazy) -> Value:
    return Attrs(
        {
            "name": name,
            "type": Thunk(lambda _name: _type_named(interp, name), name),
            "payload": None,
            "binOp": Primop("", 2, lambda _a, _b: None),
        }
    )


def _type_named(interp: Interp, name: Lazy) -> Value:
    # A name that nixpkgs has a type of only in some other version is taken for one's own.
    return force(expect_attrs(library(interp, "types")).get(expect_string(name)))


@register("defaultTypeMerge")
def default_type_merge(left: Lazy, right: Lazy) -> Value:
    return functors_merged(expect_attrs(left), expect_attrs(right))


@register("mergeTypes")
def merge_types(left: Lazy, right: Lazy) -> Value:
    if not (is_option_type(left) and is_option_type(right)):
        raise AssertionFailed("assertion '((isOptionType a) && (isOptionType b))' failed")
    merged = types_merged(as_type(force(left)), as_type(force(right)))
    if merged is None:
        return Attrs({"_type": "merge-error", "error": "Cannot merge types"})
    return nix_view(merged)


@register("isType")
def is_type(kind: Lazy, value: Lazy) -> Value:
    found = type_of_set(force(value))
    return equal(found or "", kind)


@register("setType")
def set_type(kind: Lazy, value: Lazy) -> Value:
    return update(force(value), Attrs({"_type": kind}))


@register("isOptionType")
def is_option_type(value: Lazy) -> Value:
    return type_of_set(force(value)) == "option-type"


@register("optionDescriptionPhrase")
def option_description_phrase(unparenthesize: Lazy, option_type: Lazy) -> Value:
    attrs = expect_attrs(option_type)
    kind = get_lazy(attrs, "descriptionClass")
    described = expect_string(select(attrs, "description"))
    bare = expect_bool(call(force(unparenthesize), None if kind is MISSING else kind))
    return described if bare else f"({described})"
