"""What each command of docs/protocol.md asks of the deployments."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from hmls.deploy import plan
from hmls.deploy.generations import Generation, numbered, previous
from hmls.deploy.history import generations_of, history
from hmls.deploy.plan import Action, Plan, Refusal, Situation
from hmls.deploy.surroundings import Surroundings
from hmls.deploy.target import Target, this_machine
from hmls.deploy.tools import environment
from hmls.server.editor_ui import CANCEL, EditorUi
from hmls.server.jobs import Make, Request

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.server.app import Server

_ACTIVATIONS: Mapping[str, Action] = {
    "switch": "switch",
    "test": "test",
    "boot": "boot",
    "dryActivate": "dry-activate",
}
_MOST_CHOICES = 10
"""Generations that a dialogue lists; more are in the lists of the editors that have one."""
_VERBS = {
    "build": "Build",
    "preview": "Preview",
    "switch": "Switch",
    "test": "Test",
    "boot": "Boot",
    "dryActivate": "Dry-activate",
    "check": "Check",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A command with its root and target found. `target` is None where none is needed."""

    name: str
    root: str
    target: Target | None
    all_targets: tuple[Target, ...] = ()
    argument: Mapping[str, Any] = field(default_factory=dict)


async def request_of(server: Server, name: str, arguments: tuple[Any, ...]) -> Request:
    """What a command asks for. Raises JsonRpcInvalidParams."""
    argument = argument_of(arguments)
    if name == "initialise":
        return _initialise(server, argument)
    return _COMMANDS[name](await find_target(server, name, argument))


def _initialise(server: Server, argument: Mapping[str, Any]) -> Request:
    folder = argument.get("root") or next(iter(server.session.folders), None)
    if not isinstance(folder, str):
        raise JsonRpcInvalidParams("there is no folder open")
    if os.path.exists(os.path.join(folder, "flake.nix")):
        said = f"There is a flake.nix in {folder} already: switch to one of its homes instead."
        return Request("Install Home Manager", folder, lambda _: Refusal("bad-name", said))
    return Request("Install Home Manager", folder, lambda now: plan.initialise(folder, now))


def argument_of(arguments: tuple[Any, ...]) -> Mapping[str, Any]:
    """The one argument, a mapping; as pygls hands it over it may be an object."""
    if not arguments or arguments[0] is None:
        return {}
    first = arguments[0]
    if isinstance(first, Mapping):
        return first
    if hasattr(first, "_asdict"):
        found: Mapping[str, Any] = first._asdict()
        return found
    raise JsonRpcInvalidParams("the argument must be an object")


async def find_target(server: Server, name: str, argument: Mapping[str, Any]) -> Asked:
    """The root and the target that are meant. Raises JsonRpcInvalidParams."""
    root, target = argument.get("root"), argument.get("target")
    roots = server.session.workspace.snapshot.roots
    if root is None and len(roots) == 1:
        root = roots[0]
    if root not in roots:
        said = "no flake with homes is open" if not roots else f"`root` must be one of {roots}"
        raise JsonRpcInvalidParams(said)
    wanted = target if target is not None else server.session.focused(root)
    if not (wanted is None or isinstance(wanted, str)):
        raise JsonRpcInvalidParams("`target` must be a name")

    from hmls.server.engine import Priority

    def work(view: View) -> tuple[Target | None, tuple[Target, ...]]:
        from hmls.deploy.repository import deployable, distinct, named

        repository = view.repositories[root]
        every = tuple(distinct(repository))
        if wanted is None:
            return (every[0] if len(every) == 1 else None), every
        found = named(repository, wanted, this_machine().user)
        return (None if found is None else deployable(repository, found)), every

    found, every = await server.session.ask(work, Priority.BACKGROUND)
    if found is None and wanted is not None:
        raise JsonRpcInvalidParams(f"there is no target {wanted} in {root}")
    return Asked(name, root, found, every, argument)


def _target_of(asked: Asked) -> Target:
    if asked.target is None:
        raise JsonRpcInvalidParams("say which `target` is meant")
    return asked.target


