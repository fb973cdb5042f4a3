"""Code lenses: what a layer is deployed with, and where its settings do not count."""

from __future__ import annotations

from dataclasses import dataclass

from hmls.homes.membership import targets_of
from hmls.homes.people import layer_words
from hmls.homes.repository import Repository
from hmls.homes.targets import Target
from hmls.homes.workspace import View
from hmls.ide.overrides import Override, overrides
from hmls.ide.types import Command, Place

_MAX_TARGETS = 2
"""More would fill the line."""


@dataclass(frozen=True, slots=True)
class Lens:
    """A line of text above a range; `places` are what a click shows, else `command` runs."""

    start: int
    end: int
    title: str
    command: Command | None = None
    places: tuple[Place, ...] = ()


def deployment_lenses(view: View, path: str, focus: str | None = None) -> list[Lens]:
    """`alice · standalone`, `build`, `preview`, `switch` above a layer's own file."""
    repository = view.repository(path)
    layer = None if repository is None else repository.layout.layer_of(path)
    if repository is None or layer is None or layer.entry != path:
        return []
    found: list[Lens] = []
    targets = [t for t in targets_of(repository, path) if layer in t.layers]
    for target in sorted(targets, key=lambda t: t.name != focus)[:_MAX_TARGETS]:
        found.extend(_of_target(repository, target))
    return found


def override_lenses(view: View, path: str) -> list[Lens]:
    """`overridden on 2 hosts` above the definitions that lose somewhere."""
    repository = view.repository(path)
    if repository is None or repository.layout.layer_of(path) is None:
        return []
    size = len(repository.index[path].text)
    return [_of_override(each) for each in overrides(repository, path, 0, size)]


def _of_target(repository: Repository, target: Target) -> list[Lens]:
    argument = {"root": repository.root, "target": target.name}
    names = ("build", "preview", "switch")
    return [
        Lens(0, 0, _title(target)),
        *(Lens(0, 0, name, Command(name, argument)) for name in names),
    ]


def _title(target: Target) -> str:
    """The name, and what it does not say itself."""
    kind = "standalone" if target.kind == "standalone" else layer_words(target.layers)
    if target.name.endswith(f":{kind}"):
        return target.name
    return f"{target.name} · {'host' if target.name.endswith(f'@{kind}') else kind}"


def _of_override(override: Override) -> Lens:
    targets = [target for target, _ in override.by_target]
    hosts = [target for target in targets if target.kind == "host"]
    if len(targets) == 1:
        where = f"on {targets[0].host or targets[0].name}"
    elif len(hosts) == len(targets):
        where = f"on {len(hosts)} hosts"
    else:
        where = f"on {len(targets)} targets"
    defined = override.defined
    places = tuple(Place(w.file, w.start, w.end) for w in override.winners() if w.file is not None)
    return Lens(defined.start, defined.end, f"overridden {where}", None, places)
