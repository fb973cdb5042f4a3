"""lib.strings, part 6: how much two strings differ.

Source: nixpkgs lib/strings.nix.
"""

from __future__ import annotations

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.compare import equal, less_than
from hmls.lang.force import force
from hmls.lang.lib.string_bytes import characters
from hmls.lang.lib.support import function2
from hmls.lang.values import Lazy, Value

register = Registry()


@register("commonPrefixLength")
def common_prefix_length(left: Lazy, right: Lazy) -> Value:
    return _common(_characters(left), _characters(right))


@register("commonSuffixLength")
def common_suffix_length(left: Lazy, right: Lazy) -> Value:
    return _common(_characters(left)[::-1], _characters(right)[::-1])


@register("levenshtein")
def levenshtein(left: Lazy, right: Lazy) -> Value:
    return _distance(_characters(left), _characters(right))


@register("levenshteinAtMost")
def levenshtein_at_most(limit: Lazy) -> Value:
    most = force(limit)
    if not less_than(0, most):
        return function2(lambda left, right: equal(force(left), force(right)))
    return function2(lambda left, right: not less_than(most, levenshtein(left, right)))


def _characters(text: Lazy) -> list[str]:
    return characters(coerce.coerce_copying(text))


def _common(left: list[str], right: list[str]) -> int:
    length = 0
    for x, y in zip(left, right, strict=False):
        if x != y:
            break
        length += 1
    return length


def _distance(left: list[str], right: list[str]) -> int:
    row = list(range(len(right) + 1))
    for i, x in enumerate(left, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(right, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]
