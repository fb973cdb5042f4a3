"""What modules that were not read may do to the options of others, as `config` shows it.

Such a module may define every option that is not the repository's own. So what `config` gives
of those options is known only where another definition could change nothing, or where it
would have to be an mkForce: of an option with one value that is set at the priority of plain
definitions, two must agree. Lists keep the items that are there and sets the names; a value
that a plain definition would beat is unknown.

Definitions that Home Manager's own modules would make because of such a module need no
thought of their own: they go to options of which the same is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, expect_attrs, expect_bool, force
from hmls.lang.store import STORE, disk_path
from hmls.lang.values import (
    Attrs,
    Cause,
    Lazy,
    OpenAttrs,
    OpenList,
    Splice,
    Thunk,
    Unknown,
    Value,
)
from hmls.modules.definitions import Leaf, Loc, Status
from hmls.modules.merged import Merged
from hmls.modules.messages import show_option
from hmls.modules.one_value import has_one_value
from hmls.modules.properties import DEFAULT_PRIORITY

if TYPE_CHECKING:
    from hmls.modules.declarations import Declaration, OptionDeclaration
    from hmls.modules.option_value import Option
    from hmls.modules.types.base import OptionType

KIND = "unread-module"
"""Of causes: a module that was not read may define it."""
LISTED = "table"
"""The kind of the cause of modules that are known from a table of another release."""
WOULD_WIN = "a plain definition there would win"
MAY_ADD = "may add to it"


SYSTEM_INPUTS = frozenset(("nixpkgs", "nix-darwin", "nix-on-droid"))
_OF_NIXOS = "/nixos/modules/"
HOME_MANAGER_MODULE = "/nixos/common.nix"
"""How the file of Home Manager's module for systems ends, which stands here natively."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Modules that were not read, by the names of their inputs.

    `own` is the folder, with a separator at its end, whose files alone define what they declare.
    """

    names: tuple[str, ...]
    own: str

    def reaches(self, declaration: OptionDeclaration) -> bool:
        """Whether the modules may define an option. Raises NixError, Unknowable."""
        declared = declaration.declarations
        return not (declared and all(self._is_out_of_reach(each) for each in declared))

    def _is_out_of_reach(self, declared: Declaration) -> bool:
        """Whether the modules know nothing of what is declared.

        A system's own modules define what a system's own modules declare.
        """
        if self.is_own(declared.site):
            return True
        if not SYSTEM_INPUTS.issuperset(self.names):
            return False
        if declared.site is None:
            return declared.file.endswith(HOME_MANAGER_MODULE)
        return _OF_NIXOS not in declared.site.unit.path

    def is_of_an_input(self, file: str) -> bool:
        """Whether a module's file lies in the store, and not in the repository."""
        path = disk_path(file)
        return path.startswith(STORE) and not path.startswith(self.own)

    def is_own(self, site: Any) -> bool:
        """Whether a place is in the repository itself."""
        return site is not None and site.unit.path.startswith(self.own)

    def unknown(self, loc: Loc, why: str, kind: str | None = None) -> Unknown:
        """What may be at a path instead of what is known, or besides it."""
        names = ", ".join(self.names)
        message = f"the modules of {names} were not read, and {why}"
        return Unknown(f"config.{show_option(loc)}", Cause(KIND, message, names), None, kind)


def outside_of(unread: Sequence[Unknown], own: str | None) -> Outside | None:
    """The modules that were not read, but for those that a table stands for."""
    if own is None:
        return None
    names = [name for each in unread if each.cause.kind != LISTED for name in sources(each)]
    return Outside(tuple(dict.fromkeys(names)), own) if names else None


def sources(unknown: Unknown) -> tuple[str, ...]:
    """The names of the inputs that an unread module comes from, or the module as written."""
    if unknown.cause.kind == KIND:
        return tuple(unknown.cause.subject.split(", "))
    if unknown.cause.kind == "missing-input" and unknown.cause.subject:
        return (unknown.cause.subject,)
    parts = unknown.text.split(".")
    if parts[0] in ("inputs", "self") and len(parts) > 1:
        return (parts[1],)
    return (unknown.text,)


def seen_value(outside: Outside, node: Any, loc: Loc) -> Value:
    """The merged value of an option or of a key of one, as far as it is certain.

    `node` has `type`, `leaves`, `merged` and `value` as `Resolved` has them. Raises NixError.
    """
    leaves: list[Leaf] = node.leaves
    strongest = strongest_priority(leaves)
    if strongest is None:
        return outside.unknown(loc, WOULD_WIN)
    option_type: OptionType = node.type
    merged: Merged = node.merged
    beaten = strongest > DEFAULT_PRIORITY
    if beaten and not (merged.evaluation is not None and _say_nothing(leaves)):
        return outside.unknown(loc, WOULD_WIN)
    value = force(node.value)
    if not beaten and has_one_value(option_type, value):
        return value
    if merged.evaluation is not None:
        return merged.evaluation.config_under(outside)
    if isinstance(value, list | OpenList):
        return _open_list(value, leaves, outside.unknown(loc, MAY_ADD))
    if isinstance(value, Attrs) and merged.part is not None:
        return _open_set(outside, merged, value, loc)
    kind = "string" if isinstance(value, str) else None
    return outside.unknown(loc, MAY_ADD, kind)


