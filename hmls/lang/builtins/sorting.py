"""The sort of `builtins.sort`: peeksort, by Munro and Wild (Nearly-Optimal Mergesorts, 2018).

A comparator that is no strict order (`a: b: a <= b`) gives what Nix gives only if it is
asked in the same order, so that the runs, the splits and the cut-off are those of Nix.
Source: nix src/libutil/include/nix/util/sort.hh.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Less = Callable[[Any, Any], bool]
_INSERTION_SORT = 16
"""Stretches up to this length are sorted by insertion."""


def peeksort(items: list[Any], less: Less) -> list[Any]:
    """The items in order; equal ones stay in theirs."""
    xs = list(items)
    if len(xs) == 2:
        if less(xs[1], xs[0]):
            xs.reverse()
    elif len(xs) > 2:
        _sort(xs, less, 0, len(xs), 0, len(xs))
    return xs


def _sort(xs: list[Any], less: Less, begin: int, end: int, left: int, right: int) -> None:
    """Sort a stretch of which [begin, left) and [right, end) are sorted already."""
    if left == end or right == begin:
        return
    if end - begin <= _INSERTION_SORT:
        _insertion_sort(xs, less, begin, end)
        return
    middle = begin + (end - begin) // 2
    if middle <= left:
        _sort(xs, less, left, end, left + 1, right)
        _merge(xs, less, begin, left, end)
        return
    if middle >= right:
        _sort(xs, less, begin, right, left, right - 1)
        _merge(xs, less, begin, right, end)
        return
    run_begin, run_end = _middle_run(xs, less, left, middle, right)
    if run_begin == begin and run_end == end:
        return
    if middle - run_begin < run_end - middle:
        _sort(xs, less, begin, run_begin, left, run_begin - 1)
        _sort(xs, less, run_begin, end, run_end, right)
        _merge(xs, less, begin, run_begin, end)
    else:
        _sort(xs, less, begin, run_end, left, run_begin)
        _sort(xs, less, run_end, end, run_end + 1, right)
        _merge(xs, less, begin, run_end, end)


def _middle_run(xs: list[Any], less: Less, left: int, middle: int, right: int) -> tuple[int, int]:
    """The run around the middle, in increasing order afterwards."""
    falling = less(xs[middle], xs[middle - 1])
    begin = middle
    if begin > left:
        while begin - 1 > left and less(xs[begin - 1], xs[begin - 2]) is falling:
            begin -= 1
        begin -= 1
    end = middle - 1
    if end != right:
        while end + 1 != right and less(xs[end + 1], xs[end]) is falling:
            end += 1
        end += 1
    if falling:
        xs[begin:end] = xs[begin:end][::-1]
    return begin, end


def _insertion_sort(xs: list[Any], less: Less, begin: int, end: int) -> None:
    for current in range(begin + 1, end):
        at = current
        while at != begin and less(xs[at], xs[at - 1]):
            xs[at], xs[at - 1] = xs[at - 1], xs[at]
            at -= 1


def _merge(xs: list[Any], less: Less, begin: int, middle: int, end: int) -> None:
    first, second = xs[begin:middle], xs[middle:end]
    i = j = 0
    merged: list[Any] = []
    while i < len(first) and j < len(second):
        if less(second[j], first[i]):
            merged.append(second[j])
            j += 1
        else:
            merged.append(first[i])
            i += 1
    xs[begin:end] = [*merged, *first[i:], *second[j:]]
