"""nixpkgs' packages, read and not evaluated: names, and what their files say of themselves.

Source: nixpkgs pkgs/by-name/README.md, pkgs/top-level/{all-packages,aliases}.nix.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hmls.lang.lib.licenses import unfree_names
from hmls.syntax.attrpath import DYNAMIC, attrpath_names, plain_string
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.outline import outline
from hmls.syntax.parse import LANGUAGE, Node, Query, QueryCursor, Source, parse

Json = Any
_BY_NAME = "pkgs/by-name"
_TOP_LEVEL = "pkgs/top-level"
_MAX_BYTES = 1 << 21
_BINDINGS = Query(LANGUAGE, "(binding) @binding")
_CALL = re.compile(rb"(?:callPackages?|callPackageWith|import)\s+\(?(\.{1,2}/[\w./+-]+)")
_LAST_COMMA = re.compile(rb",(\s*\}\s*:)")
_NESTED = (
    ("python-packages.nix", ("python3Packages",)),
    ("perl-packages.nix", ("perlPackages",)),
    ("ocaml-packages.nix", ("ocamlPackages",)),
)
_VIM = "pkgs/applications/editors/vim/plugins/generated.nix"
_WANTED = frozenset(("pname", "version", "description", "homepage", "license", "mainProgram"))


class Package(NamedTuple):
    """One package. Texts are empty where its file does not say them plainly."""

    file: str = ""
    """Relative to nixpkgs."""
    line: int = 0
    version: str = ""
    description: str = ""
    license: str = ""
    homepage: str = ""
    program: str = ""
    unfree: bool = False


@dataclass(frozen=True, slots=True)
class Packages:
    """The packages of one nixpkgs by attribute path, such as `ripgrep`, `python3Packages.requests`.

    `is_whole` says whether all lists of names were read, so that another name is unknown.
    """

    label: str
    store_path: str
    packages: dict[str, Package] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Old name → what it says of the new one, as Nix text."""
    is_whole: bool = True

    def to_json(self) -> Json:
        packages = {name: list(found) for name, found in self.packages.items()}
        return [self.label, self.store_path, packages, self.aliases, self.is_whole]


def packages_from_json(data: Json) -> Packages:
    """Raises ValueError for anything else."""
    try:
        label, store_path, packages, aliases, is_whole = data
        made = {name: Package(*found) for name, found in packages.items()}
        return Packages(label, store_path, made, dict(aliases), is_whole)
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"not a list of packages: {error}") from error


def read_packages(root: str, label: str = "nixpkgs", store_path: str = "") -> Packages:
    """The packages of a nixpkgs in a folder. What cannot be read is left out."""
    found: dict[str, Package] = {}
    for name, file in _by_name(root):
        found[name] = _package(root, file)
    top = _source(root, f"{_TOP_LEVEL}/all-packages.nix")
    if top is not None:
        for name, package in _listed(root, top, f"{_TOP_LEVEL}/all-packages.nix"):
            if name not in found or not found[name].version:
                found[name] = package
    for file, prefixes in _NESTED:
        path = f"{_TOP_LEVEL}/{file}"
        nested = _source(root, path)
        for name, package in () if nested is None else _listed(root, nested, path):
            for prefix in prefixes:
                found[f"{prefix}.{name}"] = package
    vim = _source(root, _VIM)
    for name, package in () if vim is None else _listed(root, vim, _VIM):
        found[f"vimPlugins.{name}"] = package
    aliases = _aliases(root)
    is_whole = top is not None and os.path.isdir(os.path.join(root, _BY_NAME))
    return Packages(label, store_path, found, aliases, is_whole)


def _by_name(root: str) -> Iterator[tuple[str, str]]:
    base = os.path.join(root, _BY_NAME)
    for shard in _entries(base):
        for name in _entries(os.path.join(base, shard)):
            file = f"{_BY_NAME}/{shard}/{name}/package.nix"
            if os.path.isfile(os.path.join(root, file)):
                yield name, file


