"""Derivations. Their store paths are symbolic: equal derivations have equal ones.

Source: nix src/libexpr/primops.cc, derivationStrictInternal; primops/derivation.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang import coerce, store
from hmls.lang.builtins.arguments import required
from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import NixError
from hmls.lang.force import (
    expect_attrs,
    expect_bool,
    expect_list,
    expect_plain_string,
    force,
    names,
)
from hmls.lang.json import to_json
from hmls.lang.unit import Unit
from hmls.lang.values import Attrs, ContextString, Lazy, Thunk, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_DERIVATION = b"""\
arguments@{ outputs ? [ "out" ], ... }:
let
  paths = derivationStrict arguments;
  common =
    arguments
    // builtins.listToAttrs results
    // {
      all = map (result: result.value) results;
      drvAttrs = arguments;
    };
  results = map (name: {
    inherit name;
    value = common // {
      outPath = paths.${name};
      inherit (paths) drvPath;
      type = "derivation";
      outputName = name;
    };
  }) outputs;
in
(builtins.head results).value
"""
"""What `derivation` is in Nix: a set that evaluates its paths when they are needed."""


def constants(interp: Interp) -> dict[str, Lazy]:
    unit = Unit("«nix»/derivation.nix", _DERIVATION)
    return {"derivation": Thunk(lambda _env: interp.evaluate(unit), None)}


@register("derivationStrict")
def derivation_strict(argument: Lazy) -> Value:
    """The store paths of a derivation and of its outputs."""
    attrs = expect_attrs(argument)
    name = expect_plain_string(required(attrs, "name"))
    _check_name(name)
    structured = "__structuredAttrs" in attrs and expect_bool(attrs["__structuredAttrs"])
    ignores_null = "__ignoreNulls" in attrs and expect_bool(attrs["__ignoreNulls"])
    environment: dict[str, str] = {}
    outputs = ["out"]
    for attribute in names(attrs):
        lazy = attrs[attribute]
        if attribute == "__ignoreNulls" or (ignores_null and force(lazy) is None):
            continue
        if attribute in ("__contentAddressed", "__impure"):
            environment[attribute] = str(expect_bool(lazy))
        elif attribute == "args":
            arguments = [_to_environment(item) for item in expect_list(lazy)]
            environment["args"] = coerce.join("\0", arguments)
        elif structured:
            if attribute == "outputs":
                outputs = _outputs([expect_plain_string(item) for item in expect_list(lazy)])
            environment[attribute] = _known_string(to_json(lazy))
        else:
            text = environment[attribute] = _to_environment(lazy)
            if attribute == "outputs":
                outputs = _outputs(text.split())
    for needed in ("builder", "system"):
        if not environment.get(needed):
            raise NixError(f"required attribute '{needed}' missing")
    return _paths(name, environment, outputs)


def _to_environment(lazy: Lazy) -> str:
    return coerce.to_string_copying(lazy)


def _known_string(value: Value) -> str:
    from hmls.lang.builtins.arguments import known

    text: str = known(value)
    return text


def _outputs(outputs: list[str]) -> list[str]:
    for index, output in enumerate(outputs):
        if output in outputs[:index]:
            raise NixError(f"duplicate derivation output '{output}'")
        if output == "drvPath":
            raise NixError("invalid derivation output name 'drvPath'")
    if not outputs:
        raise NixError("derivation cannot have an empty set of outputs")
    return [str(output) for output in outputs]


def _check_name(name: str) -> None:
    from hmls.lang.builtins.store_paths import name_problem

    problem = name_problem(name)
    if problem is not None:
        raise NixError(f"invalid derivation name: {problem}. Please pass a different 'name'.")
    if name.endswith(".drv"):
        raise NixError(
            "derivation names are allowed to end in '.drv' only if they produce a single "
            "derivation file"
        )


def _paths(name: str, environment: dict[str, str], outputs: list[str]) -> Attrs:
    contexts = {element for text in environment.values() for element in coerce.context_of(text)}
    key = repr((sorted(environment.items()), sorted(contexts)))
    drv_path = store.derived(key, f"{name}.drv")
    made: dict[str, Lazy] = {"drvPath": ContextString(drv_path, frozenset((f"={drv_path}",)))}
    for output in outputs:
        output_name = name if output == "out" else f"{name}-{output}"
        path = store.derived(f"{output}:{key}", output_name)
        made[output] = ContextString(path, frozenset((f"!{output}!{drv_path}",)))
    return Attrs(made)
