"""Types made of what their functors hold. Source: nixpkgs lib/types.nix, `functor.type`."""

from __future__ import annotations

from hmls.lang.force import expect_attrs, expect_bool, expect_list, expect_string, force, select
from hmls.lang.values import Attrs, Lazy, Thunk, Value
from hmls.modules.types.attr_tag import AttrTag
from hmls.modules.types.base import OptionType
from hmls.modules.types.choices import Either, Enum
from hmls.modules.types.containers import AttrsOf, Container
from hmls.modules.types.foreign import as_type
from hmls.modules.types.places import PathType
from hmls.modules.types.strings import Separated, StringMatching
from hmls.modules.types.submodules import DeferredModule, Submodule


def type_of_payload(like: OptionType, payload: Attrs) -> OptionType:
    """A type of the kind of another one, of another payload."""
    match like:
        case AttrsOf():
            return AttrsOf(
                _later(payload),
                lazy=expect_bool(payload["lazy"]),
                placeholder=expect_string(payload["placeholder"]),
            )
        case Container():
            return like.around(_later(payload))  # type: ignore[arg-type]
        case Either():
            left, right = expect_list(select(payload, "elemType"))
            return Either(Thunk(_type, left), Thunk(_type, right))
        case Enum():
            return Enum(payload["values"])
        case StringMatching():
            return StringMatching(expect_string(select(payload, "pattern")))
        case Separated():
            return Separated(expect_string(select(payload, "sep")))
        case PathType():
            return PathType(
                in_store=select(payload, "inStore"), absolute=select(payload, "absolute")
            )
        case AttrTag():
            return AttrTag(expect_attrs(select(payload, "tags")))
        case DeferredModule():
            return DeferredModule(like.system, expect_list(select(payload, "staticModules")))
        case Submodule():
            return Submodule(
                like.system,
                payload["modules"],
                special_args=payload["specialArgs"],
                shorthand=payload["shorthandOnlyDefinesConfig"],
                description=payload["description"],
                module_class=payload["class"],
            )
    raise AssertionError(like)


def _later(payload: Attrs) -> Thunk:
    return Thunk(_element, payload)


def _element(payload: Attrs) -> Value:
    return as_type(select(payload, "elemType"))


def _type(lazy: Lazy) -> Value:
    return as_type(force(lazy))
