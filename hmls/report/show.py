"""`hmls show`: the effective settings of a target, who decided each, and who lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from hmls.homes.brief import shown_text
from hmls.homes.people import deployment
from hmls.homes.readable import readable
from hmls.homes.repository import Repository
from hmls.homes.setting import Contribution, Setting
from hmls.homes.setting_json import Places, setting_json, store_name
from hmls.homes.settings import setting, settings
from hmls.homes.targets import Target
from hmls.lang.force import force
from hmls.lang.store import readable as readable_paths
from hmls.lang.values import quote_attribute
from hmls.report.entry import Entry
from hmls.report.flake_source import FlakeSource
from hmls.syntax.attrpath import split_attrpath

_MAX_LINES = 12
_MAX_UNKNOWN = 240
"""Lines of one value in the list of all, and characters of one that is not wholly known."""
_MAX_REASONS = 4


def shown_settings(repository: Repository, target: Target, option: str | None) -> list[Setting]:
    """The settings at and below a path in Nix's notation; all without one.

    Of a path that the user's files do not define, what the modules say. Raises NixError and
    Unknowable where the target has no configuration.
    """
    found = settings(repository, target)
    if option is not None:
        path = split_attrpath(option)
        below = [s for s in found if s.path[: len(path)] == path]
        if "configuration" in path[2:3] and path[0] == "specialisation" and below:
            # Whoever asks for a specialisation sees all of it, not only what differs.
            below = settings(repository, target, path)
        one = None if below else setting(repository, target, path)
        found = below if one is None else [one]
    if not found:
        # Modules that cannot be read define nothing: the reason is more than that it is so.
        force(repository.evaluation(target).config)
    return found


def show_json(repository: Repository, target: Target, found: list[Setting]) -> dict[str, Any]:
    places = Places(repository, target.site)
    source = FlakeSource(repository.files)
    options = [setting_json(each, places.json, source.as_nix_says) for each in found]
    return {"target": target.name, "output": target.output, "options": options}


def print_settings(
    repository: Repository, target: Target, found: list[Setting], console: Console | None = None
) -> None:
    """The settings for a person: one in full, several as a list."""
    console = console or Console(highlight=False, emoji=False)
    places = Places(repository)
    found = [_readable(each, target.user) for each in found]
    layers = " + ".join(layer.name for layer in target.layers)
    console.print(
        Text.assemble(
            (target.name, "bold"), ("  ", ""), (f"{layers} · {deployment(target)}", "dim")
        )
    )
    if len(found) == 1:
        console.print(_in_full(found[0], places))
        return
    section: tuple[str, ...] = ()
    for each in found:
        if each.path[:-1][:2] != section:
            section = each.path[:-1][:2]
            console.print()
            console.print(Rule(Text(_path(section) or "top", "bold"), align="left", style="dim"))
        for entry in _in_list(each, section, places, console.is_terminal):
            console.print(entry, soft_wrap=not console.is_terminal)
    console.print()
    console.print(_summary(found))


def _readable(found: Setting, user: str) -> Setting:
    """A setting whose texts people can read; what is exact is left as it is."""
    if found.known and not found.losers:
        return found
    said = [
        replace(each, value=readable(each.value, user), why=readable(each.why, user))
        for each in found.contributions
    ]
    text = found.text if found.known else readable(found.text, user)
    reason = readable(found.reason, user)
    return replace(found, text=text, reason=reason, contributions=tuple(said))


def _in_list(
    found: Setting, section: tuple[str, ...], places: Places, is_terminal: bool
) -> Iterator[Entry]:
    name = (_path(found.path[len(section) :]), "cyan")
    value = _value(found, _MAX_LINES if is_terminal else 1)
    yield Entry(Text.assemble(name, " = ", value), _in_short(found.winners, places))
    for loser in found.rivals:
        text = Text.assemble("    ", (loser.value, "dim strike"), "  ", (loser.why, "dim italic"))
        yield Entry(text, _in_short([loser], places))


def _in_full(found: Setting, places: Places) -> RenderableType:
    parts: list[RenderableType] = [
        Text(),
        Text.assemble((_path(found.path), "bold cyan"), " = ", _value(found, 200)),
    ]
    if found.reason:
        parts.append(Text(f"not wholly known: {found.reason}", "yellow"))
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", justify="right")
    facts.add_column(overflow="fold")
    if found.type is not None:
        facts.add_row("type", found.type)
    if found.priority is not None:
        facts.add_row("priority", str(found.priority))
    if found.assumes:
        facts.add_row("assumes", f"{', '.join(found.assumes)}, not read here, sets nothing else")
    for winner in found.winners:
        facts.add_row("from", Text("\n".join(_places([winner], places)), "green"))
        if len(found.winners) > 1:
            facts.add_row("", Text(winner.value, "dim"))
    for loser in found.losers if found.known else found.rivals:
        place = "".join(_places([loser], places))
        facts.add_row("not from", Text.assemble(place, f"  {loser.value}  ", (loser.why, "yellow")))
    if found.declared is not None:
        declared = places.file(found.declared.path) or ""
        line = places.lines(found.declared.path).line_of(found.declared.start) + 1
        facts.add_row("declared", f"{declared}:{line}")
    parts.append(Padding(facts, (1, 0, 0, 2)))
    if found.description:
        parts.append(Padding(Text(found.description, "italic"), (1, 0, 0, 2)))
    return Group(*parts)


def _value(found: Setting, max_lines: int) -> Text:
    if found.error is not None:
        error = readable_paths(found.error).strip()
        return Text(f"error: {error if max_lines > 1 else ' '.join(error.split())}", "red")
    if not found.defined:
        return Text("not defined", "dim italic")
    text = shown_text(found)
    if not found.known and max_lines <= _MAX_LINES and len(text) > _MAX_UNKNOWN:
        text = f"{text[:_MAX_UNKNOWN]}…"
    if len(text) > 80 and max_lines > 1:
        lines = text.replace("\\n", "\n").splitlines()
        text = "\n".join(lines[:max_lines]) + ("\n…" if len(lines) > max_lines else "")
    if found.known:
        assumed = Text(" assumed", "dim yellow") if found.assumes else Text()
        return Text.assemble(Text(text, "green"), assumed)
    return Text.assemble((text, "yellow"), (" ?", "bold yellow"))


def _places(found: Sequence[Contribution], places: Places) -> list[str]:
    """File, line and layer of each; a module that is not on this machine has no line."""
    lines = []
    for each in found:
        file, line = places.file(each.file), places.line(each)
        if file is not None and line is None:
            file = store_name(file)
        where = file if line is None else f"{file}:{line}"
        lines.append(each.layer if where is None else f"{where} · {each.layer}")
    return list(dict.fromkeys(lines))


def _in_short(found: Sequence[Contribution], places: Places) -> list[str]:
    """The user's own places; those of inputs, which may be many, are counted."""
    own = [each for each in found if each.layer != "input"]
    others = len({each.file for each in found}) - len({each.file for each in own})
    name = f"{others} module{'s' if others > 1 else ''} of inputs"
    return _places(own, places) + ([f"and {name}" if own else name] if others else [])


def _path(path: tuple[str, ...]) -> str:
    return ".".join(quote_attribute(name) for name in path)


def _summary(found: list[Setting]) -> Text:
    errors = sum(each.error is not None for each in found)
    unknown = sum(not each.known and each.error is None and each.defined for each in found)
    overridden = sum(bool(each.rivals) for each in found)
    parts = [f"{len(found)} settings", f"{overridden} overridden"]
    parts += [f"{errors} with errors"] if errors else []
    text = Text(" · ".join(parts), "dim")
    if unknown:
        text.append(f"\n{unknown} are not wholly known (?), mostly because:", "yellow")
        reasons = Counter(each.reason for each in found if each.reason)
        for reason, count in reasons.most_common(_MAX_REASONS):
            text.append(f"\n  {count:>4} × {reason}", "dim yellow")
    return text
