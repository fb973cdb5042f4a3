"""nixpkgs' packages, read and not evaluated: names, and what their files say of themselves.

Source: nixpkgs pkgs/by-name/README.md, pkgs/top-level/{all-packages,aliases}.nix.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from hmls.catalog.lines import Lines
from hmls.catalog.tree import OneTree
from hmls.lang.interp import ReadFailed
from hmls.lang.lib.licenses import known_licenses, unfree_names
from hmls.syntax.attrpath import (
    DYNAMIC,
    attrpath_names,
    attrpath_parts,
    node_text,
    part_name,
    plain_string,
)
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import LANGUAGE, Node, Query, QueryCursor, Source, parse

Json = Any
_BY_NAME = "pkgs/by-name"
_TOP_LEVEL = "pkgs/top-level"
_MAX_BYTES = 1 << 21
_MAX_ALIAS = 200
_NAMES = Query(LANGUAGE, "(list_expression (string_expression) @name)")
_CALL = re.compile(rb"(?:callPackages?|callPackageWith|import)\s+\(?(\.{1,2}/[\w./+-]+)")
_LAST_COMMA = re.compile(rb",(\s*\}\s*:)")
_NESTED = (
    (f"{_TOP_LEVEL}/python-packages.nix", "python3Packages"),
    (f"{_TOP_LEVEL}/perl-packages.nix", "perlPackages"),
    (f"{_TOP_LEVEL}/ocaml-packages.nix", "ocamlPackages"),
    ("pkgs/applications/editors/vim/plugins/generated.nix", "vimPlugins"),
    ("pkgs/misc/tmux-plugins/default.nix", "tmuxPlugins"),
    ("pkgs/shells/fish/plugins/default.nix", "fishPlugins"),
)
_UNFREE = re.compile(rb"^\s*([a-zA-Z][\w-]*)\s*=\s*\{[^{}]*\bfree\s*=\s*false\b", re.MULTILINE)
_OWN = frozenset(("pname", "version"))
_PNAME = re.compile(rb"\bpname\s*=")
_WANTED = re.compile(rb"\b(pname|version|description|homepage|license|mainProgram)\s*=")


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
    pname: str = ""
    """Of one whose license may be unfree."""


@dataclass(frozen=True, slots=True, eq=False)
class Packages:
    """The packages of one nixpkgs by attribute path, such as `ripgrep`, `python3Packages.requests`.

    `is_whole` says whether all lists of names were read, so that another name is unknown.
    """

    label: str
    store_path: str
    packages: Mapping[str, Package] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Old name → what it says of the new one, as Nix text."""
    is_whole: bool = True


class PackageRows(Mapping[str, Package]):
    """Packages of which the names are here, and the rest as lines."""

    __slots__ = ("_lines", "_numbers")

    def __init__(self, numbers: dict[str, int], lines: Lines) -> None:
        self._numbers = numbers
        self._lines = lines

    def __getitem__(self, name: str) -> Package:
        return Package(*self._lines[self._numbers[name]])

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


@cache
def well_known() -> tuple[str, ...]:
    """The names of packages that many people install, those of a kind beside each other."""
    data = resources.files("hmls.catalog").joinpath("data", "well_known.txt")
    return tuple(data.read_text("utf-8").split())


def read_packages(root: str, label: str = "nixpkgs", store_path: str = "") -> Packages:
    """The packages of a nixpkgs in a folder. What cannot be read is left out."""
    tree = OneTree(root)
    found: dict[str, Package] = {}
    for name, file in _by_name(tree):
        package = _package(tree, file)
        if package.file:
            found[name] = package
    top = _source(tree, f"{_TOP_LEVEL}/all-packages.nix")
    if top is not None:
        for name, package in _listed(tree, top, f"{_TOP_LEVEL}/all-packages.nix"):
            if name not in found or not found[name].version:
                found[name] = package
    for file, prefix in _NESTED:
        nested = _source(tree, file)
        for name, package in () if nested is None else _listed(tree, nested, file):
            found[f"{prefix}.{name}"] = package
    unfree = _unfree_licenses(tree)
    for name, package in found.items():
        if not unfree.isdisjoint(package.license.split(", ")):
            found[name] = package._replace(unfree=True)
    aliases = _aliases(tree)
    is_whole = top is not None and bool(tree.names(os.path.join(tree.root, _BY_NAME)))
    return Packages(label, store_path, found, aliases, is_whole)


