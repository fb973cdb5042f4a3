"""The sets that `config` and `options` are, made of the levels of options.

Source: nixpkgs lib/modules.nix, evalModules: declaredConfig.
"""

from __future__ import annotations

from hmls.lang.force import force
from hmls.lang.values import Attrs, Lazy, OpenAttrs, Thunk, Unknown, Value
from hmls.modules.level import Level
from hmls.modules.messages import show_option
from hmls.modules.option_value import Option, Undeclared, applied
from hmls.modules.outside import Outside, is_fixed, seen_attrs, seen_value

_Below = tuple[Level, str, Unknown | None, Outside | None]


def level_config(level: Level, rest: Unknown | None, outside: Outside | None = None) -> Attrs:
    """The values below a level. `rest` is why options may exist that nobody declares here.

    With `outside` they are as certain as modules that were not read leave them.
    """
    values = {name: Thunk(_value, (level, name, rest, outside)) for name in level.declared.by_name}
    return _opened(values, level, rest, "config")


def _value(given: _Below) -> Value:
    level, name, rest, outside = given
    node = level.node(name)
    assert node is not None
    # Nothing unknown is taken to change what modules are.
    inner = None if name == "_module" else outside
    return seen_node(node, None if rest is None else rest.select(name), inner)


def seen_node(
    node: Level | Option | Undeclared, rest: Unknown | None, outside: Outside | None
) -> Value:
    """What `config` has of an option or of a level of them."""
    if isinstance(node, Level):
        return level_config(node, rest, outside)
    if isinstance(node, Option):
        declaration = node.declaration  # Nix merges the declarations first.
        if outside is not None and outside.reaches(declaration) and not is_fixed(node):
            return applied(node, Thunk(_seen, (node, outside)))
    return force(node.value)


def _seen(given: tuple[Option, Outside]) -> Value:
    option, outside = given
    return seen_value(outside, option.checked, option.loc)


def level_options(level: Level, rest: Unknown | None, outside: Outside | None = None) -> Attrs:
    """The options below a level, as modules see them."""
    options = {
        name: Thunk(_option, (level, name, rest, outside)) for name in level.declared.by_name
    }
    return _opened(options, level, rest, "options")


def _option(given: _Below) -> Value:
    level, name, rest, outside = given
    node = level.node(name)
    inner = None if name == "_module" else outside
    if isinstance(node, Level):
        return level_options(node, None if rest is None else rest.select(name), inner)
    if isinstance(node, Undeclared):
        return node.reason
    assert node is not None
    if inner is None or not inner.reaches(node.declaration):
        return force(node.attrs)
    return seen_attrs(inner, node, Thunk(_seen_of, (node, inner)))


def _seen_of(given: tuple[Option, Outside]) -> Value:
    return seen_node(given[0], None, given[1])


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
