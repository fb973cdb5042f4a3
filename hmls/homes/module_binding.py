"""Settings written into a module's text, as edits; none where that would be no valid Nix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import attrpath_names
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.local_rename import Replacement
from hmls.syntax.outline import module_sets, outline
from hmls.syntax.parse import Node, Source
from hmls.syntax.wrapping import library_function

LIST_SETTINGS = {"permittedInsecurePackages"}
"""Settings that are a list of names; a predicate is a function over such a list."""
SWITCHES = {"allowBroken", "allowUnsupportedSystem"}


def allowed_package(source: Source, setting: str, package: str) -> tuple[Replacement, ...]:
    """`nixpkgs.config.<setting>` that allows a package too, by its name (that of `lib.getName`)."""
    option = ("nixpkgs", "config", setting)
    if setting in SWITCHES:
        return added_binding(source, option, "true")
    present = next((each for each in outline(source) if each.path == option), None)
    if present is not None:
        close = source.text.rfind(b"]", present.value_start, present.value_end)
        return (Replacement(close, close, f'"{package}" '),) if close >= 0 else ()
    names = f'[ "{package}" ]'
    if setting in LIST_SETTINGS:
        return added_binding(source, option, names)
    return added_binding(source, option, f"pkg: builtins.elem (@getName@ pkg) {names}")


def added_binding(source: Source, option: tuple[str, ...], value: str) -> tuple[Replacement, ...]:
    """A binding at the end of the module's set. `@getName@` is that function of `lib`."""
    expression = source.root.child_by_field_id(Field.EXPRESSION)
    module = next(module_sets(expression), None) if expression is not None else None
    if module is None:
        return ()
    more: tuple[Replacement, ...] = ()
    if "@getName@" in value:
        name, more = library_function(source, module, "getName")
        if name is None:
            return ()
        value = value.replace("@getName@", name)
    written = dict(_bindings(module))
    path = (
        ("config", *option) if {"config", "options"} & {names[0] for names in written} else option
    )
    if not _takes(written, path):
        return ()
    binding = f"{'.'.join(map(quote_attribute, path))} = {value};"
    close = module.end_byte - 1
    line_start = source.text.rfind(b"\n", 0, close) + 1
    if source.text[line_start:close].strip():
        space = "" if source.text[close - 1 : close].isspace() else " "
        return (*more, Replacement(close, close, f"{space}{binding} "))
    indent = source.text[line_start:close].decode("utf-8", "replace")
    return (*more, Replacement(line_start, line_start, f"{indent}  {binding}\n"))


def _bindings(module: Node) -> Iterator[tuple[tuple[str, ...], Node]]:
    for group in module.named_children:
        for clause in group.named_children if group.kind_id == Kind.BINDING_SET else ():
            attrpath = clause.child_by_field_id(Field.ATTRPATH)
            value = clause.child_by_field_id(Field.EXPRESSION)
            if clause.kind_id == Kind.BINDING and attrpath is not None and value is not None:
                yield attrpath_names(attrpath), value


def _takes(written: Mapping[tuple[str, ...], Node], path: tuple[str, ...]) -> bool:
    """Whether a set may have this binding too: Nix adds to what is written as a set, only."""
    return all(
        names != path[: len(names)] or (len(names) < len(path) and value.kind_id == Kind.ATTRSET)
        for names, value in written.items()
    )
