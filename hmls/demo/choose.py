"""What is worth showing: settings that many layers define, users and hosts that there are."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

from hmls.demo.client import Client, NoAnswer
from hmls.demo.texts import Spot, read, spot_in

_INPUT = re.compile(r"[\s{]*(?:inputs\.)?(?!inputs\b)([\w-]+)(?:\.url\s*=|\s*=\s*\{)")
_MAX_TARGETS = 3
"""So many are asked for all of their settings, those of one user; a demo should not make wait."""
_PATIENCE_S = 15.0
"""After which no other target is asked, if there is anything to show."""
_LAYERS = ("base", "host", "global", "droid")
_ELSEWHERE = ("module", "flake")
"""Where homes without layers define what they are."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A setting, a place where a layer defines it, and how many places and values it has."""

    path: tuple[str, ...]
    spot: Spot
    places: int
    values: int
    known: bool
    is_leaf: bool = True
    """Whether its own name stands at the place, and not that of a set which it is in."""

    @property
    def name(self) -> str:
        return ".".join(self.path)


def settings_to_show(
    client: Client, root: str, targets: list[dict[str, Any]], how_many: int
) -> list[Chosen]:
    """The most overridden settings first, each of another program. Raises NoAnswer."""
    merged: dict[tuple[str, ...], _Seen] = {}
    answer: NoAnswer | None = None
    begun_s = time.monotonic()
    for target in _worth_asking(targets):
        if merged and time.monotonic() - begun_s > _PATIENCE_S:
            break
        try:
            told = client.ask("hmls/settings", {"root": root, "target": target["name"]})
        except NoAnswer as error:
            answer = error
            continue
        for option in told["options"]:
            merged.setdefault(tuple(option["path"]), _Seen()).add(option)
    if not merged and answer is not None:
        raise answer
    found: list[Chosen] = []
    for kinds in (_LAYERS, _ELSEWHERE):
        found = found or [
            chosen for path, seen in merged.items() if (chosen := seen.chosen(path, kinds))
        ]
    found.sort(
        key=lambda each: (not each.known, not each.is_leaf, -each.values - each.places, each.path)
    )
    return _of_different_programs(found)[:how_many]


def _worth_asking(targets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Targets of the user who has most layers, those with layers of their own first."""
    layers: dict[str, set[str]] = {}
    for target in targets:
        layers.setdefault(target["user"], set()).update(target["layers"])
    if not layers:
        return []
    user = max(layers, key=lambda name: len(layers[name]))
    own = [target for target in targets if target["user"] == user]
    own.sort(key=lambda target: (-len(target["layers"]), target["kind"] == "droid"))
    return own[:_MAX_TARGETS]


def _of_different_programs(found: list[Chosen]) -> list[Chosen]:
    """One of each beginning first, then the others."""
    begun: set[tuple[str, ...]] = set()
    first: list[Chosen] = []
    rest: list[Chosen] = []
    for each in found:
        beginning = each.path[:2]
        (rest if beginning in begun else first).append(each)
        begun.add(beginning)
    return first + rest


def inputs_to_show(root: str, how_many: int) -> list[Chosen]:
    """Inputs of the flake, where no setting is known."""
    path = f"{root}/flake.nix"
    found: list[Chosen] = []
    for number, line in enumerate(read(path).split("\n")):
        match = _INPUT.match(line)
        if match is not None and line.isascii():
            spot = Spot(path, (number, match.start(1)), (number, match.end(1)))
            found.append(Chosen(("inputs", match[1]), spot, 1, 0, False))
    return found[:how_many]


class _Seen:
    """One setting over all targets."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, int], tuple[str, Spot]] = {}
        self._values: set[str] = set()
        self._known = 0

    def add(self, option: dict[str, Any]) -> None:
        self._values.add(option["text"])
        self._known += option["known"]
        for place in (*option["winners"], *option["losers"]):
            if place["file"] is not None and place.get("range"):
                spot = spot_in(place["file"], place["range"])
                self._places[spot.path, spot.start[0]] = place["layer"], spot

    def chosen(self, path: tuple[str, ...], kinds: tuple[str, ...]) -> Chosen | None:
        """None if no layer of some kinds defines it, or if it is a set of many things."""
        order = {layer: number for number, layer in enumerate(kinds)}
        shown = [each for each in self._places.values() if each[0] in order]
        if not shown or any(text.lstrip().startswith("{") for text in self._values):
            return None
        shown.sort(key=lambda each: (order[each[0]], each[1].path, each[1].start))
        spots = [spot for _, spot in shown]
        spot = next((each for each in spots if _is_name(each, path[-1])), None)
        known = self._known > 0
        return Chosen(
            path, spot or spots[0], len(shown), len(self._values), known, spot is not None
        )


def _is_name(spot: Spot, name: str) -> bool:
    """Whether a range ends in a name; where the text before it is ASCII."""
    lines = read(spot.path).split("\n")
    (row, first), (_, last) = spot.start, spot.end
    text = lines[row][first:last] if row < len(lines) else ""
    return text.split(".")[-1].strip('"') == name
