"""From a path of a target's tree to a `Setting`: value, reasons, layers and places."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from hmls.catalog.bundles import CATALOG
from hmls.catalog.modules import KIND as OWN_MODULE
from hmls.catalog.specialisations import SPECIALISATION
from hmls.homes.builders.home_manager import BUILDER
from hmls.homes.knowledge import TABLE
from hmls.homes.plain import NotPlain, plain, why
from hmls.homes.repository import Repository, loaded_files
from hmls.homes.setting import Contribution, Declared, LayerKind, Setting
from hmls.homes.setting_tree import Carried, Failed, Look, Open, Point
from hmls.lang import store
from hmls.lang.budget import tick
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, force, get
from hmls.lang.show import show
from hmls.lang.values import Attrs, Site, Unknown, Value
from hmls.modules.declarations import OTHER_RELEASE
from hmls.modules.definitions import Definition, Leaf, Status
from hmls.modules.evaluation import Evaluation
from hmls.modules.level import Level
from hmls.modules.option_value import DEFAULT, Option
from hmls.modules.outside import KIND as UNREAD_MODULE
from hmls.modules.outside import sources, strongest_priority
from hmls.modules.properties import DEFAULT_PRIORITY
from hmls.modules.resolved import Resolved
from hmls.modules.types.base import OptionType

_ATTRPATH = re.compile(rb'(?:[^"=;${}]|"(?:[^"\\]|\\.)*"|\$\{[^}]*\}|\$(?!\{))*', re.DOTALL)
_MAX_TEXT = 20_000
_MAX_UNKNOWN = 4_000
"""The same where it is not wholly known: each part of it has to be found out only to be shown."""
_OTHERS = "…."
"""How a text begins that stands for what a module of an input defines."""
_MAX_OPEN = 10
"""Definitions of which nothing is known but that they may exist."""
_MAX_VALUE = 300
"""Characters of a single definition's value."""
UNREAD = "unread"
"""The kind of the reason that a module which was not read may add to a value."""

_OF_SOMETHING_MISSING = re.compile(
    r"^The option `([^']*\.)?(accounts|programs|services|systemd|home|xdg|wayland|gtk|qt)\.[^']*'"
    r" does not exist\. Definition values:"
    r"|^The option `nixpkgs\.\w+' was accessed but has no value defined"
)
"""Errors that say only that some module is missing, in sections that belong to Home Manager or
NixOS: a module that was not read may be it."""


