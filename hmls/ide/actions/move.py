"""«Move this setting»: from one layer of a user to another, which is made if it is not there."""

from __future__ import annotations

from collections.abc import Iterator

from hmls.homes.layout import Layer
from hmls.homes.people import hosts
from hmls.homes.repository import Repository
from hmls.homes.workspace import View
from hmls.ide.actions.action import Action
from hmls.ide.moving.comments import Comments, comments_of
from hmls.ide.moving.place import insertion, with_arguments
from hmls.ide.moving.value import CannotMove, Carried, carried, reindented
from hmls.ide.new_layer import NewLayer, layer_text, new_layer
from hmls.ide.types import CreateFile, FileEdit, TextEdit, WorkspaceEdit
from hmls.lang.check import refusal
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import DYNAMIC, attrpath_names
from hmls.syntax.cursor import outer_path
from hmls.syntax.kinds import SETS, Field, Kind
from hmls.syntax.local_rename import Replacement
from hmls.syntax.parse import Node, Source, node_at, parse

_MOST_HOSTS = 6
_PLAIN = (Kind.BINDING, Kind.BINDING_SET, Kind.PARENTHESIZED, Kind.LET, Kind.WITH, Kind.ASSERT,
          Kind.FUNCTION, Kind.SOURCE, *SETS)  # fmt: skip
_SYSTEM_ARGUMENTS = frozenset(("osConfig", "nixosConfig", "darwinConfig"))


def move_setting(view: View, path: str, start: int, _end: int) -> list[Action]:
    """The layers that a setting at the cursor can go to, or why it can go nowhere."""
    repository, source = view.repository(path), view.source(path)
    layer = None if repository is None else repository.layout.layer_of(path)
    if repository is None or source is None or layer is None or source.has_error:
        return []
    binding = _binding_at(source, start)
    setting = None if binding is None else _setting(binding)
    if binding is None or setting is None:
        return []
    shown = ".".join(map(quote_attribute, setting))
    found: list[Action] = []
    for target in _targets(repository, layer):
        title = f"Move {shown} to {_words(target)}"
        try:
            edit = _move(view, repository, path, source, binding, setting, target)
        except CannotMove as reason:
            found.append(Action(title, "refactor.move", disabled=str(reason)))
        else:
            found.append(Action(title, "refactor.move", edit))
    return found


def _binding_at(source: Source, offset: int) -> Node | None:
    """The binding of whose path the name at the cursor is part."""
    node: Node | None = node_at(source, offset)
    while node is not None and node.kind_id != Kind.ATTRPATH:
        if node.kind_id == Kind.BINDING:
            return None
        node = node.parent
    binding = None if node is None else node.parent
    return binding if binding is not None and binding.kind_id == Kind.BINDING else None


def _setting(binding: Node) -> tuple[str, ...] | None:
    """The whole path that a binding sets, or None where it is no setting."""
    attrpath = binding.child_by_field_id(Field.ATTRPATH)
    outer, anchored = outer_path(binding)
    if attrpath is None or not anchored:
        return None
    path = outer + attrpath_names(attrpath)
    if path[0] == "config":
        path = path[1:]
    if not path or DYNAMIC in path or path[0] in ("options", "imports", "disabledModules"):
        return None
    return path


def _targets(repository: Repository, layer: Layer) -> Iterator[Layer | NewLayer]:
    """The other layers of the user: those that are there, and those that could be."""
    layout, user = repository.layout, layer.user
    for kind in ("base", "global", "droid"):
        known = layout.find(user, kind)
        if known is not None and known.has_entry:
            if known != layer:
                yield known
        elif known is None and kind != "droid":
            made = new_layer(repository, user, kind)
            if isinstance(made, NewLayer):
                yield made
    machines = hosts(repository)
    for other in layout.layers:
        if other.user != user or other.kind != "host" or not other.has_entry or other == layer:
            continue
        # A file beside those of the machines may be called as none: `home/alice/shell.nix`.
        machine = machines.get(other.host or "")
        if (machine is not None and machine.exists) or _is_deployed(repository, other):
            yield other
    for host in machines.values():
        is_users = any(target.user == user for target in host.targets)
        if is_users and layout.find(user, "host", host.name) is None:
            made = new_layer(repository, user, "host", host.name)
            if isinstance(made, NewLayer):
                yield made


def _is_deployed(repository: Repository, layer: Layer) -> bool:
    return any(layer in target.layers for target in repository.recent_targets.items)


def _words(target: Layer | NewLayer) -> str:
    where = target.host if target.kind == "host" else target.kind
    return f"{where} (new layer {target.name})" if isinstance(target, NewLayer) else f"{where}"


