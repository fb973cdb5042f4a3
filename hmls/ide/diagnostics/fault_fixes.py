"""Quick fixes for problems of values."""

from __future__ import annotations

import os
import re
from dataclasses import replace

from rapidfuzz.distance import OSA

from hmls.homes.repository import Repository
from hmls.ide.diagnostics.faults import Fault
from hmls.ide.diagnostics.places import binding_range
from hmls.ide.diagnostics.registry import Fix
from hmls.ide.diagnostics.system_names import counterpart
from hmls.ide.diagnostics.type_fixes import conversions
from hmls.ide.moving.comments import Comments
from hmls.ide.moving.place import insertion
from hmls.ide.moving.value import CannotMove
from hmls.ide.types import Place, TextEdit, WorkspaceEdit, text_edits
from hmls.lang.check import static_problems
from hmls.lang.show import quote
from hmls.lang.values import quote_attribute
from hmls.modules.messages import show_option
from hmls.syntax.attrpath import attrpath_names, attrpath_parts, node_text, part_name
from hmls.syntax.kinds import STRINGS, Field, Kind
from hmls.syntax.local_rename import Replacement
from hmls.syntax.outline import function_name
from hmls.syntax.parse import Node, Source, named_at, parse
from hmls.syntax.removal import whole_binding
from hmls.syntax.wrapping import library_function, value_of_binding, wrap_definitions

_BOOLEAN = frozenset(("&&", "||", "->"))
_OS_CONFIG = re.compile(r"(?:\w+\.)?osConfig\.")
_COMPARISON = frozenset(("==", "!="))


def fixes_of(repository: Repository, fault: Fault, place: Place) -> tuple[Fix, ...]:
    """The fixes at one of the places of a fault."""
    source = repository.files.source(place.path)
    if source is None:
        return ()
    match fault.code.name:
        case "conflict" if "is read-only" in fault.message:
            return _removal(place, source)
        case "conflict":
            found = tuple(_priorities(repository, fault, place, source))
            return found or _removal(place, source)
        case "type-mismatch":
            is_item = fault.loc[-1:] != () and fault.loc[-1].startswith("[definition ")
            removal = () if is_item else _removal(place, source)
            return (*_of_type(fault, place, source), *removal)
        case "missing-value":
            return tuple(_settings(repository, fault))
        case "nixos-option":
            return tuple(_of_home_manager(fault, place, source))
        case "undeclared-option":
            return (*_suggested(fault, place, source), *_removal(place, source))
        case "other-username":
            layer = repository.layout.layer_of(place.path)
            return () if layer is None else _text(source, place, layer.user)
        case "home-on-darwin":
            return tuple(_users_folder(source, place))
        case "os-config":
            return tuple(_guards(place, source))
    return ()


def _priorities(repository: Repository, fault: Fault, place: Place, source: Source) -> list[Fix]:
    """MkForce here, or mkDefault: the layer that is more special is the one that should win."""
    value = value_of_binding(source, place.start, place.end)
    if value is None:
        return []
    ranks = [_rank(repository, each.path) for each in fault.places]
    own = _rank(repository, place.path)
    functions = ["mkForce"]
    if len(fault.places) == 2:
        functions.append("mkDefault")
    if own < max(ranks):
        functions.reverse()
    fixes: list[Fix] = []
    for function in functions:
        edits = wrap_definitions(source, value, function)
        if edits is not None:
            edit = text_edits(place.path, edits)
            fixes.append(Fix(f"Use lib.{function} here", edit, is_preferred=not fixes))
    return fixes


def _of_type(fault: Fault, place: Place, source: Source) -> list[Fix]:
    """The value as the option's type would take it."""
    value = value_of_binding(source, place.start, place.end)
    wrong = next((definition for at, definition in fault.wrong if at == place), None)
    if value is None or wrong is None or fault.type is None:
        return []
    return conversions(place.path, value, fault.loc, fault.type, wrong)


def _removal(place: Place, source: Source) -> tuple[Fix, ...]:
    """Without the definition: of a read-only option there is one, whatever the priority."""
    value = value_of_binding(source, place.start, place.end)
    if value is None or value.parent is None:
        return ()
    start, end = whole_binding(source.text, value.parent.start_byte, value.end_byte)
    edit = WorkspaceEdit((TextEdit(place.path, start, end, ""),))
    return (Fix("Remove this definition", edit),)


