"""Where attributes of evaluated values are written: `lib.discover`, `self.homeModules.default`."""

from __future__ import annotations

from collections.abc import Iterator

from hmls.homes.builders.configuration import ConfigurationAttrs
from hmls.homes.membership import targets_of
from hmls.homes.repository import Repository
from hmls.lang import store
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, force, get_lazy
from hmls.lang.values import Attrs, Lambda, Lazy, Path, Site, Value
from hmls.modules.evaluation import Evaluation

_OF_THE_FLAKE = ("self", "inputs", "lib", "pkgs")
"""Arguments that mean the same in files that are no modules, by custom."""


def attribute_site(repository: Repository, path: str, names: tuple[str, ...]) -> Site | None:
    """Where the last of some names is written, selected from an argument of a module file.

    Of a name that is computed it is where its value is written, for functions and for what the
    builders of homes and systems give.
    """
    for start in _starts(repository, path, names[0]):
        try:
            site = _walk(start, names[1:])
        except (NixError, Unknowable):
            continue
        if site is not None and store.disk_path(site.unit.path).startswith("/"):
            return site
    return None


def argument_site(repository: Repository, path: str, name: str) -> Site | None:
    """Where a module argument is given its value: in extraSpecialArgs, `_module.args`, `pkgs`."""
    for evaluation in _evaluations(repository, path):
        try:
            site = evaluation.special_args.positions.get(name) or _of_module_args(evaluation, name)
        except (NixError, Unknowable):
            continue
        if site is not None:
            return site
    return None


def path_of_attribute(repository: Repository, path: str, names: tuple[str, ...]) -> str | None:
    """The file or folder that an attribute's value is, if it is a path."""
    for value in _values(repository, path, names):
        if isinstance(value, Path):
            return store.disk_path(value.path)
    return None


def attribute_value(repository: Repository, path: str, names: tuple[str, ...]) -> Value:
    """The value of an attribute selected from an argument of a file; None if it is not known."""
    return next(_values(repository, path, names), None)


def _values(repository: Repository, path: str, names: tuple[str, ...]) -> Iterator[Value]:
    """The values of an attribute selected from an argument, in each evaluation that has it."""
    for start in _starts(repository, path, names[0]):
        try:
            value = force(start)
            for name in names[1:]:
                value = force(get_lazy(value, name)) if isinstance(value, Attrs) else None
        except (NixError, Unknowable):
            continue
        if value is not None and value is not MISSING:
            yield value


def argument_names(repository: Repository, path: str) -> list[str]:
    """What a file's function may take: the inputs in flake.nix, arguments of modules elsewhere."""
    if path == repository.flake.path:
        defined = repository.index[path].defined
        names = [d.path[1] for d in defined if d.path[0] == "inputs" and len(d.path) > 1]
        return ["self", *dict.fromkeys(names)]
    found = dict.fromkeys(_COMMON)
    for evaluation in _evaluations(repository, path):
        try:
            found.update(dict.fromkeys(evaluation.special_args))
            args = force(evaluation.internal_option("args").value)
        except (NixError, Unknowable):
            continue
        if isinstance(args, Attrs):
            found.update(dict.fromkeys(args))
    return [name for name in found if not name.startswith("_")]


_COMMON = ("config", "lib", "pkgs", "options")


def _starts(repository: Repository, path: str, name: str) -> Iterator[Lazy]:
    """The values that an argument has for the targets of a file."""
    found = False
    for evaluation in _evaluations(repository, path):
        found = True
        try:
            special = evaluation.special_args
            if name == "lib" and name not in special:
                yield evaluation.system.lib
            else:
                yield special[name] if name in special else evaluation.argument(name)
        except (NixError, Unknowable):
            continue
    in_flake = path == repository.flake.path
    if in_flake or (name == "inputs" and not found):
        try:
            inputs = repository.flake.inputs
        except (NixError, Unknowable):
            return
        yield inputs if name == "inputs" else inputs.get(name, MISSING)
    if name == "self":
        try:
            yield repository.flake.outputs
        except (NixError, Unknowable):
            return
    elif not found and name in _OF_THE_FLAKE:
        for target in repository.recent_targets.items[:2]:
            try:
                evaluation = repository.evaluation(target)
                is_packages = name == "pkgs" and name not in evaluation.special_args
                given = evaluation.special_args.get(name, MISSING)
                yield evaluation.argument(name) if is_packages else given
            except (NixError, Unknowable):
                continue


def _evaluations(repository: Repository, path: str) -> Iterator[Evaluation]:
    """The homes that a file is part of, or else the systems."""
    found = targets_of(repository, path)
    for target in found[:3]:
        try:
            yield repository.evaluation(target)
        except (NixError, Unknowable):
            continue
    if found:
        return
    for target in repository.recent_targets.items:
        try:
            system = repository.host_evaluation(target)
        except (NixError, Unknowable):
            continue
        if system is not None:
            yield system
            return


def _walk(start: Lazy, names: tuple[str, ...]) -> Site | None:
    value = force(start)
    for number, name in enumerate(names, 1):
        if not isinstance(value, Attrs):
            return None
        site = value.positions.get(name)
        if number == len(names) and site is not None:
            return site
        lazy = get_lazy(value, name)
        if lazy is MISSING:
            return None
        value = force(lazy)
    if isinstance(value, ConfigurationAttrs):
        return value.configuration.modules_site
    return value.site if names and isinstance(value, Lambda) else None


def _of_module_args(evaluation: Evaluation, name: str) -> Site | None:
    """The definition of `_module.args.<name>`."""
    part = evaluation.internal_option("args").part(name)
    definitions = getattr(part, "definitions", ())
    return next((d.site for d in definitions if d.site is not None), None)
