"""The sets that `config` and `options` are, made of the levels of options.

Source: nixpkgs lib/modules.nix, evalModules: declaredConfig.
"""

from __future__ import annotations

from hmls.lang.force import force
from hmls.lang.values import Attrs, Lazy, OpenAttrs, Thunk, Unknown, Value
from hmls.modules.level import Level
from hmls.modules.messages import show_option
from hmls.modules.option_value import Option, Undeclared


def level_config(level: Level, rest: Unknown | None) -> Attrs:
    """The values below a level. `rest` is why options may exist that nobody declares here."""
    values = {name: Thunk(_value, (level, name, rest)) for name in level.declared.by_name}
    return _opened(values, level, rest, "config")


def _value(given: tuple[Level, str, Unknown | None]) -> Value:
    level, name, rest = given
    node = level.node(name)
    if isinstance(node, Level):
        return level_config(node, None if rest is None else rest.select(name))
    assert node is not None
    if isinstance(node, Option):
        node.declaration  # noqa: B018  Nix merges the declarations first.
    return force(node.value)


def level_options(level: Level, rest: Unknown | None) -> Attrs:
    """The options below a level, as modules see them."""
    options = {name: Thunk(_option, (level, name, rest)) for name in level.declared.by_name}
    return _opened(options, level, rest, "options")


def _option(given: tuple[Level, str, Unknown | None]) -> Value:
    level, name, rest = given
    node = level.node(name)
    if isinstance(node, Level):
        return level_options(node, None if rest is None else rest.select(name))
    if isinstance(node, Undeclared):
        return node.reason
    assert node is not None
    return force(node.attrs)


def _opened(items: dict[str, Thunk], level: Level, rest: Unknown | None, root: str) -> Attrs:
    unread = level.declared.rest
    if unread is not None:
        text = ".".join([root, *([show_option(level.loc)] if level.loc else [])])
        rest = Unknown(text, unread.cause, unread.site)
    return Attrs(items) if rest is None else OpenAttrs(items, rest)


def joined_deep(left: Attrs, right: Attrs) -> Attrs:
    """lib.recursiveUpdate, where the right side is made of levels of options."""
    made: dict[str, Lazy] = dict(left)
    for name, lazy in right.items():
        made[name] = Thunk(_joined, (left[name], lazy)) if name in left else lazy
    if isinstance(left, OpenAttrs):
        return OpenAttrs(made, left.rest, left.positions, left.absent - right.keys())
    if isinstance(right, OpenAttrs):
        return OpenAttrs(made, right.rest, left.positions)
    return Attrs(made, left.positions)


def _joined(pair: tuple[Lazy, Lazy]) -> Value:
    # The order in which recursiveUpdate looks at them.
    left, right = force(pair[0]), force(pair[1])
    if isinstance(left, Attrs) and isinstance(right, Attrs):
        return joined_deep(left, right)
    return right
