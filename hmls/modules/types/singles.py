"""A few types that are made of others."""

from __future__ import annotations

import re
from dataclasses import replace

from hmls.lang.force import force, get
from hmls.lang.values import Attrs, Value
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.types.base import OptionType, merge_equal
from hmls.modules.types.choices import Checked, Either, Unique
from hmls.modules.types.scalars import ATTRS, FLOAT, INT, Scalar, is_string

_BLANK = re.compile(r"[ \t\n]*")


def _is_non_empty(value: Value) -> bool:
    return is_string(value) and _BLANK.fullmatch(value) is None


def _is_single_line(value: Value) -> bool:
    if not is_string(value):
        return False
    return "\n" not in value.removesuffix("\n") and "\r" not in value


class SingleLine(Scalar):
    """types.singleLineStr: a line end at the end is dropped."""

    def __init__(self) -> None:
        super().__init__(
            "singleLineStr", "(optionally newline-terminated) single-line string", _is_single_line
        )

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        merged = Merged(merge_equal(loc, definitions))
        value = force(merged.value)
        return replace(merged, value=value.removesuffix("\n")) if isinstance(value, str) else merged


def _is_packages(value: Value) -> bool:
    return isinstance(value, Attrs) and get(value, "_type") == "pkgs"


def packages_type() -> OptionType:
    """types.pkgs."""
    message = "A Nixpkgs pkgs set can not be merged with another pkgs set."
    return Checked(
        Unique(ATTRS, message),
        _is_packages,
        name="pkgs",
        description="Nixpkgs package set",
        description_class="noun",
    )


NUMBER = Either(INT, FLOAT)
NON_EMPTY_STR = Scalar("nonEmptyStr", "non-empty string", _is_non_empty)
SINGLE_LINE_STR = SingleLine()