def _settings(repository: Repository, fault: Fault) -> list[Fix]:
    """The option with a value that it may have, in the file that is most likely meant."""
    found: list[Fix] = []
    for missing in fault.missing:
        source = repository.files.source(missing.path)
        if source is None or source.has_error:
            continue
        try:
            at = insertion(source, missing.loc, os.path.basename(missing.path))
        except CannotMove:
            continue
        for value in missing.values:
            edit = text_edits(missing.path, [at.replacement(value, Comments())])
            title = f"Set {show_option(missing.loc)} to {value}{missing.reason}"
            found.append(Fix(title, edit, is_preferred=len(missing.values) == 1 and not found))
    return found


def _rank(repository: Repository, path: str) -> int:
    """How special a file is: shared modules, base, the layers of one machine."""
    layer = repository.layout.layer_of(path)
    return 0 if layer is None else 1 if layer.kind == "base" else 2


def _suggested(fault: Fault, place: Place, source: Source) -> list[Fix]:
    start, end = binding_range(source, place.start, place.end)
    node: Node | None = named_at(source, start, end)
    if node is not None and node.kind_id != Kind.ATTRPATH:
        node = node.parent  # A path of one name has the range of that name.
    if node is None or node.kind_id != Kind.ATTRPATH:
        return []
    written = attrpath_names(node)
    found: list[Fix] = []
    absent = show_option(fault.loc)
    # Nix names them by the alphabet.
    suggestions = sorted(fault.suggestions, key=lambda each: OSA.distance(each, absent))
    for suggestion in suggestions:
        found += _instead(fault, Place(place.path, start, end), source, written, suggestion)
    found = found or _groups(fault, place.path, source, node, suggestions)
    return [replace(fix, is_preferred=fix is found[0]) for fix in found]


def _groups(
    fault: Fault, path: str, source: Source, attrpath: Node, suggestions: list[str]
) -> list[Fix]:
    """Of `programs.gti.enable` where there is no `programs.gti`: that name alone."""
    found: list[Fix] = []
    parts = attrpath_parts(attrpath)
    for at, part in enumerate(parts[:-1]):
        before = tuple(map(part_name, parts[:at]))
        around = fault.loc[:-1]
        if part_name(part) != fault.loc[-1] or around[len(around) - at :] != before:
            continue
        for suggestion in suggestions:
            name = suggestion.removeprefix(f"{show_option(around)}." if around else "")
            if suggestion == show_option((*around, name)):
                edit = TextEdit(path, part.start_byte, part.end_byte, quote_attribute(name))
                found += _renamed(source, edit, suggestion)
    return found


def _instead(
    fault: Fault, place: Place, source: Source, written: tuple[str, ...], suggestion: str
) -> list[Fix]:
    """A suggested option in place of the names that are written, if it can be written there."""
    wanted = tuple(suggestion.split("."))
    for level in (fault.loc, fault.loc[:-1]):
        around = f"{show_option(level)}."
        if suggestion.startswith(around):
            wanted = (*level, suggestion.removeprefix(around))
            break
    outer = wanted[: len(wanted) - len(written)]
    if len(wanted) < len(written) or show_option(wanted) != suggestion:
        return []
    if len(wanted) == len(fault.loc) and outer != fault.loc[: len(outer)]:
        return []
    text = show_option(wanted[len(outer) :])
    return _renamed(source, TextEdit(place.path, place.start, place.end, text), suggestion)


def _of_home_manager(fault: Fault, place: Place, source: Source) -> list[Fix]:
    """The option that Home Manager has in its place, where the whole path is written there."""
    start, end = binding_range(source, place.start, place.end)
    written = source.text[start:end].decode("utf-8", "replace")
    old = ".".join(written.split(".")[:2])
    instead = counterpart(tuple(old.split(".")))
    if instead is not None and fault.loc[:1] == (old.partition(".")[0],):
        return _renamed(source, TextEdit(place.path, start, start + len(old), instead), instead)
    return []


