"""The settings: their names, types, defaults and descriptions. Editors' schemas are made of them.

A client gives them under `hmls` (initialization options, workspace/configuration), a
repository in hmls.toml at its flake root. An unknown name is reported, never an error.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, get_args, get_type_hints


def _setting(default: Any, description: str, *, scope: str = "resource") -> Any:
    metadata = {"description": description, "scope": scope}
    if isinstance(default, list | dict):
        return field(default_factory=default.copy, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Features:
    """Groups of features, to be switched off beside another Nix server."""

    language: bool = _setting(
        True,
        "What every Nix server tells: variables, builtins, outlines, links, folds and syntax. "
        "Editors switch it off by themselves where nil or nixd runs.",
    )
    packages: bool = _setting(
        True,
        "Packages and functions of `lib`, as nixpkgs has them. "
        "Editors switch it off by themselves where nixd runs and has a nixpkgs.",
    )
    completion: bool = _setting(True, "Completion.")
    hover: bool = _setting(True, "Hover.")
    definition: bool = _setting(True, "Definition and declaration.")
    references: bool = _setting(True, "References and highlights.")
    rename: bool = _setting(True, "Renaming users, hosts and variables.")
    symbols: bool = _setting(True, "Document and workspace symbols.")
    links: bool = _setting(True, "Links on paths.")
    structure: bool = _setting(True, "Folding, and selections that grow.")
    inlay_hints: bool = _setting(True, "The effective value beside overridden settings.")
    code_actions: bool = _setting(True, "Quick fixes, deployments, new layers.")
    code_lens: bool = _setting(True, "Deployments and overrides above layers.")
    diagnostics: bool = _setting(True, "Problems.")


@dataclass(frozen=True)
class LayoutSettings:
    """Where things lie, where neither the flake nor the usual layouts tell."""

    homes: str = _setting(
        "", "The folder of the homes, relative to the flake, such as `nix/homes`."
    )
    systems: str = _setting("", "The folder of the systems.")
    home_modules: str = _setting("", "The folder of the shared home modules.")


@dataclass(frozen=True)
class DeploySettings:
    """How homes and systems are built and switched."""

    backup_extension: str = _setting(
        "", "Files in the way get this extension at a switch (home-manager's -b)."
    )
    extra_arguments: list[str] = _setting([], "Arguments added to every build.")
    specialisation: str = _setting("", "The specialisation to switch to.")
    target_hosts: dict[str, str] = _setting(
        {}, "Host → where to deploy it by ssh (nixos-rebuild's --target-host)."
    )
    build_hosts: dict[str, str] = _setting({}, "Host → where to build it (--build-host).")


@dataclass(frozen=True)
class Settings:
    """All settings."""

    target: str = _setting("", "The target in focus: its value comes first in hovers.")
    features: Features = field(default_factory=Features)
    layout: LayoutSettings = field(default_factory=LayoutSettings)
    deploy: DeploySettings = field(default_factory=DeploySettings)
    store_root: str = _setting(
        "", "A folder that stands for / where the Nix store is looked up; for tests."
    )


@dataclass(frozen=True)
class Read:
    """Settings that were read, and what was wrong with them."""

    settings: Settings
    problems: tuple[str, ...] = ()


def read_settings(data: object, base: Settings | None = None) -> Read:
    """Settings from JSON-like data with camelCase names, over others."""
    problems: list[str] = []
    settings = _read(base or Settings(), data, "hmls", problems)
    return Read(settings, tuple(problems))


def read_toml(text: str, base: Settings | None = None) -> Read:
    """Settings of a repository's hmls.toml."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Read(base or Settings(), (f"hmls.toml cannot be read: {error}",))
    return read_settings(data, base)


def camel_case(name: str) -> str:
    """As clients write it."""
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


def _read(base: Any, data: object, prefix: str, problems: list[str]) -> Any:
    if data is None:
        return base
    if not isinstance(data, Mapping):
        problems.append(f"{prefix} must be a set of settings")
        return base
    known = {camel_case(f.name): f for f in fields(base)}
    hints = get_type_hints(type(base))
    values = {f.name: getattr(base, f.name) for f in fields(base)}
    for name, value in data.items():
        setting = known.get(str(name)) or known.get(camel_case(str(name)))
        if setting is None:
            problems.append(f"there is no setting {prefix}.{name}")
            continue
        current = values[setting.name]
        if hasattr(current, "__dataclass_fields__"):
            values[setting.name] = _read(current, value, f"{prefix}.{name}", problems)
        elif _fits(value, hints[setting.name]):
            values[setting.name] = value
        elif value is not None:
            problems.append(f"{prefix}.{name} must be {_type_name(hints[setting.name])}")
    return type(base)(**values)


def _fits(value: object, hint: Any) -> bool:
    if hint is bool or hint is str:
        return isinstance(value, hint)
    inner = get_args(hint)
    if inner and len(inner) == 1:
        return isinstance(value, list) and all(isinstance(item, inner[0]) for item in value)
    return isinstance(value, Mapping) and all(
        isinstance(k, str) and isinstance(v, str) for k, v in value.items()
    )


def _type_name(hint: Any) -> str:
    names = {bool: "true or false", str: "a string"}
    return names.get(hint, "a list of strings" if len(get_args(hint)) == 1 else "a set of strings")
