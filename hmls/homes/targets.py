"""What can be deployed: standalone homes, the users of hosts, droid homes.

The flake says it; where it cannot be known what the flake says, the layout does.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from hmls.homes.conventions import SHARED
from hmls.homes.flake import (
    CONFIGURATION_OUTPUTS,
    DROID_OUTPUTS,
    HOME_OUTPUTS,
    SYSTEM_OUTPUTS,
    Output,
    Outputs,
)
from hmls.homes.layout import Layer
from hmls.homes.meta import system_of_layers
from hmls.lang import store
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import force
from hmls.lang.values import Site, quote_attribute
from hmls.syntax.attrpath import split_attrpath

if TYPE_CHECKING:
    from hmls.homes.repository import Repository

TargetKind = Literal["standalone", "host", "droid"]


class Made:
    """The layers that a target is made of: told by the layout, or found when they are asked for.

    Finding them loads the home, which the list of targets does without.
    """

    __slots__ = ("_at", "_key", "_known", "_user")

    def __init__(self, at: Newest, key: str, user: str) -> None:
        self._at: Newest | None = at
        self._key = key
        self._user = user
        self._known: tuple[Layer, ...] = ()

    @classmethod
    def of(cls, layers: tuple[Layer, ...]) -> Made:
        made = cls.__new__(cls)
        made._at, made._known = None, layers
        return made

    @property
    def layers(self) -> tuple[Layer, ...]:
        if self._at is not None:
            self._known = self._at.repository.layers_in(self._key, self._user)
            self._at = None
        return self._known


class Newest:
    """The newest version of a repository: targets of a version before are asked of that."""

    __slots__ = ("repository",)

    def __init__(self, repository: Repository) -> None:
        self.repository = repository


@dataclass(frozen=True, slots=True)
class Target:
    """One home on one machine, as it is deployed.

    `by_convention` says why the layout and not the flake tells what it is made of, or is None.
    """

    name: str
    """Of this target alone: a standalone home that is called as the home on a host is by its
    output is `alice@laptop:standalone`."""
    kind: TargetKind
    user: str
    host: str | None
    output: str
    """The attribute path below the flake, such as `homeConfigurations.alice`."""
    system: str | None
    made: Made = field(compare=False, repr=False)
    by_convention: str | None = None
    site: Site | None = None
    """The place in the flake's files that makes the output."""

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def output_name(self) -> str:
        """What follows `#` in a flake reference: `alice` of `homeConfigurations.alice`."""
        return split_attrpath(self.output)[-1]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What the home is made of, as far as it is known, base before host."""
        return self.made.layers


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that was taken for granted, and why."""

    message: str
    reason: str


@dataclass(frozen=True, slots=True)
class Targets:
    """All targets of a flake, in the order of their names, and what was assumed."""

    items: tuple[Target, ...]
    assumptions: tuple[Assumption, ...]
    hosts: tuple[str, ...]
    """The hosts that the flake exposes, or that the layout has."""
    darwin_hosts: frozenset[str] = frozenset()
    """Those of them that nix-darwin deploys."""
    errors: tuple[NixError, ...] = ()
    """What the flake's own evaluation fails on."""

    def called(self, name: str) -> Target | None:
        """The target of a name; an output such as `homeConfigurations.alice` names one too."""
        path = split_attrpath(name)
        named = (each for each in self.items if each.name == name)
        exposed = (each for each in self.items if split_attrpath(each.output) == path)
        return next(named, None) or next(exposed, None)


def find_targets(repository: Repository) -> Targets:
    found = _Found(repository)
    found.standalone()
    for output in SYSTEM_OUTPUTS:
        found.systems(output)
    found.systems_by_convention()
    found.hosts_without_homes()
    found.droid()
    found.arguments()
    items = sorted(found.items, key=lambda target: (target.user, _ORDER[target.kind], target.name))
    return Targets(
        _told_apart(items),
        tuple(dict.fromkeys(found.assumptions)),
        tuple(sorted({*found.hosts, *found.layout_hosts})),
        frozenset(found.darwin_hosts),
        tuple(found.errors),
    )


_ORDER = {"standalone": 0, "host": 1, "droid": 2}


def _told_apart(items: list[Target]) -> tuple[Target, ...]:
    """The targets, each with a name of its own; that of a home on a host stays as it is."""
    taken = Counter(target.name for target in items if target.kind != "standalone")
    found: list[Target] = []
    for target in items:
        name = target.name
        if target.kind == "standalone" and name in taken:
            name = f"{name}:standalone"
        elif taken[name] > 1 or any(name == each.name for each in found):
            name = f"{name}:{target.output}"
        found.append(target if name == target.name else replace(target, name=name))
    return tuple(found)


