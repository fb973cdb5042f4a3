"""`hmls check --explain`: what was found, assumed and not understood, and why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from hmls.homes.inputs import role_of
from hmls.homes.repository import Repository
from hmls.homes.targets import Target
from hmls.lang import store
from hmls.lang.errors import NixError, Unknowable

_COLOURS = {"found": "green", "assumed": "yellow", "unread": "yellow", "error": "red"}


class Said(NamedTuple):
    """One line. What is said of the modules of a target stands below the target."""

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
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True, emoji=False)
    for mark, text, why, of in said:
        colour = _COLOURS[mark]
        more = f" [dim]{escape(why)}[/dim]" if why else ""
        below = "" if of is None else "  "
        console.print(f"[{colour}]{mark:>8}[/{colour}]  {below}{escape(text)}{more}")


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
