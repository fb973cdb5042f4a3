"""A setting: its value on every target, who decides it, who lost and why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from hmls.homes.brief import shown_text
from hmls.homes.membership import targets_of
from hmls.homes.repository import Repository
from hmls.homes.setting import Contribution, Setting
from hmls.homes.setting_json import Places, store_name
from hmls.homes.settings import setting, setting_in, some_settings
from hmls.homes.targets import Made, Target
from hmls.ide.hover.text import Link, Parts, block, code, escape
from hmls.ide.subject import SettingName
from hmls.ide.types import Place
from hmls.lang.errors import GaveUp, NixError, Unknowable
from hmls.lang.store import readable as readable_paths
from hmls.lang.values import quote_attribute
from hmls.modules.evaluation import Evaluation

_MAX_ROWS = 10
_MAX_LOSERS = 8
_MAX_LEAVES = 16
_MAX_IN_TABLE = 60
"""Characters of a value in the table; of longer ones the first is shown below it."""
_MAX_TRIED = 8
"""Targets that are asked for one on which anything in a set is defined."""


def about_setting(
    repository: Repository, path: str, subject: SettingName, focus: str | None
) -> Parts | None:
    """None where no target that is known has the setting."""
    targets = _targets(repository, path, subject, focus)
    rows = [row for target in targets if (row := _row(repository, subject, target)) is not None]
    present = [row for row in rows if row.found is not None]
    if not present:
        return None
    places = Places(repository)
    first = present[0].found
    assert first is not None
    if _is_set(first):
        tried = present[: 1 if focus else _MAX_TRIED]
        for number, row in enumerate(tried):
            inside, are_all = _inside(repository, subject, row.target)
            if any(leaf.defined and leaf.path != subject.path for leaf in inside):
                ordered = [row, *present[number + 1 :]]
                lacking = [name for before in present[:number] for name in before.names]
                return _set_parts(subject, ordered, lacking, inside, places, are_all=are_all)
        inside, are_all = _inside(repository, subject, present[0].target)
        if any(leaf.path != subject.path for leaf in inside):
            return _set_parts(subject, present, [], inside, places, are_all=are_all)
    return [
        *_title(first),
        *_table(_grouped(rows), places),
        *_long_value(first),
        *_losers(present, places),
        *_remarks(present),
        *_described(first, places),
    ]


@dataclass(frozen=True, slots=True)
class _Row:
    """A target, or several where all is the same, with what a setting is there."""

    names: tuple[str, ...]
    target: Target
    found: Setting | None


def _targets(
    repository: Repository, path: str, subject: SettingName, focus: str | None
) -> list[Target]:
    """Those of the file first, of these the one in focus."""
    everywhere = list(repository.recent_targets.items)
    if subject.space == "system":
        by_host = {t.host: t for t in reversed(everywhere) if t.kind == "host"}
        for name in repository.recent_targets.hosts:
            by_host.setdefault(name, _without_homes(repository, name))
        here = [
            name for name, folder in repository.layout.systems.items() if path.startswith(folder)
        ]
        hosts = sorted(by_host, key=lambda host: (host not in here, str(host)))
        return [by_host[host] for host in hosts]
    own = targets_of(repository, path, own_user=True)
    layer = repository.layout.layer_of(path)
    others = [t for t in everywhere if t not in own]
    if layer is not None:
        # What other people's homes are is of less interest than the same home elsewhere.
        own += [target for target in others if target.user == layer.user]
        others = []
    found = own + others
    return sorted(found, key=lambda target: target.name != focus)


def _without_homes(repository: Repository, host: str) -> Target:
    """A host as a target, for its system alone."""
    is_darwin = host in repository.recent_targets.darwin_hosts
    kind = "darwinConfigurations" if is_darwin else "nixosConfigurations"
    output = f"{kind}.{quote_attribute(host)}"
    return Target(host, "host", "", host, output, None, Made.of(()))


def _row(repository: Repository, subject: SettingName, target: Target) -> _Row | None:
    if subject.space == "home":
        return _Row((target.name,), target, setting(repository, target, subject.path))
    try:
        evaluation = repository.host_evaluation(target)
    except (NixError, Unknowable, GaveUp):
        return None
    if evaluation is None:
        return None
    found = setting_in(repository, evaluation, subject.path)
    return _Row((target.host or target.name,), target, found)


def _inside(
    repository: Repository, subject: SettingName, target: Target
) -> tuple[list[Setting], bool]:
    """The leaves of a set, and whether these are all."""
    try:
        if subject.space == "home":
            evaluation: Evaluation | None = repository.evaluation(target)
        else:
            evaluation = repository.host_evaluation(target)
        if evaluation is None:
            return [], True
        return some_settings(repository, evaluation, subject.path, _MAX_LEAVES)
    except (NixError, Unknowable, GaveUp):
        return [], True


def _is_set(found: Setting) -> bool:
    return isinstance(found.value, dict) or (not found.known and found.text[:1] in ("{", "c"))


def _grouped(rows: list[_Row]) -> list[_Row]:
    """Targets of the same value by the same definitions as one row, the first ones first."""
    groups: dict[object, _Row] = {}
    for row in rows:
        found = row.found
        key = None if found is None else (found.text, found.error, found.defined, found.winners)
        before = groups.get(key)
        names = row.names if before is None else before.names + row.names
        groups[key] = _Row(names, (before or row).target, found)
    absent = groups.pop(None, None)
    return [*groups.values(), *([absent] if absent is not None else [])]


def _title(found: Setting) -> Iterator[str]:
    name = ".".join(map(quote_attribute, found.path))
    kind = f" · {escape(found.type)}" if found.type else ""
    yield f"**{escape(name)}**{kind}\n\n"


def _table(rows: list[_Row], places: Places) -> Iterator[str | Link]:
    yield "| on | value | from |\n|:--|:--|:--|\n"
    for number, row in enumerate(rows[:_MAX_ROWS]):
        names = ", ".join(escape(name) for name in row.names)
        yield f"| {f'**{names}**' if number == 0 else names} | {_cell(row.found)} | "
        winners = () if row.found is None else row.found.winners
        yield from _links(winners[:3], places)
        yield f"{' …' if len(winners) > 3 else ''} |\n"
    if len(rows) > _MAX_ROWS:
        yield f"\n… and {len(rows) - _MAX_ROWS} more\n"
    yield "\n"


def _cell(found: Setting | None) -> str:
    if found is None:
        return "—"
    if found.error is not None:
        return f"error: {escape(readable_paths(found.error).strip().splitlines()[0])[:120]}"
    if not found.defined:
        return "not defined"
    shown = code(shown_text(found), _MAX_IN_TABLE, in_table=True)
    return shown if found.known else f"{shown} ?"


def _links(found: tuple[Contribution, ...], places: Places) -> Iterator[str | Link]:
    separator = ""
    for each in dict.fromkeys(found):
        yield separator
        yield _link(each, places)
        separator = ", "


def _link(found: Contribution, places: Places) -> str | Link:
    if found.file is None:
        return "the builder" if found.layer == "builder" else f"({found.layer})"
    name = places.file(found.file) or found.file
    if not os.path.isfile(found.file):
        # A module of an input that is not in the store: there is nothing to go to.
        return escape(store_name(name))
    text = f"{_short(name)}:{places.line(found)}"
    suffix = " (default)" if found.layer == "default" else ""
    return Link(f"{escape(text)}{suffix}", Place(found.file, found.start, found.end))


def _short(name: str) -> str:
    """A layer's default.nix is known by its folder."""
    folder, base = os.path.split(name)
    if base == "default.nix" and folder:
        name = folder
    return name.removeprefix("homes/")