def seen_freeform(outside: Outside, merged: Merged | None, loc: Loc) -> Value:
    """What the freeform type makes of definitions, and what others may add."""
    rest = outside.unknown(loc, MAY_ADD)
    if merged is None:
        return rest
    value = force(merged.value)
    if not isinstance(value, Attrs) or merged.part is None:
        return value if isinstance(value, Unknown) else rest
    return _open_set(outside, merged, value, loc)


def _open_set(outside: Outside, merged: Merged, value: Attrs, loc: Loc) -> OpenAttrs:
    parts = {name: Thunk(_seen_part, (outside, merged, (*loc, name))) for name in value}
    return OpenAttrs(parts, outside.unknown(loc, MAY_ADD))


def _seen_part(given: tuple[Outside, Merged, Loc]) -> Value:
    from hmls.modules.config import seen_node
    from hmls.modules.resolved import Resolved

    outside, merged, loc = given
    assert merged.part is not None
    part = merged.part(loc[-1])
    if isinstance(part, Resolved):
        return seen_value(outside, part, loc)
    return outside.unknown(loc, MAY_ADD) if part is None else seen_node(part, None, outside)


def strongest_priority(leaves: Sequence[Leaf]) -> int | None:
    """The priority of the winners."""
    found = [
        leaf.priority
        for leaf in leaves
        if leaf.status is Status.WINS and isinstance(leaf.priority, int)
    ]
    return min(found, default=None)


def _say_nothing(leaves: Sequence[Leaf]) -> bool:
    """Whether all that wins are empty sets, as defaults of submodules are."""
    try:
        return all(
            leaf.status is not Status.WINS or force(leaf.definition.value) == {} for leaf in leaves
        )
    except (NixError, Unknowable):
        return False


def _open_list(value: Value, leaves: Sequence[Leaf], unknown: Unknown) -> OpenList:
    """A list to which others may add: before, behind and between the definitions."""
    items: list[Lazy] = value.items if isinstance(value, OpenList) else value
    gap = Splice(unknown)
    opened: list[Any] = [gap]
    start = 0
    for length in _lengths(leaves, len(items)):
        opened += [*items[start : start + length], gap]
        start += length
    return OpenList(opened)


def _lengths(leaves: Sequence[Leaf], total: int) -> Iterator[int]:
    """How many items each definition gave; one each where that is not to be seen."""
    found: list[int] = []
    try:
        values = [force(leaf.definition.value) for leaf in leaves if leaf.in_force]
    except (NixError, Unknowable):
        values = [None]
    for value in values:
        if not isinstance(value, list):
            break
        found.append(len(value))
    else:
        if sum(found) == total:
            return iter(length for length in found if length)
    return iter([1] * total)


def is_fixed(option: Option) -> bool:
    """Whether an option is read-only and has its value: a second definition would fail."""
    read_only = option.declaration.get("readOnly")
    if read_only is MISSING or not expect_bool(read_only):
        return False
    return strongest_priority(option.resolved.leaves) is not None


def seen_attrs(outside: Outside, option: Option, value: Lazy) -> Attrs:
    """What `options` has of an option whose value is seen as `value`."""
    made = Attrs(expect_attrs(option.attrs))
    made["value"] = value
    for name in ("isDefined", "highestPrio", "definitions", "files", "definitionsWithLocations"):
        made[name] = Thunk(_seen_attribute, (outside, option, name, made[name]))
    return made


def _seen_attribute(given: tuple[Outside, Option, str, Lazy]) -> Value:
    outside, option, name, lazy = given
    loc = option.loc
    if is_fixed(option):
        return force(lazy)
    if name == "isDefined":
        # What is defined stays so.
        return force(lazy) or outside.unknown(loc, WOULD_WIN, "bool")
    strongest = strongest_priority(option.resolved.leaves)
    if strongest is None or strongest > DEFAULT_PRIORITY:
        return outside.unknown(loc, WOULD_WIN)
    found = force(lazy)
    if not isinstance(found, list | OpenList):
        return found
    gap = Splice(outside.unknown(loc, MAY_ADD))
    items = found.items if isinstance(found, OpenList) else found
    return OpenList([gap, *(each for item in items for each in (item, gap))])
