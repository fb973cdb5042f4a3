"""What a home says of itself that cannot be meant: its user, its folder, options of NixOS."""

from __future__ import annotations

from hmls.homes.inputs import inputs_of_role
from hmls.homes.repository import Repository
from hmls.homes.targets import Target
from hmls.ide.diagnostics.assertions import failed_assertions
from hmls.ide.diagnostics.faults import Fault, Missing
from hmls.ide.diagnostics.places import first_line_end, place_of
from hmls.ide.diagnostics.registry import (
    HOME_ON_DARWIN,
    MISSING_VALUE,
    NIXOS_OPTION,
    OTHER_USERNAME,
)
from hmls.ide.diagnostics.system_names import is_system_option, system_hint
from hmls.ide.diagnostics.walk import Walk, known
from hmls.ide.types import Place
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import force
from hmls.lang.show import quote
from hmls.modules.definitions import Definition, Leaf, Loc, Status
from hmls.modules.evaluation import Evaluation
from hmls.modules.level import Level
from hmls.modules.messages import show_option
from hmls.modules.option_value import Option
from hmls.modules.types.choices import Enum

_REQUIRED_SINCE = 1669766400
"""Home Manager 22.11: before it the state version had a default."""


def home_faults(
    repository: Repository, target: Target, evaluation: Evaluation, found: Walk
) -> list[Fault]:
    """All of them for one home. Of one whose modules cannot be loaded nothing is said."""
    if any(failure.loc == () for failure in found.failures):
        return []
    return [
        *_required(repository, target, evaluation),
        *_username(repository, target, found),
        *_darwin(repository, target, found),
        *_of_nixos(repository, evaluation, found),
        *failed_assertions(repository, found, f"{target.user} profile: " if target.host else ""),
    ]


def _certain(found: Walk, loc: Loc) -> list[Leaf]:
    """The definitions of an option that are in force for certain; none if another may be."""
    leaves = [leaf for leaf in found.leaves.get(loc, ()) if leaf.in_force]
    return leaves if all(leaf.status is Status.WINS for leaf in leaves) else []


def _text(repository: Repository, leaves: list[Leaf]) -> tuple[str, Place] | None:
    """The string that the only definition gives, and where."""
    if len(leaves) != 1:
        return None
    value = known(leaves[0].definition.value)
    place = place_of(repository, leaves[0].definition.site)
    return (str(value), place) if isinstance(value, str) and place is not None else None


def _required(repository: Repository, target: Target, evaluation: Evaluation) -> list[Fault]:
    """What every home needs and nobody has set, of Home Manager's own options."""
    unread = {each.unknown.cause.subject for each in evaluation.collected.unread}
    layers = [layer for layer in target.layers if layer.has_entry]
    if not layers or not all(name.startswith("home-manager") for name in unread):
        return []
    for _, locked in inputs_of_role(repository.flake.lock, "home-manager"):
        if locked.locked.get("lastModified", _REQUIRED_SINCE) < _REQUIRED_SINCE:
            return []
    parent = "/Users" if (target.system or "").endswith("-darwin") else "/home"
    needed = {"stateVersion": _release(evaluation)}
    if target.kind == "standalone":
        needed |= {"username": target.user, "homeDirectory": f"{parent}/{target.user}"}
    faults = []
    for name, value in needed.items():
        loc = ("home", name)
        message = _has_no_value(evaluation, loc)
        if message is not None:
            path = layers[0].entry
            end = first_line_end(repository.index[path].text)
            place = Place(path, 0, end)
            missing = (Missing(loc, path, (quote(value),)),) if value else ()
            faults.append(Fault(MISSING_VALUE, message, loc, (place,), missing=missing))
    return faults


def _has_no_value(evaluation: Evaluation, loc: Loc) -> str | None:
    """What Nix says of an option that nothing defines, None where something does or may."""
    level = evaluation.root.node(loc[0])
    option = level.node(loc[1]) if isinstance(level, Level) else None
    if not isinstance(option, Option):
        return None
    try:
        if any(leaf.in_force for leaf in option.resolved.leaves):
            return None
        force(option.value)
    except Unknowable:
        return None
    except NixError as error:
        name = f"`{show_option((*evaluation.prefix, *loc))}'"
        return error.message if name in error.message and "no value" in error.message else None
    return None


def _release(evaluation: Evaluation) -> str:
    """The newest state version that Home Manager knows, empty where that is not known."""
    level = evaluation.root.node("home")
    option = level.node("stateVersion") if isinstance(level, Level) else None
    if not isinstance(option, Option) or not isinstance(option.declaration.type, Enum):
        return ""
    newest = known(option.declaration.type.values[-1])
    return newest if isinstance(newest, str) else ""


def _username(repository: Repository, target: Target, found: Walk) -> list[Fault]:
    if target.kind != "standalone" or target.host is not None:
        return []
    given = _text(repository, _certain(found, ("home", "username")))
    if given is None or given[0] == target.user:
        return []
    layer = repository.layout.layer_of(given[1].path)
    if layer is None or layer.user != target.user:
        return []
    message = (
        f'home.username is "{given[0]}" in the home of {target.user}: only {given[0]} can '
        f"activate {target.output}"
    )
    return [Fault(OTHER_USERNAME, message, ("home", "username"), (given[1],))]


def _darwin(repository: Repository, target: Target, found: Walk) -> list[Fault]:
    if target.system is None or not target.system.endswith("-darwin"):
        return []
    given = _text(repository, _certain(found, ("home", "homeDirectory")))
    if given is None or not given[0].startswith("/home/"):
        return []
    message = f"{target.name} is a home on macOS ({target.system}), where homes lie in /Users"
    return [Fault(HOME_ON_DARWIN, message, ("home", "homeDirectory"), (given[1],))]


def _of_nixos(repository: Repository, evaluation: Evaluation, found: Walk) -> list[Fault]:
    """Options that only NixOS has, where Home Manager's own modules alone were not read."""
    if evaluation.root.declared.rest is not None:
        return []
    unread = {each.unknown.cause.subject for each in evaluation.collected.unread}
    if not unread or not all(name.startswith("home-manager") for name in unread):
        return []
    faults = []
    for loc, definitions in _tops(found):
        places = [place_of(repository, d.site) for d in definitions]
        present = tuple(dict.fromkeys(place for place in places if place is not None))
        if not present or not is_system_option(loc):
            continue
        name = show_option(loc)
        message = f"The option `{name}' does not exist in Home Manager.\n{system_hint(loc, [])}"
        faults.append(Fault(NIXOS_OPTION, message, loc, present))
    return faults


def _tops(found: Walk) -> list[tuple[Loc, list[Definition]]]:
    """What is defined below names that nobody declares, two levels down where that is known."""
    result: list[tuple[Loc, list[Definition]]] = []
    for top in found.undeclared:
        inner = [loc for loc in found.leaves if len(loc) == 2 and loc[:1] == top]
        result += [(loc, [leaf.definition for leaf in found.leaves[loc]]) for loc in inner]
        if not inner:
            result.append((top, [leaf.definition for leaf in found.leaves.get(top, [])]))
    return result