def _unfree_licenses(tree: OneTree) -> frozenset[str]:
    """The licenses that are not free and that only this nixpkgs has.

    Those that are known here are told with each package, as far as they hold for certain.
    """
    for file in ("lib/licenses/licenses.nix", "lib/licenses.nix"):
        try:
            text = tree.read_once(os.path.join(tree.root, file))
        except ReadFailed:
            continue
        names = {match[1].decode() for match in _UNFREE.finditer(text)}
        return frozenset(names - known_licenses().keys())
    return frozenset()


def _by_name(tree: OneTree) -> Iterator[tuple[str, str]]:
    base = os.path.join(tree.root, _BY_NAME)
    for shard in tree.names(base):
        for name in tree.names(os.path.join(base, shard)):
            yield name, f"{_BY_NAME}/{shard}/{name}/package.nix"


def _source(tree: OneTree, file: str) -> Source | None:
    """A file of the tree."""
    try:
        text = tree.read_once(os.path.join(tree.root, file))
    except ReadFailed:
        return None
    if len(text) > _MAX_BYTES:
        return None
    # The comma that nixfmt writes there is mended by `parse` too, which takes longer.
    return parse(_LAST_COMMA.sub(rb" \1", text, count=1))


def _sets(source: Source) -> Iterator[Node]:
    """The sets that a list of packages consists of, those given to a function such as mapAliases.

    The inner ones of `a // b` come in the order of the text.
    """
    stack = [source.root]
    fields: tuple[int, ...]
    while stack:
        node = stack.pop()
        match node.kind_id:
            case Kind.ATTRSET | Kind.REC_ATTRSET:
                yield node
                continue
            case Kind.FUNCTION | Kind.WITH | Kind.ASSERT | Kind.LET:
                fields = (Field.BODY,)
            case Kind.SOURCE | Kind.PARENTHESIZED:
                fields = (Field.EXPRESSION,)
            case Kind.BINARY:
                fields = (Field.RIGHT, Field.LEFT)
            case Kind.APPLY:
                fields = (Field.ARGUMENT, Field.FUNCTION)
            case _:
                continue
        stack.extend(inner for f in fields if (inner := node.child_by_field_id(f)) is not None)


def _bindings(source: Source) -> Iterator[tuple[str, Node, Node]]:
    """The names that a list of packages gives, each with its binding and value.

    What is inherited stands for itself.
    """
    for whole in _sets(source):
        for group in whole.named_children:
            for clause in group.named_children if group.kind_id == Kind.BINDING_SET else ():
                if clause.kind_id == Kind.BINDING:
                    attrpath = clause.child_by_field_id(Field.ATTRPATH)
                    value = clause.child_by_field_id(Field.EXPRESSION)
                    names = () if attrpath is None else attrpath_names(attrpath)
                    if len(names) == 1 and value is not None and names[0] != DYNAMIC:
                        yield names[0], clause, value
                elif clause.kind_id in (Kind.INHERIT, Kind.INHERIT_FROM):
                    attrs = clause.child_by_field_id(Field.ATTRS)
                    for part in () if attrs is None else attrpath_parts(attrs):
                        yield part_name(part), part, part


def _listed(tree: OneTree, source: Source, file: str) -> Iterator[tuple[str, Package]]:
    """The attributes of a list of packages, with what the files say that they are called from."""
    for name, clause, value in _bindings(source):
        text = source.text[value.start_byte : value.end_byte]
        called = _CALL.search(text)
        package = Package(file, source.lines.line_of(clause.start_byte) + 1)
        if called is not None:
            target = os.path.normpath(os.path.join(os.path.dirname(file), called.group(1).decode()))
            if not target.endswith(".nix"):
                target = f"{target}/default.nix"
            made = _package(tree, target)
            package = made if made.file else package
        elif b"version" in text and name not in ("lib", "version"):
            package = _described(source, file, value, package)
        yield name, package


def _package(tree: OneTree, file: str) -> Package:
    source = _source(tree, file)
    if source is None:
        return Package()
    return _described(source, file, source.root, Package(file, 1))


def _described(source: Source, file: str, whole: Node, plain: Package) -> Package:
    """What a file says of its package: what is in the expression itself, before its `let`s.

    A `let` may hold other packages, so that only its own bindings name a version.
    """
    body, lets = _body(whole)
    said = _said(source, body)
    for around in lets:
        for name, value in _said(source, around).items():
            if name not in said and (name not in _OWN or _is_own(value, around)):
                said[name] = value
    line = plain.line
    if "pname" in said and whole.kind_id == Kind.SOURCE:
        line = source.text.count(b"\n", 0, said["pname"].start_byte) + 1
    license_names, is_certain = _licenses(said.get("license"))
    may_be_unfree = not _free_licenses().issuperset(license_names)
    return Package(
        file,
        line,
        _text(said.get("version")),
        _text(said.get("description")),
        ", ".join(license_names),
        _text(said.get("homepage")),
        _text(said.get("mainProgram")),
        is_certain and any(name in unfree_names() for name in license_names),
        _only_pname(source, said.get("pname")) if may_be_unfree else "",
    )