def _entries(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _source(root: str, file: str) -> Source | None:
    """A file of the tree; nothing outside of it, wherever links lead."""
    path = os.path.realpath(os.path.join(root, file))
    if not path.startswith(root + os.sep):
        return None
    try:
        with open(path, "rb") as opened:
            text = opened.read(_MAX_BYTES + 1)
    except OSError:
        return None
    # The comma that nixfmt writes there is mended by `parse` too, which takes longer.
    text = _LAST_COMMA.sub(rb" \1", text, count=1)
    return parse(text) if len(text) <= _MAX_BYTES else None


def _listed(root: str, source: Source, file: str) -> Iterator[tuple[str, Package]]:
    """The attributes of a list of packages, with what the files say that they are called from."""
    for defined in outline(source):
        if len(defined.path) != 1 or defined.declares:
            continue
        (name,) = defined.path
        value = source.text[defined.value_start : defined.value_end]
        called = _CALL.search(value)
        package = Package(file, source.lines.line_of(defined.start) + 1)
        if called is not None:
            target = os.path.normpath(os.path.join(os.path.dirname(file), called.group(1).decode()))
            if os.path.isdir(os.path.join(root, target)):
                target = f"{target}/default.nix"
            made = _package(root, target)
            package = made if made.file else package
        elif b"version" in value and name not in ("lib", "version"):
            package = _described(source, file, defined.start, defined.value_end, package)
        yield name, package


def _package(root: str, file: str) -> Package:
    source = _source(root, file)
    if source is None:
        return Package()
    return _described(source, file, 0, len(source.text), Package(file, 1))


def _described(source: Source, file: str, start: int, end: int, plain: Package) -> Package:
    """What the bindings of a derivation say: the first of each name within a range."""
    said: dict[str, Node] = {}
    line = plain.line
    whole = source.root.descendant_for_byte_range(start, max(start, end - 1)) or source.root
    for node in QueryCursor(_BINDINGS).captures(whole).get("binding", []):
        attrpath = node.child_by_field_id(Field.ATTRPATH)
        value = node.child_by_field_id(Field.EXPRESSION)
        names = () if attrpath is None else attrpath_names(attrpath)
        if not names or value is None or names[-1] not in _WANTED:
            continue
        if names[-1] not in said:
            said[names[-1]] = value
            if names[-1] == "pname" and not start:
                line = source.lines.line_of(node.start_byte) + 1
    license_names = _licenses(said.get("license"))
    return Package(
        file,
        line,
        _text(said.get("version")),
        _text(said.get("description")),
        ", ".join(license_names),
        _text(said.get("homepage")),
        _text(said.get("mainProgram")),
        any(name in unfree_names() for name in license_names),
    )


def _text(node: Node | None) -> str:
    text = DYNAMIC if node is None else plain_string(node)
    return "" if text == DYNAMIC else text


_LICENSE = re.compile(rb"(?:licenses?\.)?([a-zA-Z][\w-]*)")
_NO_LICENSE = frozenset((b"with", b"lib", b"licenses", b"license", b"if", b"then", b"else"))


def _licenses(node: Node | None) -> list[str]:
    """The names of licences in `lib.licenses.mit`, `with lib.licenses; [ mit asl20 ]`."""
    if node is None or node.kind_id == Kind.STRING:
        return [] if node is None else [_text(node)]
    code = re.sub(rb"#[^\n]*", b"", node.text or b"")
    words = [m.group(1) for m in _LICENSE.finditer(code)]
    return [word.decode() for word in words if word not in _NO_LICENSE]


def _aliases(root: str) -> dict[str, str]:
    source = _source(root, f"{_TOP_LEVEL}/aliases.nix")
    if source is None:
        return {}
    found: dict[str, str] = {}
    for defined in outline(source):
        if len(defined.path) == 1:
            text = source.text[defined.value_start : defined.value_end]
            line = text.split(b"# ", 1)[0].decode("utf-8", "replace")
            found[defined.path[0]] = " ".join(line.split())[:200]
    return found
