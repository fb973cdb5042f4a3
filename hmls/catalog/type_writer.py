"""Option types as JSON, by structure.

Types are numbers in one list, so that equal ones are there once and a type may refer to
itself. Each is the name that `lib.types` or `lib.hm.types` has for it, or an array:

    ["listOf", type]  ["nullOr", type]  ["uniq", type, message] …   around one type
    ["attrsOf", type, placeholder]  ["lazyAttrsOf", type, placeholder]
    ["attrListOf", type, as attributes]
    ["either", type, type]   ["coercedTo", type, function, type]
    ["enum", value, …]  ["strMatching", pattern]  ["separatedString", separator]
    ["path", in store, absolute]  ["intBetween", low, high]  ["numberBetween", low, high]
    ["passwdEntry", type]  ["serializable", name, nullable]
    ["described", type, name, description, class, deprecation]
    ["checked", type, function, name, description, class]
    ["submodule", {…}]  ["deferredModule", {…}]  ["attrTag", {name: option}]
    ["dagOf", type]  ["sourceFileOrLines", folder, file]
    ["foreign", name, description, class, check, merge, empty value]
    ["unknown", text]

Functions, values and what is inside submodules are residuals; see `type_reader` for the
reverse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from hmls.catalog.residual import Residual, residual, unknown_residual
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, expect_attrs, force, get, get_lazy
from hmls.lang.values import Attrs, Lazy, Primop
from hmls.modules.hm_types import (
    GVARIANT,
    OVERLAY_FUNCTION,
    SELECTOR_FUNCTION,
    DagOf,
    SourceFileOrLines,
)
from hmls.modules.types.attr_list import AttrListOf
from hmls.modules.types.attr_tag import AttrTag
from hmls.modules.types.base import OptionType
from hmls.modules.types.choices import Anything, CoercedTo, Either, Enum, TypeOfTypes
from hmls.modules.types.containers import AttrsOf, Container, ListOf
from hmls.modules.types.foreign import ForeignType, TypeAttrs, UnknownType, native_behind
from hmls.modules.types.places import Package, PathType
from hmls.modules.types.singles import Described
from hmls.modules.types.strings import Separated, StringMatching
from hmls.modules.types.submodules import DeferredModule, Submodule
from hmls.modules.types.wrappers import Checked, FunctionTo, NonEmptyListOf, NullOr, Unique

_AROUND: dict[type[OptionType], str] = {
    ListOf: "listOf",
    NonEmptyListOf: "nonEmptyListOf",
    NullOr: "nullOr",
    FunctionTo: "functionTo",
}
_BETWEEN = re.compile(r".* between (\S+) and (\S+) \(both inclusive\)")
_HOME_MANAGER = {
    id(GVARIANT): "hm.gvariant",
    id(SELECTOR_FUNCTION): "hm.selectorFunction",
    id(OVERLAY_FUNCTION): "hm.overlayFunction",
}


class TypeWriter:
    """Collects types. `submodule` and `option` write what is inside them.

    `submodule` may give another submodule instead, around the given one and equal to it.
    """

    def __init__(
        self,
        types: Attrs,
        submodule: Callable[[Submodule], dict[str, Any] | Submodule],
        option: Callable[[Lazy], Any],
    ) -> None:
        self.pool: list[Any] = []
        self._names = {**_named_types(types), **_HOME_MANAGER}
        self._submodule = submodule
        self._option = option
        self._numbers: dict[int, int] = {}
        """Of types by identity; -1 while what is inside them is written."""
        self._texts: dict[str, int] = {}
        self._kept: list[OptionType] = []

    def write(self, option_type: OptionType) -> int:
        """The number of a type. Never raises but when interrupted."""
        identity = id(option_type)
        number = self._numbers.get(identity)
        if number is not None:
            if number < 0:
                number = self._numbers[identity] = len(self.pool)
                self.pool.append(None)
            return number
        self._kept.append(option_type)
        self._numbers[identity] = -1
        try:
            node = self._node(option_type)
            if isinstance(node, Submodule):
                number = self._numbers[identity] = self.write(node)
                return number
        except NixError as error:
            node = ["unknown", f"«error: {error.message}»"]
        except Unknowable as stop:
            node = ["unknown", stop.unknown.text]
        reserved = self._numbers[identity]
        if reserved >= 0:
            self.pool[reserved] = node
            return reserved
        number = self._numbers[identity] = self._number(node)
        return number

    def unknown(self) -> int:
        """The number of a type of which nothing is known."""
        return self._number(["unknown", "…"])

    def _number(self, node: Any) -> int:
        # Parts that are made later are equal to themselves only.
        text = json.dumps(node, default=id)
        number = self._texts.get(text)
        if number is None:
            number = self._texts[text] = len(self.pool)
            self.pool.append(node)
        return number

    def _node(self, option_type: OptionType) -> Any:
        name = self._names.get(id(option_type))
        if name is not None:
            return name
        around = _AROUND.get(type(option_type))
        if around is not None:
            inner = option_type.inner if isinstance(option_type, NonEmptyListOf) else option_type
            assert isinstance(inner, Container)
            return [around, self.write(inner.element)]
        match option_type:
            case DagOf():
                return ["dagOf", self.write(option_type.inner)]
            case AttrsOf():
                kind = "lazyAttrsOf" if option_type.lazy else "attrsOf"
                return [kind, self.write(option_type.element), option_type.placeholder]
            case AttrListOf():
                return ["attrListOf", self.write(option_type.element), option_type.as_attrs]
            case Unique():
                return ["uniq", self.write(option_type.element), option_type.message]
            case Either():
                return ["either", self.write(option_type.left), self.write(option_type.right)]
            case CoercedTo():
                function = residual(option_type.function)
                coerced, final = self.write(option_type.coerced), self.write(option_type.final)
                return ["coercedTo", coerced, function, final]
            case Enum():
                return ["enum", residual(option_type.values)]
            case StringMatching():
                return ["strMatching", option_type.pattern]
            case Separated():
                return ["separatedString", option_type.separator]
            case PathType():
                return ["path", option_type.in_store, option_type.absolute]
            case Package():
                return "package"
            case Anything():
                return "anything"
            case TypeOfTypes():
                return "optionType"
            case Submodule():
                inside = self._submodule(option_type)
                return inside if isinstance(inside, Submodule) else ["submodule", inside]
            case DeferredModule():
                static = self._submodule(Submodule(option_type.system, option_type.static))
                return (
                    ["unknown", "…"]
                    if isinstance(static, Submodule)
                    else ["deferredModule", static]
                )
            case AttrTag():
                tags = {tag: self._option(lazy) for tag, lazy in option_type.tags.items()}
                return ["attrTag", tags]
            case SourceFileOrLines():
                return ["sourceFileOrLines", option_type.folder, option_type.file]
            case Checked():
                return self._checked(option_type)
            case ForeignType():
                return self._foreign(option_type)
            case UnknownType():
                return ["unknown", option_type.unknown.text]
        return ["unknown", option_type.description]

    def _checked(self, option_type: Checked) -> Any:
        described = option_type.description
        bounds = _BETWEEN.fullmatch(described)
        if bounds is not None and option_type.name in ("intBetween", "numberBetween"):
            return [option_type.name, json.loads(bounds[1]), json.loads(bounds[2])]
        inner = option_type.inner
        if isinstance(option_type, Described):
            if _is_serializable(option_type):
                name = described.removesuffix(" value")
                return ["serializable", name, isinstance(inner, NullOr)]
        elif option_type.name.startswith("passwdEntry "):
            return ["passwdEntry", self.write(inner)]
        words = [option_type.name, described, option_type.description_class]
        if isinstance(option_type, Described):
            return ["described", self.write(inner), *words, option_type.deprecation_message]
        check = (
            unknown_residual("a check")
            if option_type.given is None
            else residual(option_type.given)
        )
        return ["checked", self.write(inner), check, *words]

    def _foreign(self, option_type: ForeignType) -> Any:
        attrs = option_type.attrs
        words = [option_type.name, option_type.description, option_type.description_class]
        check, merge = get(attrs, "check"), get(attrs, "merge")
        native = native_behind(merge)
        if native is not None and native_behind(check) is native:
            return ["described", self.write(native), *words, option_type.deprecation_message]
        empty = option_type.empty_value
        return [
            "foreign",
            *words,
            residual(check),
            _merge_name(merge, native),
            *([] if empty is MISSING else [residual(empty)]),
        ]


def _merge_name(merge: Any, native: OptionType | None) -> Residual:
    """The function of lib.options that merges, or `unspecified` for the default."""
    if native is not None:
        return native.name if native.name == "unspecified" else None
    if isinstance(merge, Primop) and not merge.done and merge.name.startswith("lib.options."):
        return merge.name.removeprefix("lib.options.")
    return None


def _is_serializable(option_type: Described) -> bool:
    """Whether it is one of `serializableValueWith`: JSON and its like."""
    inner = option_type.inner
    base = inner.element if isinstance(inner, NullOr) else inner
    if not isinstance(base, Either) or not option_type.description.endswith(" value"):
        return False
    *scalars, sets, lists = base.alternatives
    return (
        [found.name for found in scalars] == ["bool", "int", "float", "str", "path"]
        and isinstance(sets, AttrsOf)
        and isinstance(lists, ListOf)
        and sets.element is option_type
        and lists.element is option_type
    )


def _named_types(types: Attrs) -> dict[int, str]:
    """Types of `lib.types` by identity: their path there."""
    found: dict[int, str] = {}
    for name in types:
        value = force(get_lazy(types, name))
        if isinstance(value, TypeAttrs):
            found.setdefault(id(value.native), name)
        elif name in ("ints", "numbers"):
            for inner, lazy in expect_attrs(value).items():
                inner_value = force(lazy)
                if isinstance(inner_value, TypeAttrs):
                    found[id(inner_value.native)] = f"{name}.{inner}"
    return found