def _long_value(found: Setting) -> Iterator[str]:
    if found.error is not None:
        message = readable_paths(found.error).strip()
        if "\n" in message or len(message) > 120:
            yield block(message)
    elif len(" ".join(shown_text(found).split())) > _MAX_IN_TABLE:
        yield block(shown_text(found))


def _losers(rows: list[_Row], places: Places) -> Iterator[str | Link]:
    """Definitions that do not count, once each, with the targets where they do not."""
    by_loser: dict[Contribution, list[str]] = {}
    for row in rows:
        assert row.found is not None
        for loser in row.found.rivals:
            by_loser.setdefault(loser, []).extend(row.names)
    shown = list(by_loser.items())[:_MAX_LOSERS]
    for loser, names in shown:
        mark = "~~" if loser.status in ("loses", "false") else ""
        yield f"- {mark}{code(loser.value, _MAX_IN_TABLE)}{mark} "
        yield _link(loser, places)
        where = "" if len(names) == len(rows) else f" on {', '.join(map(escape, names))}"
        yield f" — {escape(loser.why)}{where}\n"
    if len(by_loser) > len(shown):
        yield f"- … and {len(by_loser) - len(shown)} more\n"
    if shown:
        yield "\n"


def _remarks(rows: list[_Row]) -> Iterator[str]:
    reasons = dict.fromkeys(row.found.reason for row in rows if row.found and row.found.reason)
    gave_up = GaveUp.cause.message
    shown = [reason for reason in reasons if reason != gave_up][:2]
    for reason in [*shown, *([gave_up] if gave_up in reasons else [])]:
        yield f"? not wholly known: {escape(reason)}\n\n"
    assumed = dict.fromkeys(name for row in rows if row.found for name in row.found.assumes)
    if assumed:
        force = "force" if len(assumed) > 1 else "forces"
        yield f"*assuming that {escape(', '.join(assumed))} {force} no other value*\n\n"


def _described(found: Setting, places: Places) -> Iterator[str | Link]:
    if found.description:
        yield f"{found.description.strip()}\n\n"
    if found.declared is not None:
        declared = found.declared
        name = places.file(declared.path) or declared.path
        line = places.lines(declared.path).line_of(declared.start) + 1
        yield "declared in "
        place = Place(places.on_disk(declared.path), declared.start, declared.end)
        yield Link(escape(f"{_short(name)}:{line}"), place)
        yield "\n"


def _set_parts(
    subject: SettingName,
    rows: list[_Row],
    lacking: list[str],
    inside: list[Setting],
    places: Places,
    *,
    are_all: bool,
) -> Parts:
    """What is in a set on the first of the targets; on those that lack it nothing is defined."""
    first = rows[0]
    assert first.found is not None
    parts: Parts = [*_title(first.found)]
    parts.append(f"| on **{escape(first.names[0])}** | value | from |\n|:--|:--|:--|\n")
    for leaf in inside[:_MAX_LEAVES]:
        name = ".".join(map(quote_attribute, leaf.path[len(subject.path) :]))
        parts.append(f"| {escape(name)} | {_cell(leaf)} | ")
        parts.extend(_links(leaf.winners[:2], places))
        parts.append(" |\n")
    if not are_all:
        parts.append("\n… and many more\n")
    elif len(inside) > _MAX_LEAVES:
        parts.append(f"\n… and {len(inside) - _MAX_LEAVES} more\n")
    parts.append("\n")
    others = [name for row in rows[1:] for name in row.names]
    if others:
        parts.append(f"also on {escape(', '.join(others))}\n\n")
    if lacking:
        parts.append(f"not defined on {escape(', '.join(lacking))}\n\n")
    parts.extend(_described(first.found, places))
    return parts
