"""Types of strings. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

import re

from hmls.lang.builtins.regex import compile_regex
from hmls.lang.combine import concat_strings
from hmls.lang.errors import Unknowable
from hmls.lang.force import expect_string, force
from hmls.lang.json import json_string
from hmls.lang.lib.support import map_known
from hmls.lang.values import Attrs, Lazy, Unknown, UnknownChoice, Value
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.messages import nix_string
from hmls.modules.types.base import OptionType, merge_equal
from hmls.modules.types.scalars import Scalar, is_string

_BLANK = re.compile(r"[ \t\n]*")


class StringMatching(Scalar):
    """types.strMatching. `name` says the pattern as nixpkgs escapes it."""

    def __init__(self, pattern: str) -> None:
        super().__init__(
            f"strMatching {nix_string(pattern)}",
            f"string matching the pattern {pattern}",
            self._matches,
        )
        self.pattern = pattern

    def _matches(self, value: Value) -> bool:
        if not is_string(value):
            return False
        text = expect_string(value).encode("utf-8", "surrogateescape")
        return compile_regex(self.pattern).match(text) is not None

    @property
    def functor_name(self) -> str:
        return "strMatching"

    @property
    def payload(self) -> Value:
        return Attrs({"pattern": self.pattern})

    def merged_with(self, other: OptionType) -> OptionType | None:
        return self if isinstance(other, StringMatching) and other.pattern == self.pattern else None


class Separated(Scalar):
    """types.separatedString and what is made of it: lines, commas, envVar."""

    keeps_maybe = True

    def __init__(self, separator: str) -> None:
        super().__init__(
            "separatedString",
            f"strings concatenated with {json_string(separator)}",
            is_string,
            self._joined,
        )
        self.separator = separator

    def _joined(self, _loc: Loc, definitions: list[Definition]) -> Lazy:
        parts: list[Value] = []
        for index, definition in enumerate(definitions):
            value = force(definition.value)
            if definition.maybe is None:
                parts.extend([self.separator, value] if parts else [value])
                continue
            # Whether a separator stands before or behind it depends on its neighbours.
            first = index == 0
            text = concat_strings([value, self.separator] if first else [self.separator, value])
            parts.append(UnknownChoice(definition.maybe, text, ""))
        return parts[0] if len(parts) == 1 else concat_strings(parts)

    @property
    def payload(self) -> Value:
        return Attrs({"sep": self.separator})

    def merged_with(self, other: OptionType) -> OptionType | None:
        same = isinstance(other, Separated) and other.separator == self.separator
        return self if same else None


def _is_non_empty(value: Value) -> bool:
    if isinstance(value, Unknown) and value.kind == "string":
        raise Unknowable(value)
    return is_string(value) and _BLANK.fullmatch(value) is None


def _is_single_line(value: Value) -> bool:
    if isinstance(value, Unknown) and value.kind == "string":
        raise Unknowable(value)
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
        value = expect_string(merge_equal(loc, definitions))
        return Merged(map_known(value, lambda text: text.removesuffix("\n")))


NON_EMPTY_STR = Scalar("nonEmptyStr", "non-empty string", _is_non_empty)
SINGLE_LINE_STR = SingleLine()
LINES = Separated("\n")
COMMAS = Separated(",")
ENV_VAR = Separated(":")
