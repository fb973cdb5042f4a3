"""What a position in a file is about, as definition, references and rename need to know it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TypeAlias

from hmls.homes.gathered import DefinedNames
from hmls.homes.membership import Space, space_of
from hmls.homes.mentions import Mention, Names, mention_at
from hmls.homes.offered import offered_option, tables_for
from hmls.homes.path_texts import path_text_at
from hmls.homes.repository import Repository
from hmls.homes.settings import setting, setting_in
from hmls.homes.targets import Target
from hmls.homes.written import path_of_attribute
from hmls.lang.errors import NixError, Unknowable
from hmls.syntax.attrpath import ELEMENT
from hmls.syntax.cursor import (
    BindingName,
    Context,
    Formal,
    Selection,
    Span,
    StringText,
    Variable,
    context_at,
)
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node, Source, node_at
from hmls.syntax.scopes import Binder, find_binder, root_path, withs_at


@dataclass(frozen=True, slots=True)
class SettingName:
    """An option or a set of options, by the path from the top of `config`."""

    path: tuple[str, ...]
    space: Space
    span: Span


@dataclass(frozen=True, slots=True)
class OptionName:
    """An option that the repository declares, in a module that no known home or system loads."""

    path: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Local:
    """A variable with the binding that gives it its value."""

    name: str
    binder: Binder
    span: Span


@dataclass(frozen=True, slots=True)
class Attribute:
    """A selection from anything else: `lib.mkOpt`, `self.homeModules.default`, `x.a`.

    `path` starts with a variable's name; `base` is the expression that is selected from,
    and `names` what is selected from it. Where only a `with` binds the variable, `within` are
    the paths that it may mean, the innermost `with` first.
    """

    path: tuple[str, ...] | None
    base: Node | None
    names: tuple[str, ...]
    span: Span
    within: tuple[tuple[str, ...], ...] = ()

    @property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        """All that it may be, the likeliest first."""
        return self.within if self.path is None else (*self.within, self.path)


@dataclass(frozen=True, slots=True)
class InputName:
    """An input of the flake."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class FileName:
    """A path to a file or folder, absolute."""

    target: str
    span: Span


@dataclass(frozen=True, slots=True)
class FreeName:
    """A variable that only a `with` around it can bind."""

    name: str
    node: Node
    span: Span


Subject: TypeAlias = (
    Mention | SettingName | OptionName | Local | Attribute | InputName | FileName | FreeName
)
_SYSTEM_ARGUMENTS = ("osConfig", "nixosConfig", "darwinConfig")


def subject_at(
    repository: Repository, names: Names, path: str, source: Source, offset: int
) -> Subject | None:
    """What is at a byte offset, or None for keywords, blanks and plain values."""
    mention = mention_at(names, path, source, offset)
    if mention is not None:
        return mention

    def evaluate(argument: tuple[str, ...]) -> str | None:
        return path_of_attribute(repository, path, argument)

    written = path_text_at(source, path, repository.root, offset, evaluate)
    if written is not None:
        span = Span(written.start, written.end)
        return FileName(written.target, span) if written.is_whole else None
    context = context_at(source, offset)
    if context is None:
        return None
    if path == repository.flake.path:
        found = _input_in_flake(source, context, offset)
        if found is not None:
            return found
    return _of_context(repository, path, source, context, offset)


def setting_of(repository: Repository, path: str, context: Context | None) -> SettingName | None:
    """The setting that a binding defines or that an expression reads."""
    match context:
        case BindingName(is_anchored=True):
            space = space_of(repository, path)
            if space is None or not context.path:
                return None
            return in_home(context.path, space, context.span)
        case Selection(path=selected, span=span) | Variable(path=tuple() as selected, span=span):
            if len(selected) < 2:
                return None
            if selected[0] in ("config", "options"):
                space = space_of(repository, path)
                return None if space is None else in_home(selected[1:], space, span)
            if selected[0] in _SYSTEM_ARGUMENTS:
                return in_home(selected[1:], "system", span)
            return _of_output(selected, span)
    return None


def _option_of(
    repository: Repository, path: str, context: BindingName | Selection
) -> OptionName | None:
    """What a module that nothing loads says of an option, as far as the text declares one."""
    names = context.path
    if isinstance(context, Selection):
        names = names[1:] if names[0] in ("config", "options") else ()
    elif not context.is_anchored:
        return None
    if not names or space_of(repository, path) is not None:
        return None
    declared = DefinedNames.of(repository.index).declares(names)
    return OptionName(names, context.span) if declared else None


def inside_of(
    repository: Repository, path: str, inside: tuple[str, ...], span: Span
) -> SettingName | None:
    """The option that a path through lists and functions may be one of (see `BindingName`)."""
    space = space_of(repository, path)
    if space is None:
        return None
    if space == "system" and inside[:3] == ("home-manager", "sharedModules", ELEMENT):
        return SettingName(inside[3:], "home", span)
    return in_home(inside, space, span)