class Reader:
    """What is known of one target while its settings are read."""

    def __init__(self, repository: Repository, evaluation: Evaluation) -> None:
        self.repository = repository
        self.evaluation = evaluation
        unread = [u.unknown for u in evaluation.collected.unread]
        self.unread = tuple(
            dict.fromkeys(
                name for each in unread if each.cause.kind != TABLE for name in sources(each)
            )
        )
        """Names of the inputs whose modules are not known."""
        self.tables = tuple(
            dict.fromkeys(
                unknown.cause.subject for unknown in unread if unknown.cause.kind == TABLE
            )
        )
        """Names of the inputs that are known from a table of another release."""
        self._loaded = loaded_files(evaluation)
        self._other = any(m.origin == OTHER_RELEASE for m in evaluation.collected.modules)
        """Whether what is known of Home Manager is of another release than the locked one."""
        self._tree = repository.files.tree.root + os.sep
        self.error = _error_of(evaluation)
        """What Nix says of any setting, where the modules do not fit together."""
        self.read_before: dict[tuple[str, ...], Setting | None] = {}
        self.below_before: dict[tuple[str, ...], list[Setting]] = {}
        self.leaves_before: dict[tuple[str, ...], Setting] = {}
        self.slow: set[tuple[str, ...]] = set()
        """Leaves that took too long once."""
        self.points: dict[tuple[str, ...], Point] = {}

    def read(self, point: Point) -> Setting:
        """The setting at a path."""
        tick(10)
        carried = point.leaves
        leaves = [found.leaf for found in carried]
        value = point.look()
        if isinstance(value, Failed) and _is_never_defined(point.option):
            # Nix fails on what nobody defines only if somebody reads it.
            value = MISSING
        option, option_type = point.option, _type_of(point)
        text, reason, kind, error, known, json = self._value(value, leaves)
        if error is not None and self._other and self._is_refused_elsewhere(option, error):
            reason = f"{self._tables()}, where this is no error: {error}"
            kind, error = UNREAD, None
        if kind == UNREAD_MODULE and self._hangs_on_others(option, leaves):
            reason = self._may_add("may add to it")
        assumes: tuple[str, ...] = ()
        priority = _priority(leaves)
        if known and self.unread and not self._is_own(option):
            doubt = self._doubt(point, value, leaves)
            if doubt:
                known, json, reason, kind = False, None, doubt, UNREAD
            else:
                assumes = self.unread
        if known and self.tables and not self._is_own(option):
            if not self.unread and (isinstance(point.node, Open) or point.is_guessed):
                known, json, kind = False, None, UNREAD
                reason = f"no module that was read declares it; {self._tables()}"
            else:
                assumes = tuple(dict.fromkeys((*assumes, *self.tables)))
        if self.error is not None:
            known, json, error, reason, kind = False, None, self.error, "", ""
        contributions = [self._contribution(point, found) for found in _worth_telling(carried)]
        order = {"wins": 0, "unknown": 1, "loses": 2, "false": 3}
        return Setting(
            point.path,
            known,
            value is not MISSING or bool(reason) or self.error is not None,
            json,
            text,
            reason,
            kind,
            error,
            priority,
            None if option_type is None else _described(option_type),
            self._description(option),
            self._declared(option),
            assumes,
            tuple(sorted(contributions, key=lambda c: order[c.status])),
        )

    def is_there(self, point: Point) -> bool:
        """Whether a path exists: somebody declares or defines it."""
        if point.leaves or isinstance(point.node, Option | Level | Resolved | Evaluation):
            return True
        return point.node is None and point.look() is not MISSING

    def is_users(self, definition: Definition) -> bool:
        """Whether one of the user's own files makes a definition."""
        return definition.origin != DEFAULT and self._is_inside(definition.site)

    def _is_inside(self, site: Site | None) -> bool:
        return site is not None and site.unit.path.startswith(self._tree)

    def _value(
        self, value: Look, leaves: list[Leaf]
    ) -> tuple[str, str, str, str | None, bool, object]:
        """(text, reason, its kind, error, known, JSON)"""
        if value is MISSING:
            if self.tables and any(leaf.in_force for leaf in leaves):
                text = " and ".join(show(leaf.definition.value, _MAX_UNKNOWN) for leaf in leaves)
                reason = f"no such option is known of {', '.join(self.tables)}, which was not read"
                return text, reason, UNREAD, None, False, None
            return "", "", "", None, False, None
        if isinstance(value, Failed):
            message = value.error.message
            return f"«error: {message}»", *self._doubted(message), False, None
        try:
            json = plain(value)
            # A set that prints as a string is shown as that, as Nix prints it.
            shown = json if isinstance(value, Attrs) and isinstance(json, str) else value
            return show(shown, _MAX_TEXT), "", "", None, True, json
        except NotPlain as stop:
            kind = "" if stop.unknown is None else stop.unknown.cause.kind
            return self._text(value, leaves, kind), stop.reason, kind, None, False, None
        except NixError as error:
            text = self._text(value, leaves, "")
            return text, *self._doubted(error.message), False, None

    def _doubted(self, message: str) -> tuple[str, str, str | None]:
        """(reason, kind, error): an unread module may declare or define what is missing."""
        if self.unread and _OF_SOMETHING_MISSING.search(message):
            return self._may_add("may declare or define what is missing"), UNREAD, None
        return "", "", message

    def _text(self, value: Value, leaves: list[Leaf], kind: str) -> str:
        """What there is to see of a value that is not wholly known."""
        others = kind == OWN_MODULE or (isinstance(value, Unknown) and self._is_said(leaves))
        users = self._users_part(leaves) if others else ""
        if users:
            return users
        text = show(value, _MAX_UNKNOWN)
        return (self._users_part(leaves) or text) if _OTHERS in text else text

    def _users_part(self, leaves: list[Leaf]) -> str:
        """What the user's own files say of a value that others may add to."""
        own = [
            show(leaf.definition.value, _MAX_UNKNOWN)
            for leaf in leaves
            if leaf.status is Status.WINS and self.is_users(leaf.definition)
        ]
        return f"{' and '.join(own)} …" if own and not any(_OTHERS in text for text in own) else ""

    def _doubt(self, point: Point, value: Value, leaves: list[Leaf]) -> str:
        """Why a module that was not read could change a value; empty if only mkForce could."""
        if isinstance(point.node, Open) or point.is_guessed:
            doubt = _doubt_of_undeclared(point, value, leaves)
            return "" if doubt is None else self._may_add(doubt)
        seen = point.seen
        try:
            if seen is MISSING or isinstance(seen, Failed):
                return ""
            plain(seen)
        except NotPlain as stop:
            unknown = stop.unknown
            if unknown is not None and unknown.cause.kind == UNREAD_MODULE:
                return unknown.cause.message
            return stop.reason
        except NixError:
            pass
        return ""

    def _is_said(self, leaves: list[Leaf]) -> bool:
        """Whether what the user's own files say of a value is no mere unknown."""
        own = [leaf for leaf in leaves if self.is_users(leaf.definition)]
        try:
            return bool(own) and not any(
                leaf.status is Status.UNKNOWN or isinstance(force(leaf.definition.value), Unknown)
                for leaf in own
            )
        except (NixError, Unknowable):
            return False

    def _hangs_on_others(self, option: Option | None, leaves: list[Leaf]) -> bool:
        """Whether all that the user's files say is known, so that only others make a doubt.

        What of Home Manager's own hangs on them as well leads away from that.
        """
        own = [leaf for leaf in leaves if self.is_users(leaf.definition)]
        if not self.unread or not own or self._is_own(option):
            return False
        try:
            for leaf in own:
                if leaf.status is Status.UNKNOWN:
                    return False
                if leaf.status is Status.WINS:
                    plain(force(leaf.definition.value))
        except (NixError, Unknowable, NotPlain):
            return False
        return True

    def _is_refused_elsewhere(self, option: Option | None, message: str) -> bool:
        """Whether a type refuses a value that is known of another release only."""
        refused = "is not of type" in message and "of type `boolean'" not in message
        return refused and option is not None and not self._is_own(option)

    def _tables(self) -> str:
        return f"{', '.join(self.tables)} may be another release"

    def _may_add(self, doubt: str) -> str:
        names = ", ".join(self.unread)
        return f"the modules of {names} were not read, and {doubt}"

    def _is_own(self, option: Option | None) -> bool:
        """Whether an option is declared by the repository alone."""
        if option is None:
            return False
        try:
            declarations = option.declaration.declarations
        except (NixError, Unknowable):
            return False
        return all(self._is_inside(declaration.site) for declaration in declarations)

    def _contribution(self, point: Point, found: Carried) -> Contribution:
        leaf = found.leaf
        definition = leaf.definition
        place = _place(definition.site)
        module = self._module_file(definition) or place.path
        layer = self._layer(definition, module)
        if layer == "builder":
            place = _NOWHERE
        elif place.path is None:
            place = Place(module, 0, 0)
        elif module != place.path and layer != "flake" and self._kind(place.path) == "flake":
            # A function of the flake's own made the set that the module defines.
            place = self._binding(module, point.path) or place
            if layer == "default":
                place = self._declaration(point.option)
        return Contribution(
            *place,
            layer,
            leaf.status.value,
            leaf.priority if isinstance(leaf.priority, int) else None,
            _reason(found),
            show(definition.value, _MAX_VALUE),
        )

    def _module_file(self, definition: Definition) -> str | None:
        """The file of the module that makes a definition."""
        if not definition.file.startswith("/"):
            return None
        path = store.disk_path(definition.file)
        entry = os.path.join(path, "default.nix")
        return entry if path in self._loaded and entry in self.repository.index.path_set else path

    def _layer(self, definition: Definition, file: str | None) -> LayerKind:
        if definition.origin == DEFAULT:
            return "default"
        if file is None or definition.file == BUILDER:
            return "builder" if BUILDER in (definition.origin, definition.file) else "input"
        if definition.origin == BUILDER and definition.file.endswith(SPECIALISATION):
            return "builder"  # Which is named so where it extends itself.
        return self._kind(file)

    def _kind(self, file: str | None) -> LayerKind:
        if file is None or not file.startswith(self._tree):
            return "input"
        layout = self.repository.layout
        layer = layout.layer_of(file)
        if layer is not None:
            return layer.kind
        shared = (layout.home_modules, layout.system_modules, *layout.systems.values())
        if any(folder is not None and file.startswith(folder + os.sep) for folder in shared):
            return "module"
        loaded = file in self._loaded or os.path.dirname(file) in self._loaded
        return "module" if loaded and os.path.basename(file) != "flake.nix" else "flake"

    def _binding(self, file: str | None, path: tuple[str, ...]) -> Place | None:
        """The binding in a file that comes nearest to a path, by the text alone."""
        if file is None:
            return None
        found = [
            defined
            for defined in self.repository.index[file].defined
            if not defined.declares and path[: len(defined.path)] == defined.path
        ]
        if not found:
            return None
        nearest = max(found, key=lambda defined: len(defined.path))
        return Place(file, nearest.start, nearest.end)

    def _description(self, option: Option | None) -> str | None:
        if option is None:
            return None
        try:
            found = force(option.declaration.get("description"))
            if isinstance(found, Attrs):
                found = get(found, "text")
        except (NixError, Unknowable):
            return None
        return str(found).strip() if isinstance(found, str) else None

    def _declared(self, option: Option | None) -> Declared | None:
        path, start, end = self._declaration(option)
        return None if path is None else Declared(path, start, end)

    def _declaration(self, option: Option | None) -> Place:
        """The first place that declares an option."""
        try:
            declarations = () if option is None else option.declaration.declarations
        except (NixError, Unknowable):
            return _NOWHERE
        places = (_place(declaration.site) for declaration in declarations)
        return next((place for place in places if place.path is not None), _NOWHERE)


