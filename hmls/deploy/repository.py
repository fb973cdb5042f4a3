"""What a deployment takes of a repository: its targets, and what is known of its files.

Taken at one moment, on the evaluation thread; nothing later waits for the evaluator.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from hmls.deploy.file_index import FileIndex
from hmls.deploy.target import Target, make_target
from hmls.homes import targets as homes
from hmls.homes.index import facts_of as file_facts
from hmls.homes.repository import Repository, loaded_files
from hmls.homes.setting import Setting
from hmls.homes.settings import settings, system_settings
from hmls.lang.errors import GaveUp, NixError, Unknowable
from hmls.lang.values import quote_attribute


@dataclass(frozen=True, slots=True)
class Facts:
    """`untracked` are relative to the flake root, `forced` to the home.

    `settings` is option path → Nix text, None where they are not known or not needed.
    """

    index: FileIndex
    untracked: tuple[str, ...] = ()
    forced: tuple[str, ...] = ()
    settings: Mapping[str, str] | None = None


def deployable(repository: Repository, target: homes.Target) -> Target:
    """A target of the repository as deployments name it."""
    return make_target(repository.root, target.user, target.host, target.output, target.system)


def named(repository: Repository, name: str, user: str) -> homes.Target | None:
    """The target of a name, as `alice` or `alice@workstation`.

    A host's name means the system: the target there of `user`, else of whoever comes first.
    """
    called = repository.targets.called(name)
    if called is not None:
        return called
    items = repository.targets.items
    on_host = [target for target in items if target.host == name and target.kind == "host"]
    own = [target for target in on_host if target.user == user]
    return next(iter([*own, *on_host]), None)


def distinct(repository: Repository) -> list[Target]:
    """Every output that can be deployed, once, whatever number of users it has."""
    found: dict[tuple[str, ...], Target] = {}
    for target in repository.targets.items:
        made = deployable(repository, target)
        found.setdefault(made.output, made)
    return list(found.values())


def facts_of(
    repository: Repository, target: homes.Target | None, saved: Mapping[str, bytes]
) -> Facts:
    """Everything that deploying a target, or the flake as a whole, needs to know.

    `saved` holds what lies on disk of files that are edited: it is that which Nix reads.
    """
    together = _of_system(repository, target) if target is not None else []
    read = frozenset[str]().union(*(_read_by(repository, each) for each in together))
    edited = {path: file_facts(text) for path, text in saved.items()}
    index = FileIndex({**dict(repository.index.items()), **edited}, read)
    return Facts(
        index=index,
        untracked=_untracked(repository, read),
        forced=index.forced_files(),
    )


def settings_of(repository: Repository, target: homes.Target) -> dict[str, str] | None:
    """Every setting of a target as Nix text, by its option path; None where it is not known.

    Of a system those of each of its homes, as `home-manager.users.alice.…`, and its own.
    """
    try:
        if target.kind != "host" or target.by_convention is not None:
            return _texts(settings(repository, target))
        system = repository.host_evaluation(target)
        found = {} if system is None else _texts(system_settings(repository, system))
        for each in _of_system(repository, target):
            found |= _texts(settings(repository, each), ("home-manager", "users", each.user))
    except (NixError, Unknowable, GaveUp):
        return None
    return found


def _texts(found: list[Setting], outside: tuple[str, ...] = ()) -> dict[str, str]:
    return {
        ".".join(quote_attribute(name) for name in (*outside, *each.path)): each.text
        for each in found
        if each.defined
    }


def _of_system(repository: Repository, target: homes.Target) -> list[homes.Target]:
    """All targets that are deployed together: those of the users of one system."""
    return [each for each in repository.targets.items if each.output == target.output]


def _read_by(repository: Repository, target: homes.Target) -> frozenset[str]:
    """The files that a target is made of, as far as its evaluation got."""
    try:
        evaluation = repository.evaluation(target)
        return frozenset(loaded_files(evaluation) | repository.reader_of(target).reads)
    except (NixError, Unknowable):
        layers = tuple(layer.folder + os.sep for layer in target.layers)
        return frozenset(path for path in repository.index.paths if path.startswith(layers))


def _untracked(repository: Repository, read: frozenset[str]) -> tuple[str, ...]:
    """Files that the flake would have if Git knew of them."""
    files = repository.files
    if files.tree.tracked is None:
        return ()
    seen = {*repository.index.paths, *(path for path in read if os.path.isfile(path))}
    return tuple(
        sorted(
            os.path.relpath(path, repository.root)
            for path in seen
            if files.is_inside(path) and not files.tree.is_tracked(files.relative(path))
        )
    )
