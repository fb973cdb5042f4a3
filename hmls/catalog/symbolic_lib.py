"""The library as modules get it that are evaluated with symbols.

Its functions are the native ones. Where one cannot go on because an argument is a symbol,
the call itself is the result, to be made when the argument is known.
"""

from __future__ import annotations

from collections.abc import Callable

from hmls.catalog.symbols import Operation
from hmls.lang.combine import update
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import call, expect_attrs, force, select
from hmls.lang.interp import Interp
from hmls.lang.values import (
    Attrs,
    Lazy,
    OpenAttrs,
    OpenList,
    Primop,
    Splice,
    Thunk,
    Unknown,
    Value,
    VersionedAttrs,
)

LIBRARIES = (
    "attrsets", "cli", "generators", "lists", "meta", "path", "strings", "trivial", "versions",
)  # fmt: skip
HOME_MANAGER = (
    "assertions", "booleans", "dag", "darwin", "generators", "gvariant", "nushell", "shell",
    "strings", "zsh",
)  # fmt: skip
BUILTINS = frozenset((
    "all", "any", "attrNames", "attrValues", "baseNameOf", "catAttrs", "compareVersions",
    "concatLists", "concatMap", "concatStringsSep", "dirOf", "elem", "elemAt", "filter",
    "foldl'", "genList", "getAttr", "groupBy", "hasAttr", "head", "intersectAttrs", "isAttrs",
    "isBool", "isFloat", "isFunction", "isInt", "isList", "isNull", "isPath", "isString",
    "length", "listToAttrs", "map", "mapAttrs", "match", "partition", "removeAttrs",
    "replaceStrings", "sort", "split", "stringLength", "substring", "tail", "toJSON",
    "toString", "typeOf", "zipAttrsWith",
))  # fmt: skip


def keep_calls_of_builtins(interp: Interp) -> None:
    """Change the builtins of an interpreter that has not evaluated anything yet."""
    builtins = expect_attrs(interp.globals["builtins"])
    for index, name in enumerate(interp.root_names, 1):
        short = name.removeprefix("__")
        if short in BUILTINS:
            kept = keeping_calls(force(interp.globals[name]))
            interp.globals[name] = interp.root_env[index] = kept
    for name in BUILTINS:
        builtins[name] = keeping_calls(force(builtins[name]))


def symbolic_lib(lib: Attrs) -> Attrs:
    """The given lib, whose functions keep calls with symbols."""
    return expect_attrs(call(select(lib, "extend"), Primop("", 2, _overlay)))


def _overlay(_final: Lazy, previous: Lazy) -> Value:
    old = expect_attrs(previous)
    made: dict[str, Lazy] = {name: Thunk(_kept_library, old[name]) for name in LIBRARIES}
    if "hm" in old:
        made["hm"] = Thunk(_kept_hm, old["hm"])
    return Attrs(made)


def _kept_hm(lazy: Lazy) -> Value:
    hm = expect_attrs(lazy)
    return update(hm, Attrs({name: Thunk(_kept_library, hm[name]) for name in HOME_MANAGER}))


def _kept_library(lazy: Lazy) -> Value:
    library = expect_attrs(lazy)
    return update(library, Attrs({name: Thunk(_kept, item) for name, item in library.items()}))


def _kept(lazy: Lazy) -> Value:
    value = force(lazy)
    return keeping_calls(value) if isinstance(value, Primop) else value


def keeping_calls(original: Primop) -> Primop:
    """A native function that gives the call where it cannot give more."""
    full = full_name(original)
    if original.done or full is None:
        return original
    choice = _CHOICES.get(full)
    function = original.function

    def keep(arguments: tuple[Lazy, ...]) -> Value:
        if choice is not None:
            condition = force(arguments[0])
            if isinstance(condition, Unknown) and condition.symbolic:
                return choice(condition, arguments[1])
        try:
            value = function(*arguments)
        except Unknowable as stop:
            if stop.unknown.cause.kind != "symbol":
                raise
            return Operation("call", (full, *arguments))
        if _depends_on_symbols(value):
            return Operation("call", (full, *arguments), value)
        return value

    wrapped: Callable[..., Value]
    match original.arity:
        case 1:
            wrapped = lambda a: keep((a,))  # noqa: E731
        case 2:
            wrapped = lambda a, b: keep((a, b))  # noqa: E731
        case 3:
            wrapped = lambda a, b, c: keep((a, b, c))  # noqa: E731
        case _:
            return original
    return Primop(original.name, original.arity, wrapped, (), original.formals, original.tag)


def full_name(function: Primop) -> str | None:
    """Where a function of lib or builtins is found, if it is one whose calls can be kept."""
    name = function.name
    first, _, rest = name.partition(".")
    if not rest:
        return f"builtins.{name}" if name in BUILTINS else None
    library = rest.rpartition(".")[0]
    if first == "lib" and (library in LIBRARIES or library.removeprefix("hm.") in HOME_MANAGER):
        return name
    return None


def _depends_on_symbols(value: Value) -> bool:
    """Whether a result leaves open what depends on a symbol."""
    if isinstance(value, Unknown):
        return value.cause.kind == "symbol" and not value.symbolic
    if isinstance(value, OpenAttrs) and not isinstance(value, VersionedAttrs):
        return value.rest.cause.kind == "symbol"
    if isinstance(value, OpenList):
        return any(i.__class__ is Splice and i.unknown.cause.kind == "symbol" for i in value.items)
    return False


def _choice(then: Callable[[Lazy], Lazy], otherwise: Lazy) -> Callable[[Unknown, Lazy], Value]:
    def choose(condition: Unknown, given: Lazy) -> Value:
        if _is_refuted(condition):
            return force(otherwise)
        return Operation("if", (condition, then(given), otherwise))

    return choose


def _is_refuted(condition: Unknown) -> bool:
    """Whether one side of an `&&` is false, so that the other one does not count.

    Nix asks the left side first; in the sources that tables are made of that is a Boolean.
    """
    if not isinstance(condition, Operation) or condition.operator != "&&":
        return False
    try:
        return any(force(side) is False for side in condition.operands)
    except (NixError, Unknowable):
        return False


_CHOICES: dict[str, Callable[[Unknown, Lazy], Value]] = {
    "lib.lists.optional": _choice(lambda item: [item], []),
    "lib.lists.optionals": _choice(lambda items: items, []),
    "lib.attrsets.optionalAttrs": _choice(lambda attrs: attrs, Attrs()),
    "lib.strings.optionalString": _choice(lambda text: text, ""),
}