def _element(repository: Repository, path: str, context: BindingName) -> SettingName | None:
    """An option of what stands in a list, or of what a function makes for each of some names."""
    if context.inside is None or context.section == "options":
        return None
    found = inside_of(repository, path, context.inside, context.span)
    if found is None:
        return None
    tables = tables_for(repository, path, found.space)
    return found if offered_option(tables, found.path) is not None else None


def _of_output(selected: tuple[str, ...], span: Span) -> SettingName | None:
    """`nixosConfigurations.workstation.config.networking.hostName`, also below `self`.

    Flakes that pass their outputs to modules call them `outputs`.
    """
    for start in ("inputs", "self", "outputs"):
        if selected[0] == start and len(selected) > 1:
            selected = selected[1:]
    space: Space = "home" if selected[0] == "homeConfigurations" else "system"
    known = ("homeConfigurations", "nixosConfigurations", "darwinConfigurations")
    if selected[0] not in known or selected[2:3] != ("config",) or len(selected) < 4:
        return None
    return SettingName(selected[3:], space, span)


def _inline(repository: Repository, path: str, context: BindingName) -> SettingName | None:
    """A setting in a module that stands within flake.nix or one of its helpers.

    The text does not tell such a set from others; that a home or system is defined there does.
    """
    if path not in repository.flake.reader.reads or not context.path:
        return None
    if space_of(repository, path) is not None:
        return None
    for target in repository.recent_targets.items:
        for space in _SPACES:
            wanted = in_home(context.path, space, context.span)
            full = in_home(context.full_path, space, context.span).path
            if wanted.space == space and _is_defined(
                repository, target, space, full, path, context
            ):
                return wanted
    return None


_SPACES: tuple[Space, ...] = ("home", "system")


def _is_defined(
    repository: Repository,
    target: Target,
    space: Space,
    setting_path: tuple[str, ...],
    file: str,
    context: BindingName,
) -> bool:
    """Whether a binding of a file defines a setting of a home, or of the system it is part of."""
    try:
        if space == "home":
            found = setting(repository, target, setting_path)
        else:
            system = repository.host_evaluation(target)
            found = None if system is None else setting_in(repository, system, setting_path)
    except (NixError, Unknowable):
        return False
    start = context.attrpath.start
    return found is not None and any(
        each.file == file and each.start == start for each in found.contributions
    )


def in_home(path: tuple[str, ...], space: Space, span: Span) -> SettingName:
    """What a system says of a home is a setting of the home."""
    if path[:2] == ("home-manager", "users") and len(path) > 3:
        return SettingName(path[3:], "home", span)
    return SettingName(path, space, span)


def _of_context(
    repository: Repository, path: str, source: Source, context: Context, offset: int
) -> Subject | None:
    node = _name_node(source, offset)
    match context:
        case Selection(path=("inputs", name), span=span):
            return InputName(name, span)
        case Selection(path=("self", "inputs", name), span=span):
            return InputName(name, span)
        case Selection(path=selected, span=span):
            return (
                _of_declaration(repository, path, context)
                or setting_of(repository, path, context)
                or _option_of(repository, path, context)
                or _after_with(repository, path, node, selected, span)
                or _selected(node, selected, span)
            )
        case BindingName():
            return (
                setting_of(repository, path, context)
                or _option_of(repository, path, context)
                or _bound(node, context.span)
                or _inline(repository, path, context)
                or _element(repository, path, context)
            )
        case Formal(name=name, span=span):
            binder = _formal_binder(node, name)
            return None if binder is None else Local(name, binder, span)
        case Variable():
            return _variable(repository, path, node, context)
    return None


def _variable(repository: Repository, path: str, node: Node, context: Variable) -> Subject | None:
    name, span = context.name, context.span
    parent = node.parent
    if parent is not None and parent.type == "inherited_attrs":
        clause = parent.parent
        if clause is not None and clause.kind_id == Kind.INHERIT_FROM:
            if context.path is not None and context.path[0] == "inputs" and len(context.path) == 2:
                return InputName(name, span)
            known = setting_of(repository, path, context)
            if known is not None:
                return known
            base = clause.child_by_field_id(Field.EXPRESSION)
            return Attribute(context.path, base, (name,), span)
        outside = clause.parent.parent if clause is not None and clause.parent is not None else None
        if outside is None:
            return None
        node = outside
    binder = find_binder(name, node)
    if binder is not None:
        return Local(name, binder, span)
    return _after_with(repository, path, node, (name,), span) or FreeName(name, node, span)


