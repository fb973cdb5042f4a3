"""flake.lock: which inputs there are, and where each lies in the Nix store.

Format: nix src/libflake/lockfile.cc, versions 5 to 7. Nothing here runs Nix.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

_ALPHABET = "0123456789abcdfghijklmnpqrsvwxyz"
_EMPTY: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class LockedInput:
    """A node of the lock. `inputs` are its own inputs: name → node, `follows` resolved."""

    node: str
    locked: Mapping[str, Any] = field(default_factory=dict)
    original: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    is_flake: bool = True
    parent: object = None
    """The path of inputs to the flake that a relative path starts from; of the flake itself: []."""

    @property
    def folder(self) -> str | None:
        """Where an input lies inside of the flake itself, relative to it: `path:./sub`."""
        path = self.locked.get("path")
        is_own = self.locked.get("type") == "path" and self.parent == []
        return path if is_own and isinstance(path, str) and not path.startswith("/") else None

    @property
    def is_on_this_machine(self) -> bool:
        """Whether it comes from elsewhere on this machine, so that nothing tells whose it is."""
        kind, url = self.locked.get("type"), self.locked.get("url")
        if isinstance(url, str) and url.startswith("file:"):
            return True
        return kind == "path" and self.folder is None

    @property
    def store_path(self) -> str | None:
        """Where Nix puts the source, from its narHash; None if the lock has none."""
        nar_hash = self.locked.get("narHash")
        return source_store_path(nar_hash) if isinstance(nar_hash, str) else None

    @property
    def repository(self) -> str:
        """`owner/name` in lower case as far as the lock tells, else what identifies the source."""
        for reference in (self.locked, self.original):
            owner, repo = reference.get("owner"), reference.get("repo")
            if owner and repo:
                return f"{owner}/{repo}".lower()
        for reference in (self.locked, self.original):
            if reference.get("type") == "indirect":
                return str(reference.get("id", "")).lower()
        for reference in (self.locked, self.original):
            url = reference.get("url") or reference.get("path")
            if url:
                return repository_of_url(str(url))
        return ""


@dataclass(frozen=True, slots=True)
class Lock:
    """The inputs of a flake. `problem` says what could not be read of the file."""

    nodes: Mapping[str, LockedInput] = field(default_factory=dict)
    root: str = "root"
    problem: str | None = None
    by_role: dict[str, list[tuple[str, LockedInput]]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What `inputs_of_role` found: it is asked for with every hover and every package."""

    @property
    def inputs(self) -> dict[str, LockedInput]:
        """The flake's own inputs by name."""
        root = self.nodes.get(self.root)
        return {} if root is None else self.inputs_of(root)

    def inputs_of(self, node: LockedInput) -> dict[str, LockedInput]:
        return {name: self.nodes[key] for name, key in node.inputs.items() if key in self.nodes}


def read_lock(text: bytes | None) -> Lock:
    """The lock of a text; an empty one, with the problem, if it is not readable."""
    if text is None:
        return Lock(problem="there is no flake.lock")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Lock(problem=f"flake.lock cannot be read: {error}")
    if not isinstance(data, dict):
        return Lock(problem="flake.lock cannot be read: it is no JSON object")
    absent = [name for name in ("version", "nodes", "root") if name not in data]
    if absent:
        return Lock(problem=f"flake.lock cannot be read: it has no {absent[0]}")
    version, raw_nodes, root = data["version"], data["nodes"], data["root"]
    if version not in (5, 6, 7):
        return Lock(problem=f"flake.lock has version {version}, which is not known here")
    if not isinstance(raw_nodes, dict) or not isinstance(root, str):
        return Lock(problem="flake.lock cannot be read: nodes and root are not as they should be")
    nodes = {
        key: LockedInput(
            key,
            _mapping(raw.get("locked")),
            _mapping(raw.get("original")),
            _inputs(raw_nodes, root, raw),
            raw.get("flake", True) is not False,
            raw.get("parent"),
        )
        for key, raw in raw_nodes.items()
        if isinstance(raw, dict)
    }
    return Lock(nodes, root)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else _EMPTY


def _inputs(nodes: dict[str, Any], root: str, raw: dict[str, Any]) -> dict[str, str]:
    resolved: dict[str, str] = {}
    for name, target in _mapping(raw.get("inputs")).items():
        key = _resolve(nodes, root, target, 0)
        if key is not None:
            resolved[name] = key
    return resolved


def _resolve(nodes: dict[str, Any], root: str, target: object, depth: int) -> str | None:
    """The node that an input names: directly, or by a path of inputs from the root (`follows`)."""
    if isinstance(target, str):
        return target
    if not isinstance(target, list) or depth > len(nodes):
        return None
    key: str | None = root
    for name in target:
        node = _mapping(nodes.get(key)) if key is not None else _EMPTY
        key = _resolve(nodes, root, _mapping(node.get("inputs")).get(name), depth + 1)
    return key


@lru_cache(maxsize=1024)
def source_store_path(nar_hash: str) -> str | None:
    """The store path of a source with a narHash, `sha256-…` in base 64 or `sha256:` in base 16.

    Source: nix's makeFixedOutputPath for a recursive SHA-256, checked against `nix store add`.
    """
    digest = _digest(nar_hash)
    if digest is None:
        return None
    inner = f"source:sha256:{digest.hex()}:/nix/store:source"
    folded = _fold(hashlib.sha256(inner.encode()).digest())
    return f"/nix/store/{_base32(folded)}-source"


def _digest(nar_hash: str) -> bytes | None:
    algorithm, separator, text = nar_hash.partition("-")
    if separator and algorithm == "sha256":
        try:
            digest = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return None
        return digest if len(digest) == 32 else None
    algorithm, _, text = nar_hash.partition(":")
    if algorithm == "sha256" and len(text) == 64:
        try:
            return bytes.fromhex(text)
        except ValueError:
            return None
    return None


def _fold(digest: bytes) -> bytes:
    folded = bytearray(20)
    for index, byte in enumerate(digest):
        folded[index % 20] ^= byte
    return bytes(folded)


def _base32(data: bytes) -> str:
    """Nix's base 32: the number is little-endian, its most significant digit comes first."""
    number = int.from_bytes(data, "little")
    length = (len(data) * 8 + 4) // 5
    return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(length)))


_ARCHIVES = ("archive", "-", "tar.gz", "zip", "legacy.tar.gz", "legacy.zip")
"""What follows `host/owner/name` where GitHub, GitLab and Gitea give a repository as one file."""


def repository_of_url(url: str) -> str:
    """`owner/name` of a flake reference such as `github:NixOS/nixpkgs/nixos-25.05`, lower case."""
    scheme, _, rest = url.partition(":")
    if not rest:
        return url.lower()
    path = rest.split("?", 1)[0]
    if scheme in ("github", "gitlab", "sourcehut"):
        return "/".join(path.strip("/").split("/")[:2]).lower()
    parts = path.removesuffix(".git").removesuffix(".tar.gz").strip("/").split("/")
    if "flakehub.com" in path and len(parts) >= 4:
        return "/".join(parts[2:4]).lower()
    if parts[0] == "api.github.com" and len(parts) > 4:
        return "/".join(parts[2:4]).lower()
    if len(parts) > 4 and parts[3] in _ARCHIVES:
        return "/".join(parts[1:3]).lower()
    return "/".join(parts[-2:]).lower()
