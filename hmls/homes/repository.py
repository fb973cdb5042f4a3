"""One flake root in one version: its layout, its flake, its targets and what they evaluate to.

What an edit does not touch is taken over from the version before. Everything here runs on
the evaluation thread.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, Literal

from hmls.catalog.bundles import CATALOG
from hmls.homes.builders.configuration import Configuration, environment_of
from hmls.homes.builders.nixos import CLASSES
from hmls.homes.conventions import conventional_home
from hmls.homes.files import Files, FlakeReader
from hmls.homes.flake import HOME_OUTPUTS, SYSTEM_OUTPUTS, Flake
from hmls.homes.index import Index
from hmls.homes.knowledge import Knowledge
from hmls.homes.layout import Layer, Layout, read_layout
from hmls.homes.own_layout import rows_of
from hmls.homes.targets import Newest, Target, Targets, find_targets
from hmls.lang import store
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import expect_attrs, get, sorted_names
from hmls.lang.interp import Interp
from hmls.lang.values import OpenAttrs, Unknown, quote_attribute
from hmls.modules.evaluation import Evaluation
from hmls.modules.level import Level
from hmls.modules.option_value import Option
from hmls.modules.outside import SYSTEM_INPUTS, sources
from hmls.modules.resolved import Resolved

Space = Literal["home", "system"]
"""Whose options a module's settings are: `programs.zsh.enable` is one of both."""
ContextKey = str
"""The attribute path of an output, or `convention:` and a target."""


@dataclass
class Context:
    """One evaluated configuration, and the files that it has read so far."""

    reader: FlakeReader
    interp: Interp
    evaluation: Evaluation
    homes: dict[str, Evaluation] = field(default_factory=dict)


