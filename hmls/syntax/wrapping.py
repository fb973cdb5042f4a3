"""Edits that put a value into a function of `lib`, or give a module an argument."""

from __future__ import annotations

from hmls.syntax.attrpath import node_text
from hmls.syntax.kinds import SETS, Field, Kind
from hmls.syntax.local_rename import Replacement
from hmls.syntax.outline import function_name
from hmls.syntax.parse import Node, Source, named_at
from hmls.syntax.scopes import find_binder, withs_at

NO_PARENTHESES = frozenset(
    (
        Kind.STRING, Kind.INDENTED_STRING, Kind.INTEGER, Kind.FLOAT, Kind.LIST, Kind.VARIABLE,
        Kind.SELECT, Kind.PARENTHESIZED, Kind.PATH, Kind.HOME_PATH, Kind.URI, Kind.SEARCH_PATH,
        *SETS,
    )
)  # fmt: skip
"""Expressions that can stand as an argument as they are."""
_AROUND_FUNCTIONS = frozenset((Kind.LET, Kind.WITH, Kind.ASSERT, Kind.PARENTHESIZED))
"""What may stand around the function, or the set, that a module is."""
_OVERRIDES = frozenset(("mkForce", "mkDefault", "mkOverride", "mkOptionDefault"))


def value_of_binding(source: Source, start: int, end: int) -> Node | None:
    """The value of the binding that stands at a range, or whose attribute path does."""
    node: Node | None = named_at(source, start, end)
    while node is not None and node.kind_id != Kind.BINDING:
        if node.kind_id in SETS or node.kind_id == Kind.FUNCTION:
            return None
        node = node.parent
    return None if node is None else node.child_by_field_id(Field.EXPRESSION)


def wrap(source: Source, value: Node, function: str) -> tuple[Replacement, ...] | None:
    """The value as argument of `lib.<function>`, with whatever brings `lib` into scope.

    None where the value is wrapped in an override already: it would need a person's thought.
    """
    callee = value
    while callee.kind_id == Kind.APPLY:
        inner = callee.child_by_field_id(Field.FUNCTION)
        if inner is None:
            break
        callee = inner
    if node_text(callee).rpartition(".")[2] in _OVERRIDES:
        return None
    name, more = library_function(source, value, function.split(" ", 1)[0])
    if name is None:
        return None
    rest = function.partition(" ")[2]
    opening = f"{name} {rest} " if rest else f"{name} "
    start, end = value.start_byte, value.end_byte
    outer = value.parent
    if outer is not None and outer.kind_id in (Kind.APPLY, Kind.LIST):
        opening = f"({opening}"
        after = ")" if value.kind_id in NO_PARENTHESES else "))"
        before = opening if value.kind_id in NO_PARENTHESES else f"{opening}("
        edits = (Replacement(start, start, before), Replacement(end, end, after))
        return (*more, *edits)
    if value.kind_id in NO_PARENTHESES:
        return (*more, Replacement(start, start, opening))
    return (*more, Replacement(start, start, f"{opening}("), Replacement(end, end, ")"))


def wrap_definitions(source: Source, value: Node, function: str) -> tuple[Replacement, ...] | None:
    """What a binding defines, each definition as argument of an override.

    An override stands inside of mkIf and mkMerge, not around them. None as with `wrap`.
    """
    edits: dict[Replacement, None] = {}
    for each in _definitions(value):
        wrapped = wrap(source, each, function)
        if wrapped is None:
            return None
        edits.update(dict.fromkeys(wrapped))
    return tuple(edits) or None


def _definitions(value: Node) -> list[Node]:
    """What mkIf holds, and all that mkMerge does; none where that is no list as it is written."""
    inner = value
    while inner.kind_id == Kind.PARENTHESIZED:
        expression = inner.child_by_field_id(Field.EXPRESSION)
        if expression is None:
            return [value]
        inner = expression
    function = inner.child_by_field_id(Field.FUNCTION)
    argument = inner.child_by_field_id(Field.ARGUMENT)
    if inner.kind_id != Kind.APPLY or function is None or argument is None:
        return [value]
    if function_name(function) == "mkMerge":
        items = argument.named_children if argument.kind_id == Kind.LIST else []
        return [d for item in items if item.kind_id != Kind.COMMENT for d in _definitions(item)]
    outer = function.child_by_field_id(Field.FUNCTION)
    if outer is not None and function_name(outer) == "mkIf":
        return _definitions(argument)
    return [value]


def library_function(
    source: Source, at: Node, name: str
) -> tuple[str | None, tuple[Replacement, ...]]:
    """(how a function of `lib` is called at a node, edits that are needed for it)."""
    if find_binder(name, at) is not None:
        return name, ()
    if find_binder("lib", at) is not None:
        return f"lib.{name}", ()
    if any(node_text(environment) == "lib" for environment in withs_at(at)):
        return name, ()
    # What calls the function of a file that nixpkgs is given to would not give it `lib`.
    if find_binder("nixpkgs", at) is not None:
        return f"nixpkgs.lib.{name}", ()
    if _is_flake(source):
        has_inputs = find_binder("inputs", at) is not None
        return (f"inputs.nixpkgs.lib.{name}", ()) if has_inputs else (None, ())
    added = add_argument(source, "lib")
    return (None, ()) if added is None else (f"lib.{name}", (added,))


def _is_flake(source: Source) -> bool:
    """Whether the file is a set with `outputs`, to which no argument can be given."""
    expression = source.root.child_by_field_id(Field.EXPRESSION)
    if expression is None or expression.kind_id not in SETS:
        return False
    return any(
        node_text(path) == "outputs"
        for bindings in expression.named_children
        for binding in bindings.named_children
        if (path := binding.child_by_field_id(Field.ATTRPATH)) is not None
    )


def add_argument(source: Source, name: str) -> Replacement | None:
    """The edit after which a module has an argument, or None where its form does not allow it."""
    expression = source.root.child_by_field_id(Field.EXPRESSION)
    if expression is None:
        return None
    start = expression.start_byte
    while expression.kind_id in _AROUND_FUNCTIONS:
        inner = expression.child_by_field_id(Field.BODY) or expression.child_by_field_id(
            Field.EXPRESSION
        )
        if inner is None:
            return None
        expression = inner
    if expression.kind_id in SETS:
        return Replacement(start, start, f"{{ {name}, ... }}:\n")
    if expression.kind_id != Kind.FUNCTION:
        return None
    formals = expression.child_by_field_id(Field.FORMALS)
    if formals is None:
        argument = expression.child_by_field_id(Field.UNIVERSAL)
        if argument is None:
            return None
        # `args: …` and `_: …` become patterns; the whole set keeps its name.
        whole = node_text(argument)
        kept = "" if whole.startswith("_") else f"{whole}@"
        return Replacement(argument.start_byte, argument.end_byte, f"{kept}{{ {name}, ... }}")
    inside = formals.start_byte + 1
    present = [child for child in formals.named_children if child.kind_id == Kind.FORMAL]
    if not present:
        others = b"..." in source.text[inside : formals.end_byte]
        text = f"{{ {name}, ... }}" if others else f"{{ {name} }}"
        return Replacement(formals.start_byte, formals.end_byte, text)
    first = present[0].start_byte
    between = source.text[inside:first].decode("utf-8", "replace")
    if "#" in between or "/*" in between:
        between = between[between.rfind("\n") :] if "\n" in between else ""
    separator = f",{between}" if "\n" in between else ", "
    return Replacement(first, first, f"{name}{separator}")
