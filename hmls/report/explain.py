"""`hmls check --explain`: what was found, assumed and not understood, and why."""

from __future__ import annotations

import os

from hmls.homes.inputs import role_of
from hmls.homes.repository import Repository
from hmls.lang import store
from hmls.lang.errors import NixError, Unknowable


def print_explanation(repository: Repository) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True, emoji=False)

    def say(mark: str, text: str, detail: str = "") -> None:
        colour = {"found": "green", "assumed": "yellow", "unread": "yellow", "error": "red"}[mark]
        more = f" [dim]{escape(detail)}[/dim]" if detail else ""
        console.print(f"[{colour}]{mark:>8}[/{colour}]  {escape(text)}{more}")

    root = repository.root
    say("found", f"flake root {root}")
    tree = repository.files.tree
    if tree.problem is not None:
        say("error", tree.problem)
    elif tree.tracked is None:
        say("assumed", "there is no git here: every file counts")
    else:
        say("found", f"git tree {tree.root}", f"{len(tree.tracked)} tracked files")
    layout = repository.layout
    if layout.row is None:
        say("assumed", "no known layout of homes was found")
    else:
        say("found", f"layout {layout.row.name}", f"{len(layout.layers)} layers")
    for name in ("home_modules", "system_modules"):
        folder = getattr(layout, name)
        if folder is not None:
            say("found", f"{name.replace('_', ' ')} in {os.path.relpath(folder, root)}")
    lock = repository.flake.lock
    if lock.problem is not None:
        say("unread", lock.problem)
    for name, locked in lock.inputs.items():
        path = locked.store_path
        present = path is not None and os.path.isdir(repository.files.store_root + path)
        role = role_of(name, locked)
        known = f"known natively as {role}" if role else ""
        if present:
            say("found", f"input {name}", f"{path} {known}")
        elif role:
            say("found", f"input {name}", f"not in the store; {known}")
        else:
            say(
                "unread", f"input {name} is not in the Nix store", path or "the lock has no narHash"
            )
    targets = repository.targets
    for target in targets.items:
        if target.by_convention is None:
            say("found", f"target {target.name}", target.output)
        else:
            say("assumed", f"target {target.name}", target.by_convention)
        _explain_modules(repository, target, say)
    for assumption in targets.assumptions:
        say("assumed", assumption.message, assumption.reason)
    for error in targets.errors:
        say("error", store.readable(error.message))


def _explain_modules(repository: Repository, target, say) -> None:  # type: ignore[no-untyped-def]
    try:
        collected = repository.evaluation(target).collected
    except NixError as error:
        say("error", f"  {target.name} does not evaluate: {store.readable(error.message)}")
        return
    except Unknowable as stop:
        say("unread", f"  {stop.unknown.text}", stop.unknown.cause.message)
        return
    for failure in collected.failures:
        say("error", f"  {failure.message}")
    for unread in collected.unread:
        say("unread", f"  module {unread.unknown.text}", unread.unknown.cause.message)