def _move(
    view: View,
    repository: Repository,
    path: str,
    source: Source,
    binding: Node,
    setting: tuple[str, ...],
    target: Layer | NewLayer,
) -> WorkspaceEdit:
    """The edits of both files. Raises CannotMove."""
    _check_surroundings(binding)
    value = binding.child_by_field_id(Field.EXPRESSION)
    if value is None:
        raise CannotMove("It has no value.")
    needs = carried(value, path, target.entry)
    if target.kind != "host" and needs.arguments & _SYSTEM_ARGUMENTS:
        raise CannotMove("It reads osConfig, which only a home that is part of a system has.")
    comments = comments_of(source, binding)
    edits: list[FileEdit]
    if isinstance(target, NewLayer):
        text = _written(source, value, needs, 2)
        line = comments.around(f"{'.'.join(map(quote_attribute, setting))} = {text};", 2)
        arguments = tuple(needs.arguments or ("pkgs",))
        made = layer_text(repository, target, arguments, f"  {line}")
        edits = [CreateFile(target.entry, made)]
    else:
        other = view.source(target.entry)
        file = repository.files.relative(target.entry)
        if other is None or other.has_error:
            raise CannotMove(f"{file} has a syntax error.")
        place = insertion(other, setting, file)
        comments = comments if place.has_lines else Comments()
        text = _written(source, value, needs, place.indent)
        written = [*with_arguments(other, needs.arguments, file), place.replacement(text, comments)]
        problem = refusal(parse(_applied(other.text, written)), file)
        if problem is not None:
            raise CannotMove(f"{file} would not be valid any more: {problem.message}")
        edits = [TextEdit(target.entry, each.start, each.end, each.text) for each in written]
    removed = _removal(source, binding, comments)
    problem = refusal(parse(_applied(source.text, [removed])), path)
    if problem is not None:
        raise CannotMove(f"This file would not be valid any more: {problem.message}")
    return WorkspaceEdit((TextEdit(path, removed.start, removed.end, removed.text), *edits))


def _check_surroundings(binding: Node) -> None:
    """A setting under a condition would lose it. Raises CannotMove."""
    node = binding.parent
    while node is not None:
        if node.kind_id not in _PLAIN:
            raise CannotMove("It stands under a condition, or in a set that is merged.")
        node = node.parent


def _written(source: Source, value: Node, needs: Carried, indent: int) -> str:
    """The value as the other file writes it."""
    line = source.text.rfind(b"\n", 0, value.start_byte) + 1
    start = source.text[line : value.start_byte]
    old = len(start) - len(start.lstrip(b" "))
    replaced = [*needs.replaced, *reindented(source, value, old, indent)]
    text = _applied(source.text, replaced, value.start_byte, value.end_byte)
    return text.decode("utf-8", "surrogateescape")


def _removal(source: Source, binding: Node, comments: Comments) -> Replacement:
    """What is taken out: the binding with its lines, and sets that would stay empty."""
    own = [binding, *comments.above, *([] if comments.behind is None else [comments.behind])]
    while True:
        group = own[0].parent
        outer = None if group is None else group.parent
        around = None if outer is None else outer.parent
        if group is None or outer is None or around is None or around.kind_id != Kind.BINDING:
            break
        if [c for c in group.named_children if c not in own] or outer.kind_id != Kind.ATTRSET:
            break
        if any(c.kind_id == Kind.COMMENT and c not in own for c in outer.named_children):
            break
        own = [around]
    text = source.text
    start, end = min(c.start_byte for c in own), max(c.end_byte for c in own)
    line_start = text.rfind(b"\n", 0, start) + 1
    line_end = text.find(b"\n", end)
    line_end = len(text) if line_end < 0 else line_end
    if text[line_start:start].strip() or text[end:line_end].strip():
        while text[end : end + 1] == b" ":
            end += 1
        return Replacement(start, end, "")
    end = min(line_end + 1, len(text))
    if text[:line_start].endswith(b"\n\n") and text[end:].lstrip(b" ")[:1] in (b"\n", b"}"):
        line_start -= 1
    return Replacement(line_start, end, "")


def _applied(
    text: bytes, replaced: list[Replacement], start: int = 0, end: int | None = None
) -> bytes:
    """A stretch of a text with replacements made in it."""
    end = len(text) if end is None else end
    out, at = [], start
    for each in sorted(replaced, key=lambda r: (r.start, r.end)):
        out += [text[at : each.start], each.text.encode("utf-8", "surrogateescape")]
        at = each.end
    return b"".join([*out, text[at:end]])