def _is_never_defined(option: Option | None) -> bool:
    """Whether an option has definitions, and the conditions of all are known to be false."""
    try:
        leaves = [] if option is None else option.resolved.leaves
    except (NixError, Unknowable):
        return False
    return leaves != [] and all(leaf.status is Status.FALSE for leaf in leaves)


def _worth_telling(carried: list[Carried]) -> Iterator[Carried]:
    """Without what is idle, and a few of the modules of which nothing is known for all of them."""
    open_before = 0
    for found in carried:
        leaf = found.leaf
        if leaf.opaque and leaf.status is Status.UNKNOWN:
            open_before += 1
            if open_before > _MAX_OPEN:
                continue
        if not _is_idle(leaf):
            yield found


def _is_idle(leaf: Leaf) -> bool:
    """Whether it is one of the many that Home Manager's modules and types make on a condition."""
    from_catalog = leaf.definition.origin in (CATALOG, OTHER_RELEASE)
    return leaf.status is Status.FALSE and (from_catalog or leaf.definition.site is None)


def _error_of(evaluation: Evaluation) -> str | None:
    try:
        force(evaluation.config)
    except NixError as error:
        return error.message
    except Unknowable:
        pass
    return None


def _type_of(point: Point) -> OptionType | None:
    """The type that merges the definitions at the very path."""
    node = point.node
    try:
        if isinstance(node, Option):
            return node.declaration.type
        if isinstance(node, Resolved):
            return node.type
    except (NixError, Unknowable):
        pass
    return None