def _simple(asked: Asked) -> Request:
    """Build, preview, check, and all that activates."""
    target = _target_of(asked)
    title = f"{_VERBS[asked.name]} {target.name}"

    def make(situation: Situation) -> Plan | Refusal:
        match asked.name:
            case "build":
                return plan.build(target, situation)
            case "preview":
                return plan.preview(target, situation)
            case "check":
                return plan.check(target, situation)
            case _:
                return plan.activate(_ACTIVATIONS[asked.name], target, situation)

    extension = asked.argument.get("backupExtension")
    return Request(
        title,
        asked.root,
        make,
        target,
        backup_extension=extension if isinstance(extension, str) else None,
    )


def _rollback(asked: Asked) -> Request:
    target, number = _target_of(asked), asked.argument.get("generation")
    if number is not None and not isinstance(number, int):
        raise JsonRpcInvalidParams("`generation` must be a number")

    def make(situation: Situation, number: int | None = number) -> Plan | Refusal:
        found = generations_of(target, situation.machine)
        wanted = _numbered(found, number) if number is not None else previous(found)
        if wanted is None:
            what = f"generation {number}" if number is not None else "earlier generation"
            return Refusal("no-generation", f"There is no {what} of {target.name} here.")
        return plan.rollback(target, wanted, situation)

    async def choose(situation: Situation, ui: EditorUi) -> Make | None:
        around = Surroundings(situation, environment(situation.machine))
        entries = (await history(target, around))[:_MOST_CHOICES]
        numbers = [each.generation.number for each in entries if not each.generation.current]
        others = {f"Generation {number}": number for number in numbers}
        if not others:
            return make
        told = (f"{each.generation.text}: {each.changes or 'not compared'}" for each in entries)
        text = "\n".join([f"Roll back {target.name} to which generation?", *told])
        answer = await ui.ask(text, [*others, CANCEL], lsp.MessageType.Info)
        return partial(make, number=others[answer]) if answer in others else None

    asks = number is None and asked.argument.get("choose") is True
    title = f"Roll back {target.name}"
    return Request(title, asked.root, make, target, choose=choose if asks else None)


def _expire(asked: Asked) -> Request:
    target, numbers = _target_of(asked), asked.argument.get("generations")
    if not isinstance(numbers, list | tuple) or not all(isinstance(n, int) for n in numbers):
        raise JsonRpcInvalidParams("`generations` must be a list of numbers")

    def make(situation: Situation) -> Plan | Refusal:
        chosen = numbered(generations_of(target, situation.machine), numbers)
        if isinstance(chosen, int):
            said = f"There is no generation {chosen} of {target.name} here."
            return Refusal("no-generation", said)
        return plan.expire(target, chosen, situation)

    return Request(f"Expire generations of {target.name}", asked.root, make, target)


def _check_all(asked: Asked) -> Request:
    def make(situation: Situation) -> Plan | Refusal:
        return plan.check_all(asked.root, asked.all_targets, situation)

    return Request("Check all homes and hosts", asked.root, make)


def _update(asked: Asked) -> Request:
    name = asked.argument.get("input")
    if name is not None and not isinstance(name, str):
        raise JsonRpcInvalidParams("`input` must be a name")
    names = [] if name is None else [name]
    title = f"Update {name or 'all inputs'}"
    return Request(title, asked.root, lambda now: plan.update(asked.root, names, now))


def _archive(asked: Asked) -> Request:
    title = "Fetch the sources of all inputs"
    return Request(title, asked.root, lambda now: plan.archive(asked.root, now))


def _track(asked: Asked) -> Request:
    """The click says what is run, exactly, so that nothing more is asked."""
    paths = asked.argument.get("paths")
    if not isinstance(paths, list | tuple) or not all(isinstance(path, str) for path in paths):
        raise JsonRpcInvalidParams("`paths` must be a list of absolute paths")
    return Request(
        "Show files to Git",
        asked.root,
        lambda now: plan.track(asked.root, list(paths), now),
        asks_to_start=False,
    )


def _numbered(generations: list[Generation], number: int) -> Generation | None:
    return next((each for each in generations if each.number == number), None)


_COMMANDS: Mapping[str, Callable[[Asked], Request]] = {
    **dict.fromkeys(("build", "preview", "switch", "dryActivate", "test", "boot"), _simple),
    "check": _simple,
    "checkAll": _check_all,
    "rollback": _rollback,
    "expire": _expire,
    "update": _update,
    "archive": _archive,
    "track": _track,
}
