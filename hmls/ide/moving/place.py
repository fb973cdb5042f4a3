"""Where a module takes another setting, and how its function takes other arguments."""

from __future__ import annotations

from dataclasses import dataclass

from hmls.ide.moving.comments import Comments
from hmls.ide.moving.value import CannotMove
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import attrpath_names, node_text
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.local_rename import Replacement
from hmls.syntax.parse import Node, Source

_THROUGH = (Kind.PARENTHESIZED, Kind.FUNCTION, Kind.LET, Kind.WITH, Kind.ASSERT)


@dataclass(frozen=True, slots=True)
class Insertion:
    """Where a binding goes: `prefix`, the binding, `suffix` replace bytes `start` to `end`.

    `names` is what of the path is written there, `indent` the column of the binding.
    """

    start: int
    end: int
    prefix: str
    suffix: str
    names: tuple[str, ...]
    indent: int

    @property
    def has_lines(self) -> bool:
        """Whether the binding gets lines of its own, so that comments can stand there."""
        return "\n" in self.suffix

    def replacement(self, value: str, comments: Comments) -> Replacement:
        written = f"{'.'.join(map(quote_attribute, self.names))} = {value};"
        written = comments.around(written, self.indent)
        return Replacement(self.start, self.end, f"{self.prefix}{written}{self.suffix}")


def insertion(source: Source, setting: tuple[str, ...], file: str) -> Insertion:
    """The place in the innermost set of a module that holds a path. Raises CannotMove."""
    module = _module_set(source)
    if module is None:
        raise CannotMove(f"{file} is no plain set that could take it.")
    holder, names = _descend(module, _from_top(module, setting), file)
    return _in_set(source, holder, names)


def with_arguments(source: Source, names: set[str], file: str) -> list[Replacement]:
    """What gives a module's function further arguments. Raises CannotMove."""
    expression = source.root.child_by_field_id(Field.EXPRESSION)
    function = expression
    while function is not None and function.kind_id != Kind.FUNCTION:
        function = _inner(function)
    if function is None:
        if not names or expression is None:
            return []
        formals = ", ".join([*sorted(names), "..."])
        return [Replacement(expression.start_byte, expression.start_byte, f"{{ {formals} }}:\n\n")]
    formals_node = function.child_by_field_id(Field.FORMALS)
    if formals_node is None:
        return _instead(function, names, file) if names else []
    return _added(source, formals_node, names)


def _instead(function: Node, names: set[str], file: str) -> list[Replacement]:
    """`_:` becomes a pattern; who names the whole set may mean to. Raises CannotMove."""
    whole = function.child_by_field_id(Field.UNIVERSAL)
    if whole is None or not node_text(whole).startswith("_"):
        raise CannotMove(f"{file} takes its arguments as one set.")
    formals = ", ".join([*sorted(names), "..."])
    return [Replacement(whole.start_byte, whole.end_byte, f"{{ {formals} }}")]


def _added(source: Source, formals: Node, names: set[str]) -> list[Replacement]:
    entries = [c for c in formals.named_children if c.kind_id == Kind.FORMAL]
    known = {node_text(c.child_by_field_id(Field.NAME) or c) for c in entries}
    wanted = sorted(names - known)
    rest = next((c for c in formals.children if c.type in ("...", "ellipses")), None)
    ordered = [*entries, *([] if rest is None else [rest])]
    if not wanted:
        return []
    if not ordered:
        inside = f"{{ {', '.join(wanted)} }}"
        return [Replacement(formals.start_byte, formals.end_byte, inside)]
    between = b", "
    if len(ordered) > 1:
        between = source.text[ordered[0].end_byte : ordered[1].start_byte]
    separator = between.decode() if between.strip() == b"," else ", "
    found: dict[int, str] = {}
    for name in wanted:
        after = next((c for c in entries if node_text(c) > name), rest)
        if after is not None:
            found[after.start_byte] = found.get(after.start_byte, "") + f"{name}{separator}"
        else:
            end = ordered[-1].end_byte
            found[end] = found.get(end, "") + f"{separator}{name}"
    return [Replacement(at, at, text) for at, text in found.items()]


def _inner(node: Node) -> Node | None:
    if node.kind_id == Kind.PARENTHESIZED:
        return node.child_by_field_id(Field.EXPRESSION)
    return node.child_by_field_id(Field.BODY) if node.kind_id in _THROUGH else None


def _module_set(source: Source) -> Node | None:
    node = source.root.child_by_field_id(Field.EXPRESSION)
    while node is not None and node.kind_id != Kind.ATTRSET:
        node = _inner(node)
    return node


def _from_top(module: Node, setting: tuple[str, ...]) -> tuple[str, ...]:
    """The path with `config` in front, where the module writes its settings below that."""
    firsts = {names[0] for names, _ in _bindings(module)}
    return ("config", *setting) if firsts & {"config", "options"} else setting


def _descend(holder: Node, names: tuple[str, ...], file: str) -> tuple[Node, tuple[str, ...]]:
    for written, value in _bindings(holder):
        if written == names:
            raise CannotMove(f"{file} sets it already.")
        if names[: len(written)] != written:
            continue
        if value.kind_id != Kind.ATTRSET:
            shown = ".".join(map(quote_attribute, written))
            raise CannotMove(f"What {file} says of {shown} is no plain set.")
        return _descend(value, names[len(written) :], file)
    return holder, names


def _bindings(node: Node) -> list[tuple[tuple[str, ...], Node]]:
    found: list[tuple[tuple[str, ...], Node]] = []
    for group in node.named_children:
        for clause in group.named_children if group.kind_id == Kind.BINDING_SET else ():
            attrpath = clause.child_by_field_id(Field.ATTRPATH)
            value = clause.child_by_field_id(Field.EXPRESSION)
            if clause.kind_id == Kind.BINDING and attrpath is not None and value is not None:
                found.append((attrpath_names(attrpath), value))
    return found


def _in_set(source: Source, holder: Node, names: tuple[str, ...]) -> Insertion:
    text, brace = source.text, holder.end_byte - 1
    line_start = text.rfind(b"\n", 0, brace) + 1
    before_brace = text[line_start:brace]
    if line_start > holder.start_byte and not before_brace.strip():
        indent = _column(text, holder) + 2
        group = next((c for c in holder.named_children if c.kind_id == Kind.BINDING_SET), None)
        gap = ""
        if group is not None:
            indent = group.start_byte - (text.rfind(b"\n", 0, group.start_byte) + 1)
            clauses = [c for c in group.named_children if c.kind_id != Kind.COMMENT]
            last = text[clauses[-2].end_byte : clauses[-1].start_byte] if len(clauses) > 1 else b""
            gap = "\n" if last.count(b"\n") > 1 else ""
        return Insertion(line_start, line_start, gap + " " * indent, "\n", names, indent)
    if not text[holder.start_byte + 1 : brace].strip():
        column = _column(text, holder)
        prefix, suffix = "{\n" + " " * (column + 2), "\n" + " " * column + "}"
        return Insertion(holder.start_byte, holder.end_byte, prefix, suffix, names, column + 2)
    space = "" if text[brace - 1 : brace].isspace() else " "
    return Insertion(brace, brace, space, " ", names, _column(text, holder))


def _column(text: bytes, node: Node) -> int:
    """The indentation of the line on which a node starts."""
    start = text.rfind(b"\n", 0, node.start_byte) + 1
    line = text[start : node.start_byte]
    return len(line) - len(line.lstrip(b" "))


__all__ = ["Insertion", "insertion", "with_arguments"]