class Repository:
    """A flake root at one version of its files."""

    def __init__(self, root: str, files: Files, knowledge: Knowledge) -> None:
        self.root = root
        self.files = files
        self.knowledge = knowledge
        self._layout: Layout | None = None
        self._flake: Flake | None = None
        self._targets: Targets | None = None
        self._targets_before: Targets | None = None
        self._contexts: dict[ContextKey, Context] = {}
        self._contexts_before: dict[ContextKey, Context] = {}
        self._layout_reader = FlakeReader(files)
        self.index = Index(root, files)
        self.newest = Newest(self)
        self.remembered: dict[object, Any] = {}
        """Answers about this very version of the files, by who computed them."""

    @property
    def layout(self) -> Layout:
        if self._layout is None:
            rows = rows_of(self.root, self._layout_reader, self.files.layout)
            self._layout = read_layout(self.root, self._layout_reader, rows)
        return self._layout

    @property
    def flake(self) -> Flake:
        if self._flake is None:
            self._flake = Flake(self.root, self.files, self.knowledge)
        return self._flake

    @property
    def targets(self) -> Targets:
        if self._targets is None:
            self._targets = find_targets(self)
        return self._targets

    @property
    def recent_targets(self) -> Targets:
        """The targets, or those of a version before until somebody needs the present ones.

        For names to complete and to describe: they seldom change, and typing must not wait.
        """
        return self._targets or self._targets_before or self.targets

    def next(self, files: Files, changed: set[str]) -> Repository:
        """The repository after some files changed; what read none of them is kept.

        `changed` holds paths of files whose content changed, that came or went, and the
        folders in which any came or went.
        """
        after = Repository(self.root, files, self.knowledge)
        if files.layout != self.files.layout:
            return after
        after.newest = self.newest
        after.newest.repository = after
        after.index = Index(self.root, files, self.index)
        after._targets_before = self._targets or self._targets_before
        after._contexts_before = {**self._contexts_before, **self._contexts}
        if not any(os.path.isdir(path) for path in changed):
            after.index.take_paths(self.index)
        if self._layout is not None and not (self._layout_reader.reads & changed):
            after._layout, after._layout_reader = self._layout, self._layout_reader
            after._layout_reader.files = files
        flake = self._flake
        lock = os.path.join(self.root, "flake.lock")
        if flake is None or flake.reader.reads & changed or lock in changed:
            return after
        after._flake = flake
        flake.reader.files = flake.files = files
        for key, context in self._contexts.items():
            if not context.reader.reads & changed:
                context.reader.files = files
                after._contexts[key] = context
                after._contexts_before.pop(key, None)
        if after._layout is not None and len(after._contexts) == len(self._contexts):
            after._targets = self._targets
        return after

    def evaluation(self, target: Target) -> Evaluation:
        """The evaluated home of a target. Raises NixError, Unknowable."""
        if target.by_convention is not None:
            return self._conventional(target).evaluation
        if target.kind == "standalone":
            return self._context(target.output).evaluation
        return self.home_on_host(target.output, target.user)

    def home_of_device(self, key: ContextKey) -> Evaluation | None:
        """The home that nix-on-droid deploys, None for none. Raises NixError, Unknowable."""
        return _home_of_device(self._context(key).evaluation)

    def recent_evaluation(self, target: Target) -> Evaluation:
        """The home of a target, perhaps as it was before.

        For the names of options, for which typing must not wait. Raises NixError, Unknowable.
        """
        by_convention = target.by_convention is not None
        key = f"convention:{target.key}" if by_convention else target.output
        if key not in self._contexts and key in self._contexts_before:
            context = self._contexts_before[key]
        elif by_convention:
            context = self._conventional(target)
        else:
            context = self._context(key)
        if by_convention or target.kind == "standalone":
            return context.evaluation
        found = context.homes.get(target.user)
        if found is None:
            found = context.homes[target.user] = _user_home(context.evaluation, target.user)
        return found

    def recent_system(self, host: str) -> Evaluation | None:
        """The system of a host, homes or not. Raises NixError, Unknowable."""
        for kind in SYSTEM_OUTPUTS:
            key = f"{kind}.{quote_attribute(host)}"
            if key not in self._contexts and key in self._contexts_before:
                return self._contexts_before[key].evaluation
            if key in self._contexts or self.flake.configuration(key) is not None:
                return self._context(key).evaluation
        return None

    def system(self, host: str) -> Evaluation | None:
        """The system of a host as it is now, homes or not. Raises NixError, Unknowable."""
        for kind in SYSTEM_OUTPUTS:
            key = f"{kind}.{quote_attribute(host)}"
            if key in self._contexts or self.flake.configuration(key) is not None:
                return self._context(key).evaluation
        return None

    def reader_of(self, target: Target) -> FlakeReader:
        """The reader that notes what the target's evaluation reads."""
        if target.by_convention is not None:
            return self._conventional(target).reader
        return self._context(target.output).reader

    def host_evaluation(self, target: Target) -> Evaluation | None:
        """The system that a host target is part of."""
        if target.kind != "host" or target.by_convention is not None:
            return None
        return self._context(target.output).evaluation

    def users_of_host(self, key: ContextKey) -> tuple[list[str], str | None]:
        """The users that have a home there, and why there may be others. Raises NixError."""
        config = expect_attrs(self._context(key).evaluation.raw_config)
        section = get(config, "home-manager")
        if not isinstance(section, dict):
            return [], self._no_module(section)
        users = get(expect_attrs(section), "users")
        if isinstance(users, Unknown):
            return [], f"its users are unknown: {users.cause.message}"
        attrs = expect_attrs(users)
        names = sorted_names(attrs)
        if isinstance(attrs, OpenAttrs):
            return names, f"not all of its users are known: {attrs.rest.cause.message}"
        return names, None

    def _no_module(self, section: object) -> str | None:
        """A host without Home Manager's module has no homes; one of unknown modules may."""
        if isinstance(section, Unknown):
            return f"whether it has homes is unknown: {section.cause.message}"
        return None

    def home_on_host(self, key: ContextKey, user: str) -> Evaluation:
        """The home of a user of a system. Raises NixError, Unknowable."""
        context = self._context(key)
        found = context.homes.get(user)
        if found is None:
            found = context.homes[user] = _user_home(context.evaluation, user)
        return found

    def let_go(self, target: Target) -> None:
        """Drop what a target evaluates to; who asks again has it evaluated as far as needed."""
        by_convention = target.by_convention is not None
        key = f"convention:{target.key}" if by_convention else target.output
        context = self._contexts.pop(key, None)
        if context is not None:
            for evaluation in (context.evaluation, *context.homes.values()):
                self.remembered.pop(evaluation, None)

    def layers_in(self, key: ContextKey, user: str) -> tuple[Layer, ...]:
        """The layers whose modules a configuration loads."""
        try:
            context = self._context(key)
            is_home = HOME_OUTPUTS in key
            evaluation = context.evaluation if is_home else self.home_on_host(key, user)
            loaded = loaded_files(evaluation)
        except (NixError, Unknowable):
            return ()
        # `imports = [ (import ./homes/alice) ]` loads a file that is no module by its path.
        imported = context.interp.imported_files() | self.flake.interp.imported_files()
        found = [
            layer
            for layer in self.layout.layers
            if layer.entry in loaded
            or layer.folder in loaded
            or (layer.entry in imported and _may_be_of(layer, key, user))
        ]
        order = {"base": 0, "global": 1, "host": 2, "droid": 2}
        return tuple(sorted(found, key=lambda layer: (order[layer.kind], layer.folder)))

    def _context(self, key: ContextKey) -> Context:
        context = self._contexts.get(key)
        if context is None:
            context = self._contexts[key] = self._new_context(self._configuration(key))
            self._contexts_before.pop(key, None)
        return context

    def _configuration(self, key: ContextKey) -> Configuration:
        configuration = self.flake.configuration(key)
        if configuration is None:
            raise NixError(f"attribute '{key}' missing")
        return configuration

    def _new_context(self, configuration: Configuration) -> Context:
        reader = FlakeReader(self.files)
        interp = self.flake.new_interp(reader)
        return Context(reader, interp, configuration.evaluate(environment_of(interp)))

    def _conventional(self, target: Target) -> Context:
        key = f"convention:{target.key}"
        context = self._contexts.get(key)
        if context is None:
            reader = FlakeReader(self.files)
            interp = self.flake.new_interp(reader)
            sibling = self.flake.home_of(target.user)
            given = None if sibling is None else sibling.configuration
            evaluation = conventional_home(environment_of(interp), self.layout, target, given)
            context = self._contexts[key] = Context(reader, interp, evaluation)
            self._contexts_before.pop(key, None)
        return context


