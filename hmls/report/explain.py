"""`hmls check --explain`: what was found, assumed and not understood, and why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from hmls.homes.inputs import role_of
from hmls.homes.readable import readable
from hmls.homes.repository import Repository
from hmls.homes.targets import Target
from hmls.lang import store
from hmls.lang.errors import NixError, Unknowable

_COLOURS = {"found": "green", "assumed": "yellow", "unread": "yellow", "error": "red"}


class Said(NamedTuple):
    """One line, of a flake or of one of its targets."""

    mark: Literal["found", "assumed", "unread", "error"]
    text: str
    why: str = ""
    of: str | None = None


def explanation(repository: Repository) -> list[Said]:
    return list(dict.fromkeys(_explained(repository)))


def explanation_json(said: list[Said]) -> dict[str, Any]:
    """`of` is the target that a line belongs to, if it belongs to one."""
    return {
        "explanation": [
            {"kind": each.mark, "text": each.text, "why": each.why or None, "of": each.of}
            for each in said
        ]
    }


def print_explanation(said: list[Said]) -> None:
    """What is said of several targets is said once, with their names."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True, emoji=False)
    number = sum(each.text.startswith("target ") for each in said)
    told: dict[Said, list[str]] = {}
    for each in said:
        names = told.setdefault(each._replace(text=readable(each.text), of=None), [])
        names += [] if each.of is None else [each.of]
    # What is of no target first: they are many in a large flake, and most lines are of all.
    for each, names in sorted(told.items(), key=lambda item: bool(item[1])):
        colour = _COLOURS[each.mark]
        more = f" [dim]{escape(each.why)}[/dim]" if each.why else ""
        console.print(f"[{colour}]{each.mark:>8}[/{colour}]  {escape(each.text)}{more}")
        if names:
            console.print(f"          [dim]on {escape(_names(names, number))}[/dim]")
    if any(each.mark == "unread" and "not in the Nix store" in each.text for each in said):
        console.print("\n`nix flake archive` fetches the inputs, and they are read.", style="dim")


_MOST_NAMES = 6


def _names(names: list[str], number: int) -> str:
    if len(names) == number > 1:
        return f"all {number} targets"
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _explained(repository: Repository) -> Iterator[Said]:
    root = repository.root
    yield Said("found", f"flake root {root}")
    tree = repository.files.tree
    if tree.problem is not None:
        yield Said("error", tree.problem)
    elif tree.tracked is None:
        yield Said("assumed", "there is no git here: every file counts")
    else:
        yield Said("found", f"git tree {tree.root}", f"{len(tree.tracked)} tracked files")
    layout = repository.layout
    if layout.row is None:
        yield Said("assumed", "no known layout of homes was found")
    else:
        yield Said("found", f"layout {layout.row.name}", f"{len(layout.layers)} layers")
    for name in ("home_modules", "system_modules"):
        folder = getattr(layout, name)
        if folder is not None:
            yield Said("found", f"{name.replace('_', ' ')} in {os.path.relpath(folder, root)}")
    lock = repository.flake.lock
    if lock.problem is not None:
        yield Said("unread", lock.problem)
    for name, locked in lock.inputs.items():
        path = locked.store_path
        present = path is not None and os.path.isdir(repository.files.store_root + path)
        role = role_of(name, locked)
        known = f"known natively as {role}" if role else ""
        if present:
            yield Said("found", f"input {name}", f"{path} {known}")
        elif role:
            yield Said("found", f"input {name}", f"not in the store; {known}")
        else:
            yield Said(
                "unread", f"input {name} is not in the Nix store", path or "the lock has no narHash"
            )
    targets = repository.targets
    for target in targets.items:
        if target.by_convention is None:
            yield Said("found", f"target {target.name}", target.output)
        else:
            yield Said("assumed", f"target {target.name}", target.by_convention)
        yield from _of_modules(repository, target)
    for assumption in targets.assumptions:
        yield Said("assumed", assumption.message, assumption.reason)
    for error in targets.errors:
        yield Said("error", store.readable(error.message))


def _of_modules(repository: Repository, target: Target) -> Iterator[Said]:
    try:
        collected = repository.evaluation(target).collected
    except NixError as error:
        why = store.readable(error.message)
        yield Said("error", f"{target.name} does not evaluate", why, target.name)
        return
    except Unknowable as stop:
        yield Said("unread", stop.unknown.text, stop.unknown.cause.message, target.name)
        return
    for failure in collected.failures:
        yield Said("error", store.readable(failure.message), "", target.name)
    for unread in collected.unread:
        text, why = f"module {unread.unknown.text}", unread.unknown.cause.message
        yield Said("unread", text, why, target.name)
