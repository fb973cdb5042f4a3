"""The store paths that strings refer to.

An element of a context is written as Nix writes it: `/nix/store/…` for a path itself,
`=/nix/store/….drv` for a derivation with all its outputs, `!out!/nix/store/….drv` for one
of its outputs. Source: nix src/libexpr/primops/context.cc.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.copies import refuse_absent
from hmls.lang.errors import NixError
from hmls.lang.force import (
    expect_attrs,
    expect_bool,
    expect_list,
    expect_plain_string,
    expect_string,
    names,
)
from hmls.lang.values import Attrs, ContextString, Lazy, Value, quote_attribute

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()
_STORE_PATH = re.compile(r"/nix/store/[0-9a-z]{32}-[0-9A-Za-z+._?=-]+")


@register("hasContext")
def has_context(text: Lazy) -> Value:
    return bool(coerce.context_of(expect_string(text)))


@register.with_interp("unsafeDiscardStringContext")
def discard_context_of(interp: Interp, text: Lazy) -> Value:
    return discard_context(refuse_absent(interp, coerce.coerce_copying(text)))


def discard_context(text: Lazy) -> Value:
    return str(coerce.coerce_copying(text))


@register.copying("unsafeDiscardOutputDependency")
def discard_output_dependency(text: Lazy) -> Value:
    found = coerce.coerce_copying(text)
    context = frozenset(element.removeprefix("=") for element in coerce.context_of(found))
    return ContextString(found, context) if context else str(found)


@register("addDrvOutputDependencies")
def add_drv_output_dependencies(text: Lazy) -> Value:
    found = coerce.coerce_copying(text)
    context = coerce.context_of(found)
    if len(context) != 1:
        raise NixError(
            f"context of string '{found}' must have exactly one element, but has {len(context)}"
        )
    (element,) = context
    if element.startswith("!"):
        output = element[1:].partition("!")[0]
        raise NixError(
            "`addDrvOutputDependencies` can only act on derivations, "
            f"not on a derivation output such as '{output}'"
        )
    if not element.startswith("="):
        if not element.endswith(".drv"):
            raise NixError(f"path '{element}' is not a derivation")
        element = f"={element}"
    return ContextString(found, frozenset((element,)))


@register("getContext")
def get_context(text: Lazy) -> Value:
    paths: dict[str, dict[str, Value]] = {}
    for element in sorted(coerce.context_of(expect_string(text))):
        if element.startswith("="):
            paths.setdefault(element[1:], {})["allOutputs"] = True
        elif element.startswith("!"):
            output, _, path = element[1:].partition("!")
            paths.setdefault(path, {}).setdefault("outputs", []).append(output)
        else:
            paths.setdefault(element, {})["path"] = True
    return Attrs({path: Attrs(info) for path, info in paths.items()})


@register("appendContext")
def append_context(text: Lazy, context: Lazy) -> Value:
    found = expect_string(text)
    elements = set(coerce.context_of(found))
    added = expect_attrs(context)
    for path in names(added):
        if _STORE_PATH.fullmatch(path) is None:
            raise NixError(f"context key '{quote_attribute(path)}' is not a store path")
        elements |= _elements(path, expect_attrs(added[path]))
    return ContextString(found, frozenset(elements)) if elements else str(found)


def _elements(path: str, info: Attrs) -> set[str]:
    elements: set[str] = set()
    if "path" in info and expect_bool(info["path"]):
        elements.add(path)
    derivation = path.endswith(".drv")
    if "allOutputs" in info and expect_bool(info["allOutputs"]):
        if not derivation:
            raise NixError(
                f"tried to add all-outputs context of {quote_attribute(path)}, "
                "which is not a derivation, to a string"
            )
        elements.add(f"={path}")
    if "outputs" in info:
        outputs = expect_list(info["outputs"])
        if outputs and not derivation:
            raise NixError(
                f"tried to add derivation output context of {quote_attribute(path)}, "
                "which is not a derivation, to a string"
            )
        elements.update(f"!{expect_plain_string(output)}!{path}" for output in outputs)
    return elements
