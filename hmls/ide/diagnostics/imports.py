"""Paths that lead nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator

from hmls.homes.files import FlakeReader
from hmls.homes.index import PathLiteral
from hmls.homes.path_texts import path_text_at
from hmls.homes.repository import Repository
from hmls.ide.diagnostics.registry import MISSING_IMPORT, MISSING_PATH, Diagnostic, Fix
from hmls.ide.types import CreateFile, TextEdit, WorkspaceEdit
from hmls.lang.errors import Unknowable
from hmls.lang.interp import ReadFailed
from hmls.syntax.attrpath import attrpath_names
from hmls.syntax.cursor import PathText, context_at
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.outline import function_name
from hmls.syntax.parse import Node, Source, named_at

_ASKING = frozenset(("pathExists", "maybeMissing", "optional", "optionals", "locateDominatingFile"))
"""Functions that are called with paths which may not be there."""
_READING = frozenset(
    (
        "import", "readFile", "readDir", "fileContents", "importJSON", "importTOML", "callPackage",
        "mkIf", "mkMerge", "mkForce", "mkDefault", "mkOverride", "mkBefore", "mkAfter", "mkOrder",
        "toString",
    )
)  # fmt: skip
"""Functions that fail on such paths, or hand them on as they are. Others may ask first."""
_MOST_FIXES = 3


def diagnose(repository: Repository, path: str) -> list[Diagnostic]:
    literals = repository.index[path].paths
    if not literals or repository.index[path].problems:
        return []
    reader = FlakeReader(repository.files)
    found: list[Diagnostic] = []
    source: Source | None = None
    found += _sums(repository, reader, path)
    for literal in literals:
        target = os.path.normpath(os.path.join(os.path.dirname(path), literal.text))
        problem = _problem(reader, target)
        folder = problem is None and _lacks_default(reader, target)
        if problem is None and not folder:
            continue
        source = source or repository.files.source(path)
        if source is None or _is_no_claim(source, literal):
            continue
        if problem is None:
            if _is_loaded(source, literal):
                found.append(_folder(reader, path, literal, target))
            continue
        context = context_at(source, literal.start + 1)
        imported = isinstance(context, PathText) and context.in_imports
        if literal.text.startswith("/") and not _is_loaded(source, literal):
            continue  # It may be a place on the machine that only a program reads.
        code = MISSING_IMPORT if imported else MISSING_PATH
        fixes = tuple(_fixes(repository, path, target, literal.start, literal.end))
        found.append(Diagnostic(path, literal.start, literal.end, code, problem, fixes=fixes))
    return found


def _sums(repository: Repository, reader: FlakeReader, path: str) -> Iterator[Diagnostic]:
    """Imported sums of a path and a text: `(../. + "/alice@global")`."""
    facts = repository.index[path]
    source: Source | None = None
    for literal in facts.paths:
        if facts.text[literal.end : literal.end + 40].lstrip()[:1] != b"+":
            continue
        source = source or repository.files.source(path)
        node = None if source is None else _path_node(source, literal)
        if source is None or node is None or node.parent is None:
            continue
        right = node.parent.child_by_field_id(Field.RIGHT)
        if right is None or right == node or not _is_item(node.parent):
            continue
        written = path_text_at(source, path, repository.root, right.start_byte + 1)
        if written is None or not written.is_whole:
            continue
        problem = _problem(reader, written.target)
        if problem is not None:
            start, end = node.parent.start_byte, node.parent.end_byte
            fixes = tuple(_fixes(repository, path, written.target, start, end))
            yield Diagnostic(path, start, end, MISSING_IMPORT, problem, fixes=fixes)


def _lacks_default(reader: FlakeReader, target: str) -> bool:
    """Whether a path is a folder that cannot be imported."""
    try:
        if reader.kind(reader.resolve(target)) != "directory":
            return False
        return reader.kind(os.path.join(reader.resolve(target), "default.nix")) is None
    except (ReadFailed, Unknowable):
        return False


def _is_loaded(source: Source, literal: PathLiteral) -> bool:
    """Whether a path is an item of the list `imports`, or what `import` is called with."""
    node = _path_node(source, literal)
    return node is not None and _is_item(node)


def _is_item(node: Node) -> bool:
    outer = node.parent
    while outer is not None and outer.kind_id == Kind.PARENTHESIZED:
        outer = outer.parent
    if outer is None:
        return False
    if outer.kind_id == Kind.APPLY:
        callee = outer.child_by_field_id(Field.FUNCTION)
        return callee is not None and function_name(callee) == "import"
    if outer.kind_id != Kind.LIST:
        return False
    binding = outer.parent
    attrpath = None if binding is None else binding.child_by_field_id(Field.ATTRPATH)
    return attrpath is not None and attrpath_names(attrpath)[-1:] == ("imports",)


def _folder(reader: FlakeReader, path: str, literal: PathLiteral, target: str) -> Diagnostic:
    shown = reader.files.relative(target)
    entry = os.path.join(target, "default.nix")
    edit = WorkspaceEdit((CreateFile(entry, "{ ... }:\n{\n}\n"),))
    fix = Fix(f"Create {os.path.basename(target)}/default.nix", edit, is_preferred=True)
    message = f"{shown}/default.nix does not exist"
    return Diagnostic(path, literal.start, literal.end, MISSING_IMPORT, message, fixes=(fix,))


def _problem(reader: FlakeReader, target: str) -> str | None:
    """Why a path cannot be read, or None."""
    shown = reader.files.relative(target) if reader.files.is_inside(target) else target
    try:
        kind = reader.kind(reader.resolve(target))
        if kind == "unknown":
            return f"{shown} is a pipe, a socket or a device, which a flake cannot have"
        if kind == "symlink":
            return f"{shown} is a symbolic link that leads to itself"
        if kind is not None:
            return (
                None if _may_read(reader, target) else f"{shown} cannot be read: permission denied"
            )
    except ReadFailed:
        if _is_denied(target):
            return f"{shown} cannot be read: permission denied"
        return f"{shown} lies outside of the flake, which may not be read"
    except Unknowable:
        return None
    if os.path.lexists(target):
        return f"{shown} is ignored by git, so the flake does not have it"
    return f"{shown} does not exist"


def _is_denied(target: str) -> bool:
    """Whether a folder on the way may not be looked into."""
    try:
        os.lstat(target)
    except PermissionError:
        return True
    except (OSError, ValueError):
        pass
    return False


def _may_read(reader: FlakeReader, target: str) -> bool:
    """Whether what is there may be read by who asks; what lies in the store always may."""
    return (
        target in reader.files.buffers
        or not reader.files.is_inside(target)
        or os.access(target, os.R_OK)
    )


def _path_node(source: Source, literal: PathLiteral) -> Node | None:
    node: Node | None = named_at(source, literal.start, literal.end)
    while node is not None and node.kind_id != Kind.PATH:
        node = node.parent
    return node


def _is_example(node: Node | None) -> bool:
    """Whether something is only shown to people: the example of an option."""
    while node is not None:
        if node.kind_id == Kind.BINDING:
            attrpath = node.child_by_field_id(Field.ATTRPATH)
            if attrpath is not None and attrpath_names(attrpath) == ("example",):
                return True
        node = node.parent
    return False


def _is_no_claim(source: Source, literal: PathLiteral) -> bool:
    """Whether the path may be absent: part of another one, or given to what copes with that."""
    node = _path_node(source, literal)
    parent = node.parent if node is not None else None
    if parent is not None and parent.kind_id == Kind.BINARY:
        # `folder + /file.nix`: only together they are a path.
        return literal.text.startswith("/") or parent.child_by_field_id(Field.LEFT) == node
    if _is_example(node):
        return True
    if parent is not None and parent.kind_id == Kind.BINDING and b"pathExists" in source.text:
        return True  # The name that it gets may be asked for first.
    while node is not None and node.kind_id not in (Kind.BINDING, Kind.SOURCE):
        if node.kind_id == Kind.APPLY:
            callee: Node | None = node
            while callee is not None and callee.kind_id == Kind.APPLY:
                argument = callee.child_by_field_id(Field.ARGUMENT)
                if argument is not None and function_name(argument) in _ASKING:
                    return True  # `filter pathExists [ … ]`
                callee = callee.child_by_field_id(Field.FUNCTION)
            if callee is None or function_name(callee) not in _READING:
                return True
        if node.kind_id == Kind.IF:
            return True
        node = node.parent
    return False


def _fixes(repository: Repository, path: str, target: str, start: int, end: int) -> list[Fix]:
    fixes = []
    for number, candidate in enumerate(closest(repository, path, target)):
        text = relative_literal(path, candidate)
        edit = WorkspaceEdit((TextEdit(path, start, end, text),))
        fixes.append(Fix(f"Change to {text}", edit, is_preferred=number == 0))
    return fixes


def relative_literal(path: str, target: str) -> str:
    """The path literal that leads from a file to another file or folder."""
    relative = os.path.relpath(target, os.path.dirname(path)).replace(os.sep, "/")
    return relative if relative.startswith(".") else f"./{relative}"


def closest(repository: Repository, path: str, target: str) -> list[str]:
    """Existing files and folders that are most like one that does not exist, the best first."""
    from rapidfuzz import fuzz, process

    candidates: dict[str, None] = {}
    for file in repository.index.paths:
        if file == path:
            continue
        candidates[file] = None
        if os.path.basename(file) == "default.nix":
            candidates[os.path.dirname(file)] = None
    relative = {os.path.relpath(candidate, repository.root): candidate for candidate in candidates}
    wanted = os.path.relpath(target, repository.root)
    name = os.path.basename(target)
    # The same name elsewhere is what one `../` too few or too many looks like.
    same_name = [c for c in candidates if os.path.basename(c) == name]
    same_name.sort(key=lambda candidate: -_common_end(candidate, target))
    similar = process.extract(wanted, list(relative), scorer=fuzz.ratio, limit=5, score_cutoff=75)
    ordered = dict.fromkeys([*same_name, *(relative[found[0]] for found in similar)])
    return list(ordered)[:_MOST_FIXES]


def _common_end(left: str, right: str) -> int:
    """How many names at the end two paths share."""
    count = 0
    for a, b in zip(reversed(left.split(os.sep)), reversed(right.split(os.sep)), strict=False):
        if a != b:
            break
        count += 1
    return count