@cache
def _free_licenses() -> frozenset[str]:
    return frozenset(known_licenses().keys() - unfree_names())


def _only_pname(source: Source, value: Node | None) -> str:
    """The name of a package, where its file tells no other."""
    return _text(value) if len(_PNAME.findall(source.text)) == 1 else ""


def _body(whole: Node) -> tuple[Node, list[Node]]:
    """The expression behind functions and the like, and the `let`s on the way, innermost first."""
    lets: list[Node] = []
    node: Node | None = whole
    found = whole
    while node is not None:
        found = node
        match node.kind_id:
            case Kind.SOURCE | Kind.PARENTHESIZED:
                node = node.child_by_field_id(Field.EXPRESSION)
            case Kind.FUNCTION | Kind.WITH | Kind.ASSERT:
                node = node.child_by_field_id(Field.BODY)
            case Kind.LET:
                lets.insert(0, node)
                node = node.child_by_field_id(Field.BODY)
            case _:
                break
    return found, lets


def _said(source: Source, whole: Node) -> dict[str, Node]:
    """The values of the bindings inside of a node that say something of a package."""
    said: dict[str, Node] = {}
    for found in _WANTED.finditer(source.text, whole.start_byte, whole.end_byte):
        name = found[1].decode()
        if name not in said:
            value = _value_of_binding(whole, found.start(1), found.end(1))
            if value is not None:
                said[name] = value
    return said


def _is_own(value: Node, around: Node) -> bool:
    """Whether a value is that of a binding of a `let` itself."""
    clause = value.parent
    group = None if clause is None else clause.parent
    return group is not None and group.parent == around


def _value_of_binding(whole: Node, start: int, end: int) -> Node | None:
    """The value of the binding whose path ends with the name at a range, if one does."""
    node = whole.named_descendant_for_byte_range(start, end)
    attrpath = None if node is None else node.parent
    if node is None or attrpath is None or node.kind_id != Kind.IDENTIFIER:
        return None
    if attrpath.kind_id != Kind.ATTRPATH or attrpath.end_byte != end or attrpath.parent is None:
        return None
    if attrpath.start_byte != start and node_text(node) in _OWN:
        return None  # A test of a package may be called `version`.
    binding = attrpath.parent
    return None if binding.kind_id != Kind.BINDING else binding.child_by_field_id(Field.EXPRESSION)


def _text(node: Node | None) -> str:
    text = DYNAMIC if node is None else plain_string(node)
    return "" if text == DYNAMIC else text


_LICENSE = re.compile(rb"(?:licenses?\.)?([a-zA-Z][\w-]*)")
_NO_LICENSE = frozenset(("with", "lib", "licenses", "license"))


def _licenses(node: Node | None) -> tuple[list[str], bool]:
    """The names of licences in `lib.licenses.mit`, `with lib.licenses; [ mit asl20 ]`.

    And whether all of them hold, which nobody knows of what functions and conditions make.
    """
    if node is None or node.kind_id == Kind.STRING:
        return [] if node is None else [_text(node)], True
    code = re.sub(rb"#[^\n]*", b"", node.text or b"")
    words = [m.group(1).decode() for m in _LICENSE.finditer(code)]
    while node is not None and node.kind_id == Kind.WITH:
        node = node.child_by_field_id(Field.BODY)
    is_certain = node is not None and node.kind_id in (Kind.LIST, Kind.SELECT, Kind.VARIABLE)
    if is_certain:
        return [word for word in words if word not in _NO_LICENSE], True
    return [word for word in words if word in known_licenses()], False


def _aliases(tree: OneTree) -> dict[str, str]:
    """Names that nixpkgs had: what stands for each now, or why it is gone.

    Some are only in lists of strings from which the rest is made.
    """
    source = _source(tree, f"{_TOP_LEVEL}/aliases.nix")
    if source is None:
        return {}
    found: dict[str, str] = {}
    for name, _, value in _bindings(source):
        text = source.text[value.start_byte : value.end_byte].decode("utf-8", "replace")
        found[name] = " ".join(text.split())[:_MAX_ALIAS]
    for node in QueryCursor(_NAMES).captures(source.root).get("name", []):
        found.setdefault(_text(node), "throw")
    return found
