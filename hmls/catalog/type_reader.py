"""Types from what `type_writer` wrote of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hmls.catalog.finish import Scope, contribution, finish
from hmls.catalog.residual import is_whole
from hmls.catalog.specialisations import specialised
from hmls.lang.errors import Unknowable
from hmls.lang.force import call, delayed, expect_attrs, expect_bool, force, get, select
from hmls.lang.interp import Interp
from hmls.lang.values import Attrs, Lazy, Thunk, Unknown, Value
from hmls.modules.hm_types import (
    GVARIANT,
    OVERLAY_FUNCTION,
    SELECTOR_FUNCTION,
    DagOf,
    SourceFileOrLines,
)
from hmls.modules.native import NativeModule, raw
from hmls.modules.properties import merge
from hmls.modules.system import ModuleSystem
from hmls.modules.types.attr_list import AttrListOf
from hmls.modules.types.attr_tag import AttrTag
from hmls.modules.types.base import OptionType
from hmls.modules.types.choices import CoercedTo, Either, Enum
from hmls.modules.types.containers import AttrsOf, ListOf
from hmls.modules.types.foreign import UnknownType, as_type
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.places import PathType
from hmls.modules.types.singles import Described, serializable
from hmls.modules.types.strings import Separated, StringMatching
from hmls.modules.types.submodules import DeferredModule, Submodule
from hmls.modules.types.wrappers import Checked, FunctionTo, NonEmptyListOf, NullOr, Unique

Json = Any
_HOME_MANAGER: dict[str, OptionType] = {
    "hm.gvariant": GVARIANT,
    "hm.selectorFunction": SELECTOR_FUNCTION,
    "hm.overlayFunction": OVERLAY_FUNCTION,
}
_TYPE_OF_OPTION = re.compile(r"options(\.[\w-]+)+\.type")
"""`inherit (options.home.sessionVariables) type;` takes the type of another option."""
_AROUND: dict[str, type[ListOf | NullOr | FunctionTo | NonEmptyListOf]] = {
    "listOf": ListOf,
    "nullOr": NullOr,
    "functionTo": FunctionTo,
    "nonEmptyListOf": NonEmptyListOf,
}


class TypeReader:
    """The types of one list, as far as somebody asks, in one scope.

    `other` is why submodules may have further options, where the list is not of the very sources.
    """

    def __init__(
        self, pool: Sequence[Json], system: ModuleSystem, scope: Scope, other: Unknown | None = None
    ) -> None:
        self.pool = pool
        self.system = system
        self.scope = scope
        self.other = other
        self._read: dict[int, Thunk] = {}

    def lazy(self, number: int) -> Thunk:
        found = self._read.get(number)
        if found is None:
            found = self._read[number] = Thunk(self._known, number)
        return found

    def _known(self, number: int) -> OptionType:
        """The type of a number; of what the scope does not tell it is one that is not known."""
        try:
            return self._type(number)
        except Unknowable as stop:
            return UnknownType(stop.unknown)

    def read(self, number: int) -> OptionType:
        """The type of a number. Raises NixError."""
        return force(self.lazy(number))  # type: ignore[no-any-return]

    def option(self, written: Json) -> Attrs:
        """An option as `extract` writes it."""
        number, more = written
        made: dict[str, Lazy] = {
            "_type": "option",
            "type": Thunk(lambda n: nix_view(self.read(n)), number),
        }
        for name in ("default", "apply", "readOnly"):
            if name in more:
                made[name] = finish(more[name], self.scope)
        for name in ("internal", "visible"):
            if name in more:
                made[name] = more[name]
        return Attrs(made)

    def options(self, tree: Mapping[str, Json]) -> Attrs:
        """A set of options, made as somebody asks for them."""
        return Attrs({name: Thunk(self._node, node) for name, node in tree.items()})

    def _node(self, node: Json) -> Value:
        return self.option(node) if isinstance(node, list) else self.options(node)

    def _type(self, number: int) -> OptionType:
        node = self.pool[number]
        if isinstance(node, str):
            return self._named(node)
        word, *parts = node
        scope = self.scope
        if word in _AROUND:
            return _AROUND[word](self.lazy(parts[0]))
        match word:
            case "attrsOf" | "lazyAttrsOf":
                lazy = word == "lazyAttrsOf"
                return AttrsOf(self.lazy(parts[0]), lazy=lazy, placeholder=parts[1])
            case "attrListOf":
                return AttrListOf(self.lazy(parts[0]), as_attrs=parts[1])
            case "dagOf":
                return DagOf(self.system, self.lazy(parts[0]))
            case "uniq":
                return Unique(self.lazy(parts[0]), parts[1])
            case "either":
                return Either(self.lazy(parts[0]), self.lazy(parts[1]))
            case "coercedTo":
                function = finish(parts[1], scope)
                return CoercedTo(self.read(parts[0]), function, self.lazy(parts[2]))
            case "enum":
                return Enum(finish(parts[0], scope))
            case "strMatching":
                return StringMatching(parts[0])
            case "separatedString":
                return Separated(parts[0])
            case "path":
                return PathType(in_store=parts[0], absolute=parts[1])
            case "intBetween" | "numberBetween":
                kind = "ints" if word == "intBetween" else "numbers"
                between = select(expect_attrs(self._in_lib(kind)), "between")
                return as_type(call(call(between, parts[0]), parts[1]))
            case "passwdEntry":
                return as_type(call(self._in_lib("passwdEntry"), nix_view(self.read(parts[0]))))
            case "serializable":
                return serializable(parts[0], nullable=parts[1])
            case "described":
                inner, name, description, _class, deprecation = parts
                return Described(self.read(inner), description, name=name, deprecation=deprecation)
            case "checked":
                return self._checked(parts)
            case "submodule" if "whole" not in parts[0]:
                return self._submodule(parts[0])
            case "submodule":
                return specialised(scope)
            case "deferredModule" if "whole" not in parts[0]:
                inner_options = parts[0]["options"]
                static = [self._module(parts[0])] if inner_options else []
                return DeferredModule(self.system, [*static])
            case "attrTag":
                return AttrTag(Attrs({tag: self.option(o) for tag, o in parts[0].items()}))
            case "sourceFileOrLines":
                return SourceFileOrLines(self.system, parts[0], parts[1])
            case "unknown" if _TYPE_OF_OPTION.fullmatch(parts[0]):
                return as_type(force(finish(["ref", *parts[0].split(".")], scope)))
        text = parts[1] if word == "foreign" else "a whole configuration"
        return UnknownType(scope.unknown(parts[0] if word == "unknown" else text))

    def _named(self, name: str) -> OptionType:
        if name in _HOME_MANAGER:
            return _HOME_MANAGER[name]
        return as_type(self._in_lib(name))

    def _in_lib(self, name: str) -> Value:
        value = select(expect_attrs(self.scope.lib), "types")
        for part in name.split("."):
            value = select(expect_attrs(value), part)
        return value

    def _checked(self, parts: list[Json]) -> OptionType:
        inner, check, name, description, description_class = parts
        function = finish(check, self.scope)
        whole = is_whole(check)

        def accepts(value: Value) -> bool:
            if not whole:
                raise Unknowable(self.scope.unknown(f"whether it is a {description}"))
            return expect_bool(call(force(function), value))

        return Checked(
            self.read(inner),
            accepts,
            name=name,
            description=description,
            description_class=description_class,
        )

    def _submodule(self, written: Json) -> OptionType:
        return Submodule(
            self.system,
            [self._module(written)],
            shorthand=finish(written.get("shorthand"), self.scope),
            description=finish(written.get("description"), self.scope),
            module_class=finish(written.get("class"), self.scope),
        )

    def _module(self, written: Json) -> Lazy:
        """The module of a submodule: a function, whose arguments are further roots."""
        number = written["number"]

        def module(_interp: Interp, attrs: Attrs) -> Value:
            config = attrs["config"]

            def argument(root: str) -> Lazy:
                name, _, of = root.partition("/")
                if of == str(number):
                    return delayed(lambda: _argument(config, name))
                return self.scope.argument(root)

            scope = Scope(
                self.scope.interp,
                self.scope.lib,
                {
                    **self.scope.roots,
                    f"config/{number}": config,
                    f"options/{number}": attrs["options"],
                },
                argument,
                self.scope.cause,
                {
                    **self.scope.without_others,
                    f"config/{number}": raw(attrs, "config"),
                    f"options/{number}": raw(attrs, "options"),
                },
                self.scope.functions,
            )
            reader = TypeReader(self.pool, self.system, scope, self.other)
            writes = [write(w, scope) for w in written.get("writes", ())]
            if self.other is not None:
                # What is not declared here is an error in one release and an option in another.
                writes.append(Attrs({"_module": Attrs({"check": self.other})}))
            made: dict[str, Lazy] = {
                "options": reader.options(written["options"]),
                "config": merge(writes),
            }
            if "freeform" in written:
                freeform = written["freeform"]
                made["freeformType"] = delayed(lambda: nix_view(reader.read(freeform)))
            moved = [moved_module(m, scope) for m in written.get("moved", ())]
            if moved:
                made["imports"] = moved
            return Attrs(made)

        return NativeModule(module, "").function()


def _argument(config: Lazy, name: str) -> Value:
    internal = get(expect_attrs(config), "_module")
    return select(expect_attrs(get(expect_attrs(internal), "args")), name)


def write(written: Json, scope: Scope) -> Lazy:
    """A definition as `extract` writes it: a set with the value at its path."""
    value = contribution(written[1], scope)
    for name in reversed(written[0]):
        value = Attrs({name: value})
    return value


_MOVES = {"renamed": "mkRenamedOptionModule", "alias": "mkAliasOptionModule"}


def moved_module(written: Json, scope: Scope) -> Lazy:
    """The module that stands for options which moved, changed or went."""
    kind, sources, target, note, _file, change = written

    def made() -> Value:
        lib = expect_attrs(scope.lib)
        paths: list[Lazy] = [list(source) for source in sources]
        if kind == "removed":
            return call(call(select(lib, "mkRemovedOptionModule"), paths[0]), finish(note, scope))
        to: Lazy = list(target)
        if kind == "changed":
            function = call(call(select(lib, "mkMergedOptionModule"), paths), to)
            return call(function, finish(change, scope))
        return call(call(select(lib, _MOVES[kind]), paths[0]), to)

    return delayed(made)