def _renamed(source: Source, edit: TextEdit, name: str) -> list[Fix]:
    """A definition under another name, where its set does not have that one already."""
    text = source.text[: edit.start] + edit.text.encode() + source.text[edit.end :]
    if next(iter(static_problems(parse(text), edit.path)), None) is not None:
        return []
    return [Fix(f"Change to {name}", WorkspaceEdit((edit,)), is_preferred=True)]


def _text(source: Source, place: Place, text: str) -> tuple[Fix, ...]:
    value = value_of_binding(source, place.start, place.end)
    if value is None or value.kind_id not in STRINGS:
        return ()
    edit = WorkspaceEdit((TextEdit(place.path, value.start_byte, value.end_byte, quote(text)),))
    return (Fix(f"Change to {text}", edit, is_preferred=True),)


def _users_folder(source: Source, place: Place) -> list[Fix]:
    value = value_of_binding(source, place.start, place.end)
    at = -1 if value is None else (value.text or b"").find(b"/home/")
    if value is None or at < 0:
        return []
    start = value.start_byte + at
    edit = WorkspaceEdit((TextEdit(place.path, start, start + len("/home"), "/Users"),))
    return [Fix("Change to /Users", edit, is_preferred=True)]


def _guards(place: Place, source: Source) -> list[Fix]:
    node: Node | None = named_at(source, place.start, place.end)
    while node is not None and _OS_CONFIG.match(node_text(node)) is None:
        node = node.parent if node_text(node) in ("osConfig", "args") else None
    while node is not None and node.parent is not None and _selects_from(node.parent, node):
        node = node.parent
    if node is None or node.kind_id != Kind.SELECT:
        return []
    default = _default(node)
    if default is None and _is_of_let(node):
        default = "null"  # What a `let` names is no definition, which mkIf could take away.
    end = node.end_byte
    fixes = []
    if default is not None:
        edit = WorkspaceEdit((TextEdit(place.path, end, end, f" or {default}"),))
        fixes.append(Fix(f"Take {default} where there is no host", edit, is_preferred=True))
    value = value_of_binding(source, node.start_byte, node.end_byte)
    if value is not None and default is None:
        guard, more = library_function(source, value, "mkIf")
        if guard is not None:
            start, end = value.start_byte, value.end_byte
            edits = (
                *more,
                Replacement(start, start, f"{guard} ({_host(node)} != null) ("),
                Replacement(end, end, ")"),
            )
            edit = text_edits(place.path, edits)
            fixes.append(Fix("Set this on hosts only", edit, is_preferred=True))
    return fixes


def _host(node: Node) -> str:
    """How a selection names the configuration of the host."""
    match = _OS_CONFIG.match(node_text(node))
    assert match is not None
    name = match[0].removesuffix(".")
    return name if name == "osConfig" else f"{name} or null"


def _is_of_let(node: Node) -> bool:
    """Whether the binding around an expression is one of a `let`."""
    outer: Node | None = node
    while outer is not None and outer.kind_id != Kind.BINDING:
        outer = outer.parent
    group = None if outer is None else outer.parent
    return group is not None and group.parent is not None and group.parent.kind_id == Kind.LET


def _selects_from(outer: Node, inner: Node) -> bool:
    return outer.kind_id == Kind.SELECT and outer.child_by_field_id(Field.EXPRESSION) == inner


def _default(selection: Node) -> str | None:
    """What a selection may give where there is no host: by what its value is used for."""
    node, outer = selection, selection.parent
    while outer is not None:
        if outer.kind_id == Kind.BINARY:
            operator = outer.child_by_field_id(Field.OPERATOR)
            kind = "" if operator is None else operator.type
            if kind in _COMPARISON and node == selection:
                return "null"
            return "false" if kind in _BOOLEAN else None
        if outer.kind_id == Kind.UNARY:
            return "false" if node_text(outer).startswith("!") else None
        if outer.kind_id == Kind.IF:
            return "false" if outer.child_by_field_id(Field.CONDITION) == node else None
        if outer.kind_id == Kind.APPLY:
            function = outer.child_by_field_id(Field.FUNCTION)
            is_condition = (
                function is not None
                and outer.child_by_field_id(Field.ARGUMENT) == node
                and function_name(function) in ("mkIf", "optional", "optionals", "optionalAttrs")
            )
            return "false" if is_condition else None
        if outer.kind_id != Kind.PARENTHESIZED:
            return None
        node, outer = outer, outer.parent
    return None
