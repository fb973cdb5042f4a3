"""What any server for Nix answers, so that it can be left to the other one that runs."""

from __future__ import annotations

from hmls.homes.mentions import Names
from hmls.homes.workspace import View
from hmls.ide.subject import Attribute, FreeName, Local, subject_at
from hmls.lang.builtins import top_level_names
from hmls.syntax.kinds import Kind
from hmls.syntax.parse import node_at


def is_language(view: View, path: str, offset: int) -> bool:
    """Whether a byte offset is at a variable or a builtin, which means nothing to homes."""
    repository, source = view.repository(path), view.source(path)
    if repository is None or source is None:
        return False
    match subject_at(repository, Names.of(repository), path, source, offset):
        case Local():
            return True
        case FreeName(name=name):
            return name in top_level_names()
        case Attribute(path=("builtins", *_)):
            return True
    return False


def is_plain_path(view: View, path: str, offset: int) -> bool:
    """Whether a byte offset is in a path as Nix writes it, whose file any server goes to."""
    source = view.source(path)
    if source is None:
        return False
    node = node_at(source, offset)
    return any(each is not None and each.kind_id == Kind.PATH for each in (node, node.parent))