class _Found:
    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.layout = repository.layout
        self.items: list[Target] = []
        self.assumptions: list[Assumption] = []
        self.errors: list[NixError] = []
        self.hosts: set[str] = set()
        self.layout_hosts: set[str] = set()
        self.darwin_hosts: set[str] = set()
        self.unknown_systems: str | None = None
        self.hosts_without: dict[str, list[str]] = {}
        """Hosts of which no home is known, by the reason why the flake does not tell."""

    def assume(self, message: str, reason: str) -> None:
        self.assumptions.append(Assumption(message, reason))

    def _reason(self, outputs: Outputs | Output, output: str) -> str | None:
        if outputs.error is not None:
            self.errors.append(outputs.error)
            return f"flake.nix does not evaluate: {store.readable(outputs.error.message)}"
        if outputs.unknown is None:
            return None
        cause = outputs.unknown.cause
        if cause.kind == "unread-flake-module" and self._exposes_any():
            # Few flake modules build homes, and this flake builds its own without them.
            self.assume("the flake's unread modules add no homes or systems", cause.message)
            return None
        return f"{output} is unknown: {cause.message}"

    def _exposes_any(self) -> bool:
        flake = self.repository.flake
        return any(flake.configurations(kind).items for kind in CONFIGURATION_OUTPUTS)

    def standalone(self) -> None:
        outputs = self.repository.flake.configurations(HOME_OUTPUTS)
        reason = self._reason(outputs, HOME_OUTPUTS)
        seen: set[str] = set()
        for output in outputs.items:
            seen.add(output.name)
            why = self._reason(output, output.path)
            if output.configuration is not None and output.configuration.kind == "home":
                self._standalone_from_flake(output)
            elif why is not None:
                self._standalone_by_convention(output.name, why)
        if reason is None:
            return
        names = {layer.user for layer in self.layout.layers if layer.kind in ("base", "global")}
        row = self.layout.row
        if row is not None and row.host_layers_stand_alone:
            names |= {f"{layer.user}@{layer.host}" for layer in self.layout.layers if layer.host}
        for name in sorted(names - seen):
            self._standalone_by_convention(name, reason)
        if names - seen:
            self.assume("every user with layers of their own is a standalone home", reason)
        elif not seen:
            self.assume("there are no standalone homes, for no layer is known", reason)

    def _standalone_from_flake(self, output: Output) -> None:
        assert output.configuration is not None
        user, _, host = output.name.partition("@")
        configuration = output.configuration
        self.items.append(
            Target(
                output.name,
                "standalone",
                user,
                host or None,
                output.path,
                _text(configuration.platform),
                Made(self.repository.newest, output.path, user),
                None,
                output.site,
            )
        )

    def _standalone_by_convention(self, name: str, reason: str) -> None:
        user, _, host = name.partition("@")
        layers = [self.layout.find(user, "base"), self.layout.find(user, "global")]
        if host:
            layers = [self.layout.find(user, "base"), self.layout.find(user, "host", host)]
        present = [layer for layer in layers if layer is not None]
        if not present:
            return
        system, said_by = system_of_layers(self.repository.flake.interp, present)
        if said_by is None:
            self.assume(f"{name} is {system}", "no meta.nix or meta.json says otherwise")
        path = f"{HOME_OUTPUTS}.{quote_attribute(name)}"
        made = Made.of(tuple(present))
        self.items.append(
            Target(name, "standalone", user, host or None, path, system, made, reason)
        )

    def systems(self, output_kind: str) -> None:
        outputs = self.repository.flake.configurations(output_kind)
        reason = self._reason(outputs, output_kind)
        if reason is not None and output_kind == "nixosConfigurations":
            self.unknown_systems = reason
        for output in outputs.items:
            self.hosts.add(output.name)
            if output_kind == "darwinConfigurations":
                self.darwin_hosts.add(output.name)
            why = self._reason(output, output.path)
            if output.configuration is not None:
                self._host_from_flake(output)
            else:
                self._host_by_convention(output.name, output.path, why or "it is unknown")

    def _host_from_flake(self, output: Output) -> None:
        assert output.configuration is not None
        host = output.name
        try:
            users, why = self.repository.users_of_host(output.path)
        except NixError as error:
            self.errors.append(error)
            users, why = [], f"{host} does not evaluate: {store.readable(error.message)}"
        except Unknowable as stop:
            users, why = [], f"its users are unknown: {stop.unknown.cause.message}"
        system = _text(output.configuration.platform)
        for user in users:
            self.items.append(
                Target(
                    f"{user}@{host}",
                    "host",
                    user,
                    host,
                    output.path,
                    system,
                    Made(self.repository.newest, output.path, user),
                    None,
                    output.site,
                )
            )
        if why is not None:
            self._host_by_convention(host, output.path, why, set(users))

    def systems_by_convention(self) -> None:
        """Hosts that only the layout has, where the flake cannot tell."""
        if self.unknown_systems is None:
            return
        for host in sorted(set(self.layout.systems) - self.hosts):
            self.layout_hosts.add(host)
            path = f"nixosConfigurations.{quote_attribute(host)}"
            self._host_by_convention(host, path, self.unknown_systems)
        if self.layout_hosts:
            self.assume("every folder with a system is a host", self.unknown_systems)

    def _host_by_convention(
        self, host: str, path: str, reason: str, known: set[str] | None = None
    ) -> None:
        users = {
            layer.user
            for layer in self.layout.layers
            if layer.kind == "host" and layer.host == host
        }
        users -= known or set()
        for user in sorted(users):
            layers = [self.layout.find(user, "base"), self.layout.find(user, "host", host)]
            present = [layer for layer in layers if layer is not None]
            system, _ = system_of_layers(self.repository.flake.interp, present)
            name, made = f"{user}@{host}", Made.of(tuple(present))
            self.items.append(Target(name, "host", user, host, path, system, made, reason))
        if users:
            self.assume(f"the users of {host} are those with a layer for it", reason)
        elif not known:
            self.hosts_without.setdefault(reason.replace(path, "it", 1), []).append(host)

    def hosts_without_homes(self) -> None:
        for reason, hosts in self.hosts_without.items():
            self.assume(f"no home is on {', '.join(hosts)}: no layer there is known", reason)

    def arguments(self) -> None:
        """What homes by convention are given, where the flake builds others."""
        for target in self.items:
            home = self.repository.flake.home_of(target.user)
            if target.by_convention is not None and home is not None:
                message = f"{target.name} is given {', '.join(SHARED)} as {home.path} is"
                self.assume(message, target.by_convention)

    def droid(self) -> None:
        """Devices: the flake's, then those that only the layout has, where it cannot tell."""
        outputs = self.repository.flake.configurations(DROID_OUTPUTS)
        reason = self._reason(outputs, DROID_OUTPUTS)
        layers = [layer for layer in self.layout.layers if layer.kind == "droid"]
        for output in outputs.items:
            why = self._droid_from_flake(output, layers)
            layer = next((each for each in layers if output.name in (each.user, "default")), None)
            if why is not None and layer is not None:
                self._droid_by_convention(layer, output, why)
        named = {output.name for output in outputs.items}
        for layer in layers:
            if reason is not None and not {layer.user, "default"} & named:
                self._droid_by_convention(layer, None, reason)

    def _droid_from_flake(self, output: Output, layers: list[Layer]) -> str | None:
        """Why the flake does not tell what the device's home is, if it does not."""
        why = self._reason(output, output.path)
        if output.configuration is None:
            return why or "it is unknown"
        try:
            home = self.repository.home_of_device(output.path)
        except NixError as error:
            self.errors.append(error)
            return f"{output.name} does not evaluate: {store.readable(error.message)}"
        except Unknowable as stop:
            return f"its home is unknown: {stop.unknown.cause.message}"
        if home is None:
            return None
        user = layers[0].user if output.name == "default" and len(layers) == 1 else output.name
        system = _text(output.configuration.platform) or "aarch64-linux"
        made = Made(self.repository.newest, output.path, user)
        self.items.append(
            Target(
                f"{user}@droid", "droid", user, None, output.path, system, made, None, output.site
            )
        )
        return None

    def _droid_by_convention(self, layer: Layer, output: Output | None, reason: str) -> None:
        base = self.layout.find(layer.user, "base")
        present = (layer,) if base is None else (base, layer)
        name = layer.user if output is None else output.name
        self.items.append(
            Target(
                f"{layer.user}@droid",
                "droid",
                layer.user,
                None,
                f"{DROID_OUTPUTS}.{quote_attribute(name)}",
                "aarch64-linux",
                Made.of(present),
                reason,
                None if output is None else output.site,
            )
        )


def _text(lazy: object) -> str | None:
    try:
        value = force(lazy)
    except (NixError, Unknowable):
        return None
    return value if isinstance(value, str) else None


def relative_layers(target: Target, root: str) -> list[str]:
    """The layers' folders below the flake root, with slashes."""
    return [os.path.relpath(layer.folder, root).replace(os.sep, "/") for layer in target.layers]
