"""Inlay hints: the effective value beside a definition that another layer wins over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hmls.homes.setting import Setting
from hmls.homes.setting_json import Places
from hmls.homes.targets import Target
from hmls.homes.workspace import View
from hmls.ide.overrides import Override, overrides
from hmls.ide.types import Place

_MAX_VALUE = 40
_MAX_GROUPS = 2


@dataclass(frozen=True, slots=True)
class Hint:
    """A text behind a byte offset, the place that it leads to, and more about it."""

    offset: int
    text: str
    place: Place | None
    tooltip: str


def inlay_hints(
    view: View, path: str, start: int, end: int, focus: str | None = None
) -> list[Hint]:
    """The hints of a range of bytes: `→ 13 on workstation`."""
    repository = view.repository(path)
    if repository is None:
        return []
    places = Places(repository)
    return [_hint(override, places, focus) for override in overrides(repository, path, start, end)]


def _hint(override: Override, places: Places, focus: str | None) -> Hint:
    by_value: dict[str, list[str]] = {}
    ordered = sorted(override.by_target, key=lambda pair: pair[0].name != focus)
    for target, setting in ordered:
        by_value.setdefault(_value(setting), []).append(_machine(target))
    groups = [f"{value} on {', '.join(names)}" for value, names in by_value.items()]
    more = " …" if len(groups) > _MAX_GROUPS else ""
    text = f"→ {'; '.join(groups[:_MAX_GROUPS])}{more}"
    winner = next((w for _, setting in ordered for w in setting.winners if w.file), None)
    place = None
    if winner is not None and winner.file is not None:
        place = Place(winner.file, winner.start, winner.end)
    return Hint(override.defined.value_end, text, place, "\n\n".join(_lines(ordered, places)))


def _lines(found: list[tuple[Target, Setting]], places: Places) -> Iterator[str]:
    for target, setting in found:
        where = [
            f"{places.file(w.file)}:{places.line(w)}" if w.file else "the builder"
            for w in setting.winners
        ]
        yield f"{target.name}: {_value(setting)} from {', '.join(dict.fromkeys(where))}"


def _machine(target: Target) -> str:
    """The host, or what a home without one is called by."""
    return target.host or target.name


def _value(setting: Setting) -> str:
    if setting.error is not None:
        return "an error"
    line = " ".join(setting.text.split())
    shown = line if len(line) <= _MAX_VALUE else f"{line[: _MAX_VALUE - 1]}…"
    return shown if setting.known else f"{shown} ?"