def _user_home(system: Evaluation, user: str) -> Evaluation:
    """The evaluation behind `home-manager.users.<user>`, or that of a device's only user."""
    if system.module_class == CLASSES["droid"]:
        home = _home_of_device(system)
        if home is None:
            raise NixError("the device has no home")
        return home
    node: object = system.root
    for name in ("home-manager", "users"):
        node = node.node(name) if isinstance(node, Level) else None
    if not isinstance(node, Option):
        raise NixError("the system does not import Home Manager's module")
    found = node.part(user)
    if not isinstance(found, Resolved):
        raise NixError(f"attribute '{user}' missing")
    evaluation = found.merged.evaluation
    if not isinstance(evaluation, Evaluation):
        raise NixError(f"home-manager.users.{user} is no home")
    return evaluation


def _home_of_device(system: Evaluation) -> Evaluation | None:
    """The evaluation behind `home-manager.config`, None if the device has no home."""
    for failure in system.collected.failures:
        raise failure
    section = system.root.node("home-manager")
    option = section.node("config") if isinstance(section, Level) else None
    if not isinstance(option, Option):
        return None
    home = option.merged.evaluation
    if home is None and not option.given:
        for each in system.collected.unread:
            if not set(sources(each.unknown)) <= SYSTEM_INPUTS:
                raise Unknowable(each.unknown)
    return home


def _may_be_of(layer: Layer, key: ContextKey, user: str) -> bool:
    """Whether a layer that was read may be part of a user's home in an output.

    Those of other machines are read too, where one system looks at another's configuration.
    """
    output = key[:-1].rpartition('"')[2] if key.endswith('"') else key.rpartition(".")[2]
    if layer.user != user:
        return False
    if layer.host is not None:
        return layer.host == output.rpartition("@")[2]
    return layer.kind != "global" or HOME_OUTPUTS in key


def loaded_files(evaluation: Evaluation) -> set[str]:
    """The files and folders on disk that were loaded as modules."""
    collected = evaluation.collected
    named: set[str] | None = evaluation.remembered.get(loaded_files)
    if named is None:
        named = evaluation.remembered[loaded_files] = {
            store.disk_path(module.key)
            for module in collected.modules
            if isinstance(module.key, str) and module.key.startswith("/")
            # Typing asks for this often, and those of a table are many.
            if module.origin != CATALOG
        }
    return named | collected.imported