def _described(option_type: OptionType) -> str | None:
    try:
        return option_type.description
    except (NixError, Unknowable):
        return option_type.name


def _doubt_of_undeclared(point: Point, value: Value, leaves: list[Leaf]) -> str | None:
    """The same of an option that a module declares which was not read, so of unknown type."""
    strongest = strongest_priority(leaves)
    if strongest is None or strongest > DEFAULT_PRIORITY:
        return "a plain definition there would win"
    if isinstance(point.node, Open) and point.node.doubt:
        return "which definitions win depends on the options that they declare"
    if value is None or isinstance(value, bool | int | float):
        return None
    return "may add to a value whose type is not known"


def _priority(leaves: list[Leaf]) -> int | None:
    """That of the winners; None where a stronger definition may exist."""
    strongest = strongest_priority(leaves)
    for leaf in leaves:
        if leaf.status is Status.UNKNOWN and (
            leaf.opaque or strongest is None or leaf.priority < strongest
        ):
            return None
    return strongest


def _reason(found: Carried) -> str:
    leaf, strongest = found
    match leaf.status:
        case Status.WINS:
            return ""
        case Status.LOSES:
            winner = "" if strongest is None else f" to {strongest}"
            return f"priority {leaf.priority} loses{winner}"
        case Status.FALSE:
            site = None if leaf.guard is None else leaf.guard.positions.get("condition")
            return "mkIf false" if site is None else f"mkIf false: {site.text(80)}"
        case Status.UNKNOWN:
            condition = leaf.condition
            return "not known" if condition is None else f"not known: {why(condition)}"


class Place(NamedTuple):
    """Bytes of a file; of an attribute path, where it is a binding."""

    path: str | None
    start: int
    end: int


_NOWHERE = Place(None, 0, 0)


def _place(site: Site | None) -> Place:
    """The attribute path of a binding."""
    if site is None:
        return _NOWHERE
    text = site.unit.text[site.start : site.end]
    match = _ATTRPATH.match(text)
    length = len(text)
    if match is not None and text[match.end() : match.end() + 1] == b"=":
        length = len(match.group().rstrip())
    return Place(site.unit.path, site.start, site.start + length)
