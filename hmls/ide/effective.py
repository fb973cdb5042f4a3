"""The effective configuration of a target as one Nix set, with who decided each setting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hmls.homes.brief import brief
from hmls.homes.files import Buffer, Seen
from hmls.homes.repository import Repository
from hmls.homes.setting import Contribution, Setting
from hmls.homes.setting_json import Places, store_name
from hmls.homes.settings import settings
from hmls.homes.targets import Target, relative_layers
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.show import quote
from hmls.lang.store import readable
from hmls.lang.values import quote_attribute
from hmls.syntax.parse import parse

_INDENT = "  "
_EMPTY = b"_: { }"
"""A module that says nothing, whether it is imported or called."""
_MAX_WIDTH = 90
"""Of a list on one line, in characters; longer ones have a line for each item."""
_MAX_REASON = 300
_MAX_LOSER = 60
_SILENT = ("default", "input")
"""Layers whose lost definitions nobody of this flake wrote."""
_MAX_PLACES = 4
"""Of those who decide a setting together; hundreds of modules add to home.packages."""


def effective(repository: Repository, target: Target) -> str:
    """A Nix text: what is unknown is a `throw` with the reason, for no reader to take as a value.

    A target without any configuration gives an empty set with the reason above it.
    """
    layers = " + ".join(relative_layers(target, repository.root))
    title = f"{target.name}: {layers or 'no layers'}"
    return "\n".join([f"# {title}", f"# {target.output}", *_body(repository, target)])


def effective_of_base(repository: Repository, target: Target) -> str:
    """What a target is without the layers above its base, as if their modules were empty."""
    above = [layer for layer in target.layers if layer.kind != "base" and layer.has_entry]
    empty = dict.fromkeys((layer.entry for layer in above), Buffer(_EMPTY, parse(_EMPTY)))
    buffers = {**repository.files.buffers, **empty}
    files = replace(repository.files, buffers=buffers, seen=Seen())
    base = Repository(repository.root, files, repository.knowledge)
    same = base.targets.called(target.name) or target
    without = ", ".join(layer.name for layer in above)
    title = f"{target.name} without {without}" if above else target.name
    return "\n".join([f"# {title}", f"# {target.output}", *_body(base, same)])


def _body(repository: Repository, target: Target) -> Iterator[str]:
    try:
        found = settings(repository, target)
    except NixError as error:
        yield from (*_comment(f"It does not evaluate: {error.message}"), "{ }", "")
        return
    except Unknowable as stop:
        yield from (*_comment(f"Unknown: {stop.unknown.cause.message}"), "{ }", "")
        return
    places = Places(repository)
    assumed = list(dict.fromkeys(name for setting in found for name in setting.assumes))
    if assumed:
        force = "force" if len(assumed) > 1 else "forces"
        yield f"# As long as {', '.join(assumed)} {force} no other value."
    body = _Set()
    for setting in found:
        body.add(setting.path, setting)
    yield from ("{", *body.lines(places, _INDENT), "}", "")


@dataclass(slots=True)
class _Set:
    """What lies below a path: settings, and sets of them."""

    settings: dict[str, Setting] = field(default_factory=dict)
    sets: dict[str, _Set] = field(default_factory=dict)

    def add(self, path: tuple[str, ...], setting: Setting) -> None:
        here = self
        for name in path[:-1]:
            here = here.sets.setdefault(name, _Set())
        here.settings[path[-1]] = setting

    def lines(self, places: Places, indent: str) -> Iterator[str]:
        for name in sorted({*self.settings, *self.sets}):
            shown = quote_attribute(name)
            if name in self.settings:
                yield from _setting(shown, self.settings[name], places, indent)
            if name in self.sets:
                below = self.sets[name]
                # A set that holds but one thing is written in one path, as people do.
                while len(below.sets) == 1 and not below.settings:
                    inner, below = next(iter(below.sets.items()))
                    shown = f"{shown}.{quote_attribute(inner)}"
                yield f"{indent}{shown} = {{"
                yield from below.lines(places, indent + _INDENT)
                yield f"{indent}}};"


def _setting(name: str, found: Setting, places: Places, indent: str) -> Iterator[str]:
    winners = list(dict.fromkeys(_place(each, places) for each in found.winners))
    where = ", ".join(winners[:_MAX_PLACES])
    if len(winners) > _MAX_PLACES:
        where += f" and {len(winners) - _MAX_PLACES} more"
    notes = [
        f"not {_short(loser.value, _MAX_LOSER)} of {_place(loser, places)}: {loser.why}"
        for loser in found.losers
        if loser.layer not in _SILENT
    ]
    value, comment = _value(found, indent) if found.defined else ("", [])
    for note in [*notes, *comment]:
        yield f"{indent}# {_one_line(note)}"
    if found.defined:
        yield f"{indent}{name} = {value};" + (f" # {_one_line(where)}" if where else "")
    else:
        yield f"{indent}# {name} is not defined"


def _value(found: Setting, indent: str) -> tuple[str, list[str]]:
    """An expression, and what is to be said about it. `/* ? */` marks what is not certain."""
    if found.error is not None:
        return f"throw {quote(_short(readable(found.error).strip()))}", []
    source = parse(found.text.encode("utf-8", "surrogateescape"))
    why = f"not wholly known: {_short(found.reason)}"
    if source.has_error or not source.root.named_child_count:
        return 'throw "unknown"', [why, _short(brief(found.text))]
    text = _broken(found.text, indent)
    return (text, []) if found.known else (f"{text} /* ? */", [why])


def _broken(text: str, indent: str) -> str:
    """A long list with a line for each item."""
    if len(text) <= _MAX_WIDTH:
        return text
    content = text.encode("utf-8", "surrogateescape")
    root = parse(content).root
    value = root.named_children[0] if root.named_child_count == 1 else None
    if value is None or value.type != "list_expression":
        return text
    items = [content[item.start_byte : item.end_byte] for item in value.named_children]
    inner = f"\n{indent}{_INDENT}"
    shown = inner.join(item.decode("utf-8", "surrogateescape") for item in items)
    return f"[{inner}{shown}\n{indent}]"


def _place(found: Contribution, places: Places) -> str:
    file = places.file(found.file)
    if file is None:
        return found.layer
    line = places.line(found)
    where = store_name(file) if line is None else f"{store_name(file)}:{line}"
    return f"{where} ({found.layer})"


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in text.splitlines()]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str, limit: int = _MAX_REASON) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"
