"""mkIf, mkMerge, mkOverride and mkOrder as values. Source: nixpkgs lib/modules.nix."""

from __future__ import annotations

from hmls.lang.values import Attrs, Lazy

DEFAULT_PRIORITY = 100
PRIORITIES = {
    "mkOptionDefault": 1500,
    "mkDefault": 1000,
    "mkImageMediaOverride": 60,
    "mkForce": 50,
    "mkVMOverride": 10,
}
ORDERS = {"mkBefore": 500, "mkAfter": 1500}


def if_(condition: Lazy, content: Lazy) -> Attrs:
    return Attrs({"_type": "if", "condition": condition, "content": content})


def merge(contents: Lazy) -> Attrs:
    return Attrs({"_type": "merge", "contents": contents})


def override(priority: Lazy, content: Lazy) -> Attrs:
    return Attrs({"_type": "override", "priority": priority, "content": content})


def order(priority: Lazy, content: Lazy) -> Attrs:
    return Attrs({"_type": "order", "priority": priority, "content": content})
