"""Building and switching what the file at hand is part of."""

from __future__ import annotations

import os

from hmls.homes.people import deployment
from hmls.homes.repository import Repository, loaded_files
from hmls.homes.targets import Target
from hmls.homes.workspace import View
from hmls.ide.actions.action import Action
from hmls.ide.types import Command
from hmls.lang.errors import GaveUp, NixError, Unknowable
from hmls.syntax.outline import outline
from hmls.syntax.parse import Source

_MAX_TARGETS = 8
_OF_HOMES = (("build", "Build"), ("preview", "Preview"), ("switch", "Switch"))
_OF_HOSTS = (*_OF_HOMES, ("test", "Test"), ("boot", "Boot"), ("dryActivate", "Dry-activate"))
_OF_ALL = (("check", "Check"), ("rollback", "Roll back"))
_OF_OTHERS = (("build", "Build"), ("switch", "Switch"))
"""For targets that the file is part of besides the one that its layer is for."""
_REBUILD = {"test": "test", "boot": "boot", "dryActivate": "dry-activate", "build": "build"}


def deploy(view: View, path: str, start: int, _end: int) -> list[Action]:
    """The deployments that a file has a part in, those of its own layer first."""
    repository = view.repository(path)
    if repository is None or not repository.files.is_inside(path):
        return []
    if os.path.dirname(path) == repository.root:
        source = view.source(path) if os.path.basename(path) == "flake.nix" else None
        name = input_at(source, start) if source is not None else None
        return _of_flake(repository, name)
    own, others = targets_of(repository, path)
    found = [_action(repository, target, *each) for target in own for each in _all_of(target)]
    found += [_action(repository, target, *each) for target in others for each in _OF_OTHERS]
    return found


def input_at(source: Source, offset: int) -> str | None:
    """The input of a flake that is declared at an offset, or on its line.

    One that follows another has no lock of its own and is none.
    """
    declared = [each for each in outline(source) if each.path[:1] == ("inputs",)]
    line_start = source.text.rfind(b"\n", 0, offset) + 1
    line_end = source.text.find(b"\n", offset)
    line_end = len(source.text) if line_end < 0 else line_end
    around = [each for each in declared if each.start <= offset <= each.value_end + 1]
    on_line = [each for each in declared if line_start <= each.start <= line_end]
    names = (each.path[1] for each in (*reversed(around), *on_line) if len(each.path) > 1)
    name = next(names, None)
    follows = any(each.path == ("inputs", name, "follows") for each in declared)
    return None if follows else name


def targets_of(repository: Repository, path: str) -> tuple[list[Target], list[Target]]:
    """The targets that a file's layer or system is for, and the others that load it."""
    layer = repository.layout.layer_of(path)
    items = repository.recent_targets.items
    if layer is None:
        host = _host_of(repository, path)
        if host is not None:
            return _once([target for target in items if target.host == host]), []
        loading = [target for target in items if _loads(repository, target, path)]
        return [], _once(loading)[:_MAX_TARGETS]
    with_layer = [target for target in items if layer in target.layers]
    if layer.kind in ("base", "global"):
        own = [target for target in with_layer if target.kind == "standalone"]
        others = [target for target in with_layer if target.kind != "standalone"]
        return (own, others[:_MAX_TARGETS]) if own else (others[:_MAX_TARGETS], [])
    return with_layer, []


def _host_of(repository: Repository, path: str) -> str | None:
    for host, folder in repository.layout.systems.items():
        if path == folder or path.startswith(folder + os.sep):
            return host
    return None


def _loads(repository: Repository, target: Target, path: str) -> bool:
    """Whether a target is made of a file; where that is not known, it may be."""
    try:
        evaluation = repository.evaluation(target)
        return path in loaded_files(evaluation) or path in repository.reader_of(target).reads
    except (NixError, Unknowable, GaveUp):
        return True


def _once(targets: list[Target]) -> list[Target]:
    """One target for each output: a system is deployed for all of its users."""
    return list({target.output: target for target in reversed(targets)}.values())[::-1]


def _all_of(target: Target) -> tuple[tuple[str, str], ...]:
    is_nixos = target.output.startswith("nixosConfigurations")
    return (*(_OF_HOSTS if is_nixos else _OF_HOMES), *_OF_ALL)


def _action(repository: Repository, target: Target, name: str, verb: str) -> Action:
    what = target.host if target.kind == "host" else target.name
    argument: dict[str, object] = {"root": repository.root, "target": target.name}
    if name == "rollback":
        argument["choose"] = True
    title = f"{verb} {what}{_shown(target, name)}"
    return Action(title, "deploy", command=Command(name, argument))


def _shown(target: Target, name: str) -> str:
    """The command that an action is for, as people type it."""
    typed = deployment(target)
    match name:
        case "switch":
            return f": {typed}"
        case "preview":
            return ": what a switch would change"
        case "check":
            return ": nix flake check, and all of it evaluated"
        case "rollback":
            return ": choose from its generations"
        case "build" if target.kind == "standalone":
            return f": nix build .#{target.output}.activationPackage"
        case "build":
            return f": {typed.removeprefix('sudo ').replace(' switch ', f' {_REBUILD[name]} ')}"
        case _:
            return f": {typed.replace(' switch ', f' {_REBUILD[name]} ')}"


def _of_flake(repository: Repository, name: str | None) -> list[Action]:
    argument = {"root": repository.root}
    of_input = [
        Action(
            f"Update {name}: nix flake update {name}",
            "deploy",
            command=Command("update", {**argument, "input": name}),
        )
    ]
    return [
        *(of_input if name is not None else []),
        Action(
            "Check all homes and hosts: nix flake check, and what it leaves out",
            "deploy",
            command=Command("checkAll", argument),
        ),
        Action(
            "Update all inputs: nix flake update",
            "deploy",
            command=Command("update", {**argument, "input": None}),
        ),
        Action(
            "Fetch the sources of all inputs: nix flake archive",
            "deploy",
            command=Command("archive", argument),
        ),
    ]
