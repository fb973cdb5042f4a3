"""The comments that belong to a setting, and go where it goes."""

from __future__ import annotations

from dataclasses import dataclass

from hmls.syntax.attrpath import node_text
from hmls.syntax.kinds import Kind
from hmls.syntax.parse import Node, Source


@dataclass(frozen=True, slots=True)
class Comments:
    """What stands on the lines above a binding, and behind it on its last line."""

    above: tuple[Node, ...] = ()
    behind: Node | None = None

    def around(self, binding: str, indent: int) -> str:
        """The text of a binding with its comments, to be written at a column."""
        separator = "\n" + " " * indent
        lines = [*(node_text(comment).rstrip() for comment in self.above), binding]
        behind = "" if self.behind is None else f" {node_text(self.behind)}"
        return separator.join(lines) + behind


def comments_of(source: Source, binding: Node) -> Comments:
    """Those of a binding that has its lines for itself.

    Comments above one that another binding follows at once are about both, and stay.
    """
    text = source.text
    line_start = text.rfind(b"\n", 0, binding.start_byte) + 1
    if text[line_start : binding.start_byte].strip():
        return Comments()
    after = _neighbour(binding, forwards=True)
    behind = None
    if after is not None and b"\n" not in text[binding.end_byte : after.start_byte]:
        if after.kind_id != Kind.COMMENT:
            return Comments()
        behind, after = after, _neighbour(after, forwards=True)
    end = binding.end_byte if behind is None else behind.end_byte
    if after is not None and text.count(b"\n", end, after.start_byte) == 1:
        return Comments((), behind)
    above: list[Node] = []
    node = binding
    while (before := _neighbour(node, forwards=False)) is not None:
        start = text.rfind(b"\n", 0, before.start_byte) + 1
        is_alone = not text[start : before.start_byte].strip()
        gap = text[before.end_byte : node.start_byte]
        if before.kind_id != Kind.COMMENT or not is_alone or gap.count(b"\n") != 1:
            break
        above.insert(0, before)
        node = before
    return Comments(tuple(above), behind)


def _neighbour(node: Node, *, forwards: bool) -> Node | None:
    """The next binding or comment of the same set."""
    found = node.next_named_sibling if forwards else node.prev_named_sibling
    group = node.parent
    if found is None and group is not None and group.kind_id == Kind.BINDING_SET:
        found = group.next_named_sibling if forwards else group.prev_named_sibling
    if found is not None and found.kind_id == Kind.BINDING_SET:
        found = found.named_children[0 if forwards else -1]
    return found
