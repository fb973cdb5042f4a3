"""What is told of builtins and of the functions of nixpkgs' lib: our own short texts."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal, NamedTuple

Library = Literal["builtins", "lib"]


class Function(NamedTuple):
    """A function or constant: how it is called, and what it gives."""

    name: str
    arguments: tuple[str, ...]
    type: str
    text: str

    @property
    def call(self) -> str:
        """The name with its arguments."""
        return " ".join((self.name, *self.arguments))


def function(library: Library, path: tuple[str, ...]) -> Function | None:
    """A function by its path below `lib` or `builtins`, None for those without a text.

    A function of a part of lib is found by its last name, as most are in lib itself too; one that
    lib takes over from the builtins is told of as theirs.
    """
    if not path:
        return None
    known = functions(library)
    found = known.get(".".join(path))
    if found is None and len(path) == 2 and path[0] in _PARTS:
        found = known.get(path[1])
    if found is None and library == "lib" and path[-1] in _TAKEN_OVER:
        is_in_lib = len(path) == 1 or (len(path) == 2 and path[0] in _PARTS)
        found = functions("builtins").get(path[-1]) if is_in_lib else None
    return found


_PARTS = frozenset((
    "attrsets", "lists", "strings", "trivial", "options", "modules", "meta", "fixedPoints",
    "customisation", "sources", "filesystem", "asserts", "debug", "generators", "versions",
))  # fmt: skip


_TAKEN_OVER = frozenset((
    "add", "addDrvOutputDependencies", "addErrorContext", "appendContext", "attrNames",
    "attrValues", "baseNameOf", "bitAnd", "bitOr", "bitXor", "catAttrs", "ceil", "compareVersions",
    "concatLists", "convertHash", "deepSeq", "dirOf", "div", "elem", "elemAt", "filter",
    "filterSource", "flakeRefToString", "floor", "foldl'", "fromJSON", "fromTOML", "genList",
    "genericClosure", "getAttr", "getContext", "groupBy", "hasAttr", "hasContext", "hashFile",
    "hashString", "intersectAttrs", "isAttrs", "isBool", "isFloat", "isInt", "isList", "isPath",
    "isString", "length", "lessThan", "listToAttrs", "map", "match", "mul", "parseDrvName",
    "parseFlakeRef", "pathExists", "placeholder", "readDir", "readFile", "readFileType", "seq",
    "split", "splitVersion", "stringLength", "sub", "substring", "tail", "toFile", "toJSON",
    "toString", "toXML", "trace", "tryEval", "typeOf", "unsafeDiscardOutputDependency",
    "unsafeDiscardStringContext", "unsafeGetAttrPos",
))  # fmt: skip
"""Builtins that are in lib as well. Source: what Nix 2.34 says of nixpkgs 26.11's lib."""


@cache
def functions(library: Library) -> dict[str, Function]:
    """The functions of a library with their texts, by name below it."""
    text = resources.files("hmls.catalog").joinpath("data", f"{library}.txt").read_text("utf-8")
    found: dict[str, Function] = {}
    lines = text.splitlines()
    for head, body in zip(lines[::2], lines[1::2], strict=True):
        call, _, kind = head.partition(" :: ")
        name, *arguments = call.split(" ")
        found[name] = Function(name, tuple(arguments), kind, body.strip())
    return found
