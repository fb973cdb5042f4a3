"""What an option that is read and has no value could be set to, and in which file."""

from __future__ import annotations

import re
from dataclasses import replace

from hmls.homes.repository import Repository
from hmls.homes.targets import Target
from hmls.ide.diagnostics.faults import SUBJECT, Fault, Missing
from hmls.ide.diagnostics.places import place_of
from hmls.ide.diagnostics.registry import MISSING_VALUE
from hmls.ide.diagnostics.walk import fails, known, option_named
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, force
from hmls.lang.show import show
from hmls.lang.values import Attrs, Lazy
from hmls.modules.definitions import Definition, Loc
from hmls.modules.evaluation import Evaluation
from hmls.modules.level import Level
from hmls.modules.option_value import Option
from hmls.modules.resolved import Resolved
from hmls.modules.types.base import OptionType
from hmls.modules.types.choices import Enum

_EXAMPLE = re.compile(r'"[^"$\\\\]*"|-?[0-9.]+|true|false')
_FEW = 5
_EMPTY: tuple[tuple[str, Lazy], ...] = (
    ("null", None), ('""', ""), ("[ ]", []), ("{ }", Attrs()), ("0", 0), ("0.0", 0.0),
)  # fmt: skip
"""What an option may be set to for a beginning; the first that its type takes is offered."""


def with_values(
    repository: Repository, target: Target, evaluation: Evaluation, fault: Fault
) -> Fault:
    """A missing value with what may be given: in the target's first layer, or where the rest is."""
    subject = SUBJECT.match(fault.message)
    layers = [layer for layer in target.layers if layer.has_entry]
    if fault.code is not MISSING_VALUE or fault.missing or subject is None or not layers:
        return fault
    found = option_named(evaluation, subject[1])
    if found is None:
        return fault
    outer, loc = found
    entry: str | None = layers[0].entry
    try:
        option = _inside(outer, loc[len(outer.loc) - len(evaluation.prefix) :])
        if option is not outer:
            entry = _first_file(repository, outer)
        values, reason = ((), "") if option is None else _values(option)
    except (NixError, Unknowable):
        return fault
    if entry is None or not values:
        return fault
    return replace(fault, missing=(Missing(loc, entry, values, reason),))


def _inside(option: Option, names: Loc) -> Option | None:
    """The option of a submodule at a path below another one. Raises NixError and Unknowable."""
    node: object = option
    for name in names:
        match node:
            case Option():
                node = node.part(name)
            case Level():
                node = node.node(name)
            case Resolved():
                inner = node.merged.part
                node = None if inner is None else inner(name)
            case _:
                return None
    return node if isinstance(node, Option) else None


def _first_file(repository: Repository, option: Option) -> str | None:
    """The file of the user's that defines an option, where one does. Raises NixError."""
    places = [place_of(repository, definition.site) for definition in option.given]
    return next((place.path for place in places if place is not None), None)


def _values(option: Option) -> tuple[tuple[str, ...], str]:
    """(values, why they), those that the type takes. Raises NixError and Unknowable."""
    declaration = option.declaration
    example = declaration.get("example")
    text = "" if example is MISSING else show(example)
    if _EXAMPLE.fullmatch(text) and _fits(declaration.type, example):
        return (text,), ", its example"
    if declaration.type.name == "bool":
        return ("true", "false"), ""
    if isinstance(declaration.type, Enum):
        allowed = [show(each) for each in declaration.type.values if known(each) is not None]
        return tuple(allowed[:_FEW]), ""
    return tuple(text for text, value in _EMPTY if _fits(declaration.type, value))[:1], ""


def _fits(option_type: OptionType, value: Lazy) -> bool:
    force(value)
    return not fails(option_type, Definition("", value))
