"""Users, hosts, variables and arguments."""

from __future__ import annotations

from hmls.homes.membership import targets_of
from hmls.homes.mentions import Mention, Names
from hmls.homes.people import describe_host, describe_user
from hmls.homes.repository import Repository
from hmls.homes.written import attribute_site
from hmls.ide.called import attribute_written, value_written
from hmls.ide.hover.setting import about_setting
from hmls.ide.hover.text import Link, Parts, code, escape
from hmls.ide.subject import Attribute, Local, setting_of
from hmls.ide.types import Place
from hmls.lang import store
from hmls.lang.errors import GaveUp, NixError, Unknowable
from hmls.lang.force import MISSING, force
from hmls.lang.show import show
from hmls.lang.values import Lazy, Unknown, quote_attribute
from hmls.modules.evaluation import Evaluation
from hmls.syntax.cursor import Span, Variable
from hmls.syntax.kinds import Field
from hmls.syntax.parse import Node
from hmls.syntax.scopes import inherited_path, root_path

_ARGUMENTS = {
    "config": "the whole configuration, as all modules together make it",
    "options": "all options that modules declare",
    "lib": "nixpkgs' library, with `lib.hm` in a home",
    "pkgs": "the packages of nixpkgs",
    "modulesPath": "the folder of Home Manager's modules",
    "osConfig": "the configuration of the system that the home is on; null in a standalone home",
    "nixosConfig": "the same as `osConfig`",
    "darwinConfig": "the same as `osConfig`",
    "inputs": "the inputs of the flake",
    "self": "the flake itself: its outputs and its source",
}
_WIDE = frozenset(("config", "options", "lib", "pkgs", "inputs", "self", "osConfig"))
"""Arguments whose value is too large to be of any use."""
_MAX_VALUE = 400


def about_mention(repository: Repository, mention: Mention) -> Parts | None:
    """Layers, targets and how to deploy them."""
    names = Names.of(repository)
    if mention.kind == "user":
        return [describe_user(names.users[mention.name], repository.root)]
    return [describe_host(names.hosts[mention.name], repository.root)]


def about_argument(
    repository: Repository, path: str, local: Local, focus: str | None
) -> Parts | None:
    """An argument of the file's function: what it is, and its value on each target."""
    name = local.name
    lines: Parts = [f"**{escape(name)}** · argument\n\n"]
    meaning = _ARGUMENTS.get(name)
    if meaning is not None:
        lines.append(f"{meaning}\n\n")
    values = {} if name in _WIDE else _values(repository, path, name, focus)
    for text, targets in values.items():
        where = "" if len(values) == 1 else f" on {', '.join(map(escape, targets))}"
        lines.append(f"- {code(text, _MAX_VALUE)}{where}\n")
    default = local.binder.value
    if default is not None:
        lines.append(f"\nwithout it {code(_source(default))}\n")
    return lines if len(lines) > 1 else None


def about_local(repository: Repository, path: str, local: Local, focus: str | None) -> Parts | None:
    """A name of `let` or of a recursive set: what it is bound to."""
    value = local.binder.value
    if value is not None:
        selected, shown = root_path(value), _source(value)
    elif local.binder.kind == "inherit":
        selected = inherited_path(local.binder.node)
        if selected is None:
            return _about_inherited(repository, path, local)
        shown = ".".join(map(quote_attribute, selected or ()))
    else:
        return None
    if not shown:
        return None
    title = f"**{escape(local.name)}** = {code(shown, _MAX_VALUE)}\n\n"
    if selected is None or len(selected) < 2:
        return [title]
    variable = Variable(local.name, Span(local.span.start, local.span.end), selected)
    found = setting_of(repository, path, variable)
    inner = None if found is None else about_setting(repository, path, found, focus)
    return [title, *(inner or ())]


def _about_inherited(repository: Repository, path: str, local: Local) -> Parts | None:
    """A name that `inherit (import ./x.nix) …` and the like bind."""
    clause = local.binder.node.parent.parent if local.binder.node.parent is not None else None
    source = None if clause is None else clause.child_by_field_id(Field.EXPRESSION)
    if source is None:
        return None
    return _about_written(repository, path, source, (local.name,))


def about_attribute(repository: Repository, path: str, attribute: Attribute) -> Parts | None:
    """Something of the flake's own, such as `lib.mkOpt` or `self.homeModules.default`."""
    if attribute.base is not None:
        written = _about_written(repository, path, attribute.base, attribute.names)
        if written is not None:
            return written
    for selected in attribute.paths:
        found = _about_selected(repository, path, selected)
        if found is not None:
            return found
    return None


def _about_selected(repository: Repository, path: str, selected: tuple[str, ...]) -> Parts | None:
    site = attribute_site(repository, path, selected)
    if site is None:
        return None
    file = store.disk_path(site.unit.path)
    if not file.startswith(repository.files.tree.root):
        return None
    line = site.unit.lines.line_of(site.start) + 1
    return [
        f"**{escape('.'.join(selected))}**\n\n",
        f"{code(site.text(_MAX_VALUE), _MAX_VALUE)}\n\n",
        Link(escape(f"{_relative(repository, file)}:{line}"), Place(file, site.start, site.end)),
        "\n",
    ]


def _about_written(
    repository: Repository, path: str, base: Node, names: tuple[str, ...]
) -> Parts | None:
    """An attribute that is bound in the repository's text: its value, and where."""
    name = attribute_written(repository, path, base, names)
    value = None if name is None else value_written(name)
    if name is None or value is None:
        return None
    parts: Parts = [f"**{escape(names[-1])}** = {code(_source(value.node), _MAX_VALUE)}\n\n"]
    if name.path != path:
        place = Place(name.path, name.node.start_byte, name.node.end_byte)
        line = name.node.start_point.row + 1
        parts += [Link(escape(f"{_relative(repository, name.path)}:{line}"), place), "\n"]
    return parts


def _relative(repository: Repository, file: str) -> str:
    return file.removeprefix(repository.root).lstrip("/")


def _values(
    repository: Repository, path: str, name: str, focus: str | None
) -> dict[str, list[str]]:
    """Value → the targets where the argument has it."""
    found: dict[str, list[str]] = {}
    targets = sorted(targets_of(repository, path), key=lambda target: target.name != focus)
    for target in targets:
        try:
            lazy = _argument(repository.evaluation(target), name)
            value = force(lazy)
        except (NixError, Unknowable, GaveUp):
            continue
        if value is not MISSING and not isinstance(value, Unknown):
            found.setdefault(show(value, _MAX_VALUE), []).append(target.name)
    return found


def _argument(evaluation: Evaluation, name: str) -> Lazy:
    special = evaluation.special_args
    return special[name] if name in special else evaluation.argument(name)


def _source(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
