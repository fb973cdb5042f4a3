"""Trees of files in a string, and the problems that are found in them.

`#- path` begins a file. Lines that begin with `#=` say more of the tree: `#= no flake`,
`#= git add PATHS` for what git tracks, `#= 2 MiB of comment` within a file. Without a
flake.nix it gets that of the documentation.
"""

from __future__ import annotations

import os
import re
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path

from hmls.catalog.packages import Package, Packages
from hmls.catalog.table import Table, bundled
from hmls.homes.knowledge import Nothing
from hmls.homes.lock import Lock
from hmls.homes.workspace import View, Views, Workspace
from hmls.ide.diagnostics import Diagnostic, Fix, diagnose_all, diagnose_file
from hmls.ide.types import CreateFile, RenameFile, TextEdit, WorkspaceEdit
from hmls.lang.thread import run

DOCS = Path(__file__).parents[2] / "docs" / "diagnostics"


@dataclass(frozen=True)
class Tree:
    files: dict[str, str]
    has_flake: bool
    tracked: tuple[str, ...]


def read_tree(text: str) -> Tree:
    files: dict[str, list[str]] = {}
    has_flake, tracked = True, ()
    lines: list[str] = []
    for line in textwrap.dedent(text).strip("\n").split("\n"):
        if line.startswith("#- "):
            lines = files[line[3:].strip()] = []
        elif line == "#= no flake":
            has_flake = False
        elif line == "#= 2 MiB of comment":
            lines.extend(["#" * 1023] * 2048)
        elif line.startswith("#= git add "):
            tracked = tuple(line[len("#= git add ") :].split())
        else:
            lines.append(line)
    return Tree(
        {name: "\n".join(lines) + "\n" for name, lines in files.items()}, has_flake, tracked
    )


def default_flake() -> str:
    page = (DOCS / "README.md").read_text()
    return read_tree(fences(page)[0]).files["flake.nix"]


def fences(page: str) -> list[str]:
    """The blocks of Nix in a page."""
    return re.findall(r"^```nix\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def write_tree(root: Path, text: str) -> Tree:
    tree = read_tree(text)
    files = dict(tree.files)
    if tree.has_flake:
        files.setdefault("flake.nix", default_flake())
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    if tree.tracked:
        from dulwich import porcelain

        porcelain.init(root)
        porcelain.add(root, [str(root / name) for name in tree.tracked])
    return tree


class InStore(Nothing):
    """As if nixpkgs and Home Manager lay in the store, as far as the pages show it."""

    def home_table(self, _lock: Lock) -> Table:
        return replace(bundled(), exact=True)

    def packages(self, _lock: Lock) -> Packages:
        known = {"ripgrep": Package(), "vscode": Package(license="unfree", unfree=True)}
        return Packages("nixpkgs", "", known)


def view_of(root: Path) -> View:
    """Call it on the evaluation thread."""
    workspace = Workspace()
    workspace.set_folders([str(root)])
    return Views(workspace, InStore()).newest()


def problems(root: Path, text: str) -> list[Diagnostic]:
    """All problems of a tree that is written to a folder."""
    tree = write_tree(root, text)

    def look() -> list[Diagnostic]:
        if tree.has_flake:
            view = view_of(root)
            return [d for r in view.repositories.values() for d in diagnose_all(view, r)]
        # Without a flake only what is open is looked at.
        workspace = Workspace()
        workspace.set_folders([str(root)])
        for name, content in tree.files.items():
            workspace.open(str(root / name), content.encode())
        view = Views(workspace).newest()
        return [d for name in tree.files for d in diagnose_file(view, str(root / name))]

    return run(look)


def brief(root: Path, found: list[Diagnostic]) -> list[tuple[str, str, str]]:
    """(file, code, text that is marked) of each problem."""
    return [(os.path.relpath(d.path, root), d.code.name, marked(d)) for d in found]


def marked(diagnostic: Diagnostic) -> str:
    return Path(diagnostic.path).read_bytes()[diagnostic.start : diagnostic.end].decode()


def fix_of(diagnostic: Diagnostic, title: str) -> Fix:
    found = [fix for fix in diagnostic.fixes if fix.title == title]
    assert found, [fix.title for fix in diagnostic.fixes]
    return found[0]


def apply(edit: WorkspaceEdit | None) -> None:
    """Make an edit on disk."""
    assert edit is not None
    texts: dict[str, list[TextEdit]] = {}
    for each in edit.edits:
        match each:
            case TextEdit():
                texts.setdefault(each.path, []).append(each)
            case CreateFile():
                Path(each.path).parent.mkdir(parents=True, exist_ok=True)
                Path(each.path).write_text(each.text)
            case RenameFile():
                Path(each.old).rename(each.new)
    for path, edits in texts.items():
        content = Path(path).read_bytes()
        for each in sorted(edits, key=lambda e: (e.start, e.end), reverse=True):
            content = content[: each.start] + each.text.encode() + content[each.end :]
        Path(path).write_bytes(content)


OPTIONS = """
#- modules/home/default.nix
{ lib, ... }:
{
  options.my = {
    editor = lib.mkOption { type = lib.types.str; };
    port = lib.mkOption { type = lib.types.port; default = 22; };
    tags = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
    hosts = lib.mkOption {
      default = { };
      type = lib.types.attrsOf (lib.types.submodule {
        options.port = lib.mkOption { type = lib.types.port; };
      });
    };
  };
}
"""
