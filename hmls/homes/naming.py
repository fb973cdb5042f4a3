"""What a user's or a host's name is taken from: options of a repository's own, and variables.

`home.username = config.my.user.name` makes `my.user.name` such an option, as do
`users.users.${config.my.user.name}` and `networking.hostName = cfg.hostName`. With
`users.users.${name}` it is the variable `name`, whether a `let` binds it or the file is a function
that another file imports and gives it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Literal

from hmls.homes.gathered import Counted
from hmls.homes.index import FileFacts, Index
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import DYNAMIC, attrpath_names, attrpath_parts, node_text
from hmls.syntax.kinds import SETS, Field, Kind
from hmls.syntax.outline import function_name, inside
from hmls.syntax.parse import Node, Source, named_at, parse
from hmls.syntax.scopes import root_path

Named = Literal["user", "host"]
_NAMED: dict[tuple[str, ...], Named] = {
    ("home", "username"): "user",
    ("networking", "hostName"): "host",
}
_KEYED = (("users", "users"), ("users", "extraUsers"), ("home-manager", "users"))
_SIGNS = (b"username", b"hostName", b"sers.${", b"sers = {")
"""One of them is in every file that has any of these."""
_VARIABLE = "$"
"""Stands before a variable among the options."""


def named_by(index: Index, file: str, setting: tuple[str, ...] | None, text: Node) -> Named | None:
    """What a string is that gives a user or host its name, by what it is the value of.

    `setting` is the path of that, if it is a setting.
    """
    counted = Counted.of(index, _naming)
    paths = [
        defined.path
        for defined in index[file].defined
        if defined.declares and defined.value_start <= text.start_byte <= defined.value_end
    ]
    paths += [] if setting is None else [setting]
    variable = _variable(index, file, text)
    kinds: tuple[Named, ...] = ("user", "host")
    for kind in kinds:
        if any(f"{kind} {_dotted(path)}" in counted for path in paths):
            return kind
        if variable is not None and f"{kind} {_VARIABLE}{variable[1]}" in _naming(variable[0]):
            return kind
    return None


def _variable(index: Index, file: str, text: Node) -> tuple[FileFacts, str] | None:
    """The variable that a string is the value of, and the file that reads it."""
    binding = text.parent
    attrpath = None if binding is None else binding.child_by_field_id(Field.ATTRPATH)
    group = None if binding is None else binding.parent
    around = None if group is None else group.parent
    if attrpath is None or around is None:
        return None
    names = attrpath_names(attrpath)
    reader = _importer(index, file, around) if around.kind_id in SETS else file
    if len(names) != 1 or reader is None or around.kind_id not in (Kind.LET, *SETS):
        return None
    return index[reader], names[0]


def _importer(index: Index, file: str, given: Node) -> str | None:
    """The file whose function a set is given to: `import ./user.nix { … }`."""
    call = given.parent
    function = None if call is None else call.child_by_field_id(Field.FUNCTION)
    if function is None or function == given or function.kind_id != Kind.APPLY:
        return None
    callee = function.child_by_field_id(Field.FUNCTION)
    path = function.child_by_field_id(Field.ARGUMENT)
    if callee is None or path is None or path.kind_id != Kind.PATH:
        return None
    if function_name(callee) != "import":
        return None
    found = os.path.normpath(os.path.join(os.path.dirname(file), node_text(path)))
    entry = os.path.join(found, "default.nix")
    return next((each for each in (found, entry) if each in index.path_set), None)


def _naming(facts: FileFacts) -> set[str]:
    """`user my.user.name`, `host $name`: what gives names in a file."""
    if not any(sign in facts.text for sign in _SIGNS):
        return set()
    source: Source | None = None
    found: set[str] = set()
    for defined in facts.defined:
        kind = _NAMED.get(defined.path[-2:])
        is_keyed = defined.path[:2] in _KEYED and defined.path[2:3] == (DYNAMIC,)
        if kind is None and not is_keyed:
            continue
        source = source or parse(facts.text)
        if kind is not None:
            node = named_at(source, defined.value_start, defined.value_end)
            found.update(f"{kind} {name}" for name in _read(node))
        else:
            node = named_at(source, defined.start, defined.end)
            for part in attrpath_parts(node) if node is not None else ():
                if part.kind_id == Kind.INTERPOLATION:
                    found.update(f"user {name}" for name in _read(part))
    return found


def _read(node: Node | None) -> Iterator[str]:
    """The options and variables that an expression is, wrappers such as mkDefault taken off."""
    stack = [] if node is None else [node]
    while stack:
        node = stack.pop()
        if node.kind_id == Kind.INTERPOLATION:
            inner = node.child_by_field_id(Field.EXPRESSION)
            stack += [] if inner is None else [inner]
            continue
        path = root_path(node)
        if path is not None and path[0] == "config" and len(path) > 1:
            yield _dotted(path[1:])
        elif node.kind_id == Kind.VARIABLE:
            yield f"{_VARIABLE}{node_text(node)}"
        elif path is None:
            stack += inside(node)


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(map(quote_attribute, path))
