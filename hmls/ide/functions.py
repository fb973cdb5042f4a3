"""Functions of nixpkgs' lib and builtins where a file names them."""

from __future__ import annotations

from hmls.catalog.functions import Function, function
from hmls.lang.builtins import top_level_names
from hmls.syntax.parse import Node
from hmls.syntax.scopes import root_path, withs_at

_INPUTS = ("nixpkgs", "nixpkgs-lib", "inputs")


def known_function(path: tuple[str, ...]) -> Function | None:
    """What is told of a path such as `lib.mkIf`, `builtins.map`, `inputs.nixpkgs.lib.mkIf`."""
    if path[0] == "builtins":
        return function("builtins", path[1:])
    if path[0] in ("lib", "libs"):
        return function("lib", path[1:])
    if path[0] in _INPUTS and "lib" in path:
        return function("lib", path[path.index("lib") + 1 :])
    if path[:2] == ("pkgs", "lib"):
        return function("lib", path[2:])
    return None


def free_function(name: str, node: Node) -> Function | None:
    """What is told of a variable that no binding gives a value: by `with`, or a builtin."""
    if name in top_level_names():
        return function("builtins", (name.removeprefix("__"),))
    for environment in withs_at(node):
        start = root_path(environment)
        found = None if start is None else known_function((*start, name))
        if found is not None:
            return found
    return None


def about_function(found: Function) -> str:
    """Markdown: how it is called, its type, what it gives."""
    return f"```nix\n{found.call}\n```\n`{found.type}`\n\n{found.text}"