OPTION_ATTRIBUTES = (
    "value", "default", "type", "isDefined", "definitions", "definitionsWithLocations",
    "declarations", "highestPrio", "description", "example", "files", "defaultText", "readOnly",
)  # fmt: skip
"""What an option in `options` has."""


def _of_declaration(repository: Repository, path: str, context: Selection) -> SettingName | None:
    """The option in `options.programs.git.enable.type`."""
    if context.path[0] != "options" or context.path[-1] not in OPTION_ATTRIBUTES:
        return None
    upto = context.path[:-1]
    found = setting_of(repository, path, Selection(upto, upto, context.span, context.whole))
    if found is None:
        return None
    tables = tables_for(repository, path, found.space)
    return found if offered_option(tables, found.path) is not None else None


def _after_with(
    repository: Repository, path: str, node: Node, selected: tuple[str, ...], span: Span
) -> SettingName | None:
    """`with config.programs; git.enable`: the innermost `with` that has such an option."""
    if find_binder(selected[0], node) is not None:
        return None
    for scope in withs_at(node):
        start = root_path(scope)
        if start is None or start[0] not in ("config", *_SYSTEM_ARGUMENTS):
            continue
        whole = (*start, *selected)
        found = setting_of(repository, path, Selection(whole, whole, span, span))
        tables = () if found is None else tables_for(repository, path, found.space)
        if found is not None and offered_option(tables, found.path) is not None:
            return found
    return None


def _selected(node: Node, selected: tuple[str, ...], span: Span) -> Attribute | None:
    """A selection by the expression that it starts from."""
    attrpath = node.parent
    owner = attrpath.parent if attrpath is not None else None
    if attrpath is None or owner is None:
        return None
    base = owner.child_by_field_id(Field.EXPRESSION)
    upto = 1
    for part in attrpath.named_children:
        if part == node:
            break
        upto += 1
    within: list[tuple[str, ...]] = []
    if find_binder(selected[0], node) is None and selected[0] != "builtins":
        starts = (root_path(environment) for environment in withs_at(node))
        within = [(*start, *selected) for start in starts if start is not None]
    return Attribute(selected, base, selected[-upto:], span, tuple(within))


def _bound(node: Node, span: Span) -> Local | None:
    """The first name of a binding of `let` or of a recursive set."""
    attrpath = node.parent
    binding = attrpath.parent if attrpath is not None else None
    if attrpath is None or binding is None or attrpath.named_children[:1] != [node]:
        return None
    value = binding.child_by_field_id(Field.EXPRESSION)
    name = (node.text or b"").decode("utf-8", "replace")
    binder = None if value is None else find_binder(name, value)
    return None if binder is None or binder.node != node else Local(name, binder, span)


def _formal_binder(node: Node, name: str) -> Binder | None:
    function: Node | None = node
    while function is not None and function.kind_id != Kind.FUNCTION:
        function = function.parent
    body = None if function is None else function.child_by_field_id(Field.BODY)
    return None if body is None else find_binder(name, body)


def _input_in_flake(source: Source, context: Context, offset: int) -> InputName | None:
    """Inputs where flake.nix declares, follows and takes them."""
    match context:
        case BindingName(path=("inputs", name, *_) as whole, span=span) if len(whole) == 2:
            return InputName(name, span)
        case BindingName(path=("inputs", _, "inputs", _), span=span):
            return None
        case StringText(of=of, text=text, span=span) if of is not None and of[-1:] == ("follows",):
            return InputName(text.split("/")[0], span)
        case Formal(name=name, span=span) if name != "self" and _is_of_outputs(source, offset):
            return InputName(name, span)
    return None


def _is_of_outputs(source: Source, offset: int) -> bool:
    """Whether a formal is one of the function `outputs`."""
    node: Node | None = node_at(source, offset)
    if node is not None and node.parent is not None and node.parent.kind_id != Kind.FORMAL:
        return False
    while node is not None and node.kind_id != Kind.FUNCTION:
        node = node.parent
    binding = None if node is None else node.parent
    attrpath = None if binding is None else binding.child_by_field_id(Field.ATTRPATH)
    return attrpath is not None and attrpath.text == b"outputs"


def _name_node(source: Source, offset: int) -> Node:
    """The node of the name at a byte offset, a string included."""
    node = node_at(source, offset)
    if node.type == "string_fragment" and node.parent is not None:
        node = node.parent
    parent = node.parent
    if node.kind_id == Kind.IDENTIFIER and parent is not None and parent.kind_id == Kind.VARIABLE:
        return parent
    return node


def default_file(target: str) -> str | None:
    """The file that a path leads to: a folder's default.nix."""
    if os.path.isdir(target):
        target = os.path.join(target, "default.nix")
    return target if os.path.isfile(target) else None
