"""Types as Nix code sees them: sets with `check`, `merge`, `description` and the rest.

Source: nixpkgs lib/types.nix, mkOptionType.
"""

from __future__ import annotations

from hmls.lang.force import MISSING, delayed, expect_attrs, expect_list, expect_string, force
from hmls.lang.values import Attrs, Lazy, Primop, Value
from hmls.modules.types.base import OptionType
from hmls.modules.types.foreign import (
    ForeignType,
    NativeMerge,
    TypeAttrs,
    from_nix_definition,
)


def nix_view(option_type: OptionType) -> Attrs:
    """The set that stands for a type; the same one for the same type."""
    if isinstance(option_type, ForeignType):
        return option_type.attrs
    view: TypeAttrs | None = option_type.view
    if view is None:
        view = option_type.view = _make(option_type)
    return view


def _make(native: OptionType) -> TypeAttrs:
    check = Primop("check", 1, lambda value: native.accepts(force(value)), tag=native)
    view = TypeAttrs(
        {
            "_type": "option-type",
            "name": delayed(lambda: native.name),
            "description": delayed(lambda: native.description),
            "descriptionClass": delayed(lambda: native.description_class),
            "check": check,
            "merge": delayed(lambda: _merge(native)),
            "emptyValue": delayed(lambda: _empty(native)),
            "getSubOptions": Primop(
                "getSubOptions", 1, lambda prefix: native.sub_options(_loc(prefix))
            ),
            "getSubModules": delayed(lambda: native.sub_modules),
            "substSubModules": Primop(
                "substSubModules",
                1,
                lambda modules: nix_view(native.with_sub_modules(expect_list(modules))),
            ),
            "typeMerge": Primop("typeMerge", 1, lambda functor: _type_merge(native, functor)),
            "functor": delayed(lambda: _functor(native)),
            "deprecationMessage": native.deprecation_message,
            "nestedTypes": delayed(
                lambda: Attrs({name: nix_view(inner) for name, inner in native.nested.items()})
            ),
        }
    )
    view.native = native
    return view


def _loc(lazy: Lazy) -> tuple[str, ...]:
    return tuple(expect_string(part) for part in expect_list(lazy))


def _empty(native: OptionType) -> Attrs:
    empty = native.empty_value
    return Attrs() if empty is MISSING else Attrs({"value": empty})


def _merge(native: OptionType) -> Value:
    def merge(loc: Lazy, definitions: Lazy) -> Value:
        found = [from_nix_definition(d) for d in expect_list(definitions)]
        return force(native.merge(_loc(loc), found).value)

    plain = Primop("merge", 2, merge, tag=native)
    if not native.has_v2_merge:
        return plain

    def v2(argument: Lazy) -> Value:
        attrs = expect_attrs(argument)
        found = [from_nix_definition(d) for d in expect_list(attrs["defs"])]
        merged = native.merge(_loc(attrs["loc"]), found)
        error = None if merged.error is None else Attrs({"message": merged.error})
        return Attrs(
            {"headError": error, "value": merged.value, "valueMeta": merged.meta or Attrs()}
        )

    functor = Primop("__functor", 3, lambda _self, loc, definitions: merge(loc, definitions))
    made = NativeMerge({"__functor": functor, "v2": Primop("v2", 1, v2)})
    made.native = native
    return made


class Functor(Attrs):
    """A type's `functor`, which remembers the type."""

    __slots__ = ("native",)
    native: OptionType


def _functor(native: OptionType) -> Attrs:
    made = Functor(
        {
            "name": delayed(lambda: native.name),
            "type": delayed(lambda: nix_view(native)),
            "payload": delayed(lambda: _payload(native)),
            "wrapped": delayed(lambda: _wrapped(native)),
            "binOp": Primop("binOp", 2, lambda _a, _b: None),
        }
    )
    made.native = native
    return made


def _payload(native: OptionType) -> Value:
    nested = native.nested
    if set(nested) == {"elemType"}:
        return Attrs({"elemType": nix_view(nested["elemType"])})
    if {"left", "right"} <= set(nested):
        return Attrs({"elemType": [nix_view(nested["left"]), nix_view(nested["right"])]})
    values = getattr(native, "values", None)
    return None if values is None else Attrs({"values": values})


def _wrapped(native: OptionType) -> Value:
    element = native.nested.get("elemType")
    return None if element is None else nix_view(element)


def _type_merge(native: OptionType, lazy: Lazy) -> Value:
    functor = force(lazy)
    if not isinstance(functor, Functor):
        return None
    merged = native.merged_with(functor.native)
    return None if merged is None else nix_view(merged)
