"""Types as Nix code sees them: sets with `check`, `merge`, `description` and the rest.

Source: nixpkgs lib/types.nix, mkOptionType.
"""

from __future__ import annotations

from hmls.lang.force import (
    MISSING,
    expect_attrs,
    expect_list,
    expect_string,
    force,
    get,
    select,
)
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Value
from hmls.modules.definitions import Loc
from hmls.modules.types.base import OptionType
from hmls.modules.types.foreign import (
    ForeignType,
    Functor,
    NativePart,
    TypeAttrs,
    from_nix_definition,
    functors_merged,
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
    view = TypeAttrs(
        {
            "_type": "option-type",
            "name": Thunk(_name, native),
            "description": Thunk(_description, native),
            "descriptionClass": Thunk(_description_class, native),
            "check": Thunk(_check, native),
            "merge": Thunk(_merge, native),
            "emptyValue": Thunk(_empty, native),
            "getSubOptions": Primop("", 1, lambda prefix: native.sub_options(_loc(prefix))),
            "getSubModules": Thunk(_sub_modules, native),
            "substSubModules": Primop(
                "", 1, lambda modules: _view_or_null(native.with_sub_modules(expect_list(modules)))
            ),
            "typeMerge": Primop(
                "",
                1,
                lambda functor: functors_merged(_functor(native), expect_attrs(functor)),
            ),
            "functor": Thunk(_functor, native),
            "deprecationMessage": native.deprecation_message,
            "nestedTypes": Thunk(_nested, native),
        }
    )
    view.native = native
    return view


def _view_or_null(option_type: OptionType | None) -> Value:
    return None if option_type is None else nix_view(option_type)


def _loc(lazy: Lazy) -> Loc:
    return tuple(expect_string(part) for part in expect_list(lazy))


def _name(native: OptionType) -> Value:
    return native.name


def _description(native: OptionType) -> Value:
    return native.description


def _description_class(native: OptionType) -> Value:
    return native.description_class


def _sub_modules(native: OptionType) -> Value:
    return native.sub_modules


def _empty(native: OptionType) -> Value:
    from hmls.modules.types.wrappers import Checked, NonEmptyListOf, Unique

    if isinstance(native, Unique):
        return get(nix_view(native.element), "emptyValue")
    if isinstance(native, Checked) and not isinstance(native, NonEmptyListOf):
        return get(nix_view(native.inner), "emptyValue")
    empty = native.empty_value
    return Attrs() if empty is MISSING else Attrs({"value": empty})


def _nested(native: OptionType) -> Value:
    from hmls.modules.types.attr_tag import AttrTag

    if isinstance(native, AttrTag):
        return native.tags
    return Attrs({name: nix_view(inner) for name, inner in native.nested.items()})


def _check(native: OptionType) -> Value:
    from hmls.modules.types.wrappers import Unique

    def check(value: Lazy) -> Value:
        return native.accepts(force(value))

    if isinstance(native, Unique):
        return get(nix_view(native.element), "check")
    if not native.has_v2_merge:
        return Primop("", 1, check, tag=native)
    made = NativePart(
        {
            "__functor": Primop("", 2, lambda _self, value: check(value)),
            "isV2MergeCoherent": True,
        }
    )
    made.native = native
    return made


def _merge(native: OptionType) -> Value:
    def merge(loc: Lazy, definitions: Lazy) -> Value:
        found = [from_nix_definition(d) for d in expect_list(definitions)]
        return force(native.merge(_loc(loc), found).value)

    if not native.has_v2_merge:
        return Primop("", 2, merge, tag=native)

    def v2(argument: Lazy) -> Value:
        attrs = expect_attrs(argument)
        found = [from_nix_definition(d) for d in expect_list(select(attrs, "defs"))]
        merged = native.merge(_loc(select(attrs, "loc")), found)
        error = None if merged.error is None else Attrs({"message": merged.error})
        meta = Attrs() if merged.meta is None else merged.meta
        return Attrs({"headError": error, "value": merged.value, "valueMeta": meta})

    made = NativePart(
        {
            "__functor": Primop("", 3, lambda _self, loc, definitions: merge(loc, definitions)),
            "v2": Primop("", 1, v2),
        }
    )
    made.native = native
    return made


def _functor(option_type: OptionType) -> Functor:
    native = option_type.bare
    made = Functor(
        {
            "name": Thunk(_functor_name, native),
            "type": Thunk(_constructor, native),
            "payload": Thunk(_payload, native),
            "binOp": Primop("", 2, lambda left, right: _both(native, left, right)),
        }
    )
    made.native = native
    return made


def _functor_name(native: OptionType) -> Value:
    return native.functor_name


def _payload(native: OptionType) -> Value:
    return native.payload


def _constructor(native: OptionType) -> Value:
    """What makes a type of the functor's payload; without one, the type itself."""
    from hmls.modules.types.constructors import type_of_payload

    if native.payload is None:
        return _view_or_null(native.merged_with(native))
    return Primop("", 1, lambda payload: nix_view(type_of_payload(native, expect_attrs(payload))))


def _both(native: OptionType, left: Lazy, right: Lazy) -> Value:
    """The functor's binOp: one payload of two, or null."""
    from hmls.modules.types.constructors import type_of_payload

    if native.payload is None:
        return None
    first = type_of_payload(native, expect_attrs(left))
    merged = first.merged_with(type_of_payload(native, expect_attrs(right)))
    return None if merged is None else merged.payload
