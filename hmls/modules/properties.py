"""mkIf, mkMerge, mkOverride and mkOrder as values. Source: nixpkgs lib/modules.nix."""

from __future__ import annotations

from hmls.lang.values import Attrs, Lazy, Site, Thunk

DEFAULT_PRIORITY = 100
"""Of a definition without mkOverride. Lower numbers win."""
OPTION_DEFAULT_PRIORITY = 1500
DEFAULT_ORDER = 1000
PRIORITIES = {
    "mkOptionDefault": OPTION_DEFAULT_PRIORITY,
    "mkDefault": 1000,
    "mkImageMediaOverride": 60,
    "mkForce": 50,
    "mkVMOverride": 10,
}
ORDERS = {"mkBefore": 500, "mkAfter": 1500}


def if_(condition: Lazy, content: Lazy) -> Attrs:
    """The position of `condition` is where it is written, as long as that can be told."""
    made = Attrs({"_type": "if", "condition": condition, "content": content})
    if condition.__class__ is Thunk and condition.value.__class__ is Site:
        made.positions = {"condition": condition.value}
    return made


def merge(contents: Lazy) -> Attrs:
    return Attrs({"_type": "merge", "contents": contents})


def override(priority: Lazy, content: Lazy) -> Attrs:
    return Attrs({"_type": "override", "priority": priority, "content": content})


def order(priority: Lazy, content: Lazy) -> Attrs:
    return Attrs({"_type": "order", "priority": priority, "content": content})
