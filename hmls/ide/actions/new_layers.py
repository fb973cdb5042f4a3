"""«New layer»: for users that the file at hand is about."""

from __future__ import annotations

import itertools

from hmls.homes.layout import LayerKind
from hmls.homes.membership import space_of
from hmls.homes.people import hosts, users
from hmls.homes.repository import Repository
from hmls.homes.workspace import View
from hmls.ide.actions.action import Action
from hmls.ide.new_layer import NewLayer, layer_text, new_layer
from hmls.ide.types import CreateFile, WorkspaceEdit
from hmls.syntax.cursor import BindingName, context_at

_MOST_HOSTS = 6
_ACCOUNTS = (("users", "users"), ("users", "extraUsers"), ("home-manager", "users"))


def new_layers(view: View, path: str, start: int, _end: int) -> list[Action]:
    """Layers that users do not have yet; a new user from the account at the cursor."""
    repository = view.repository(path)
    if repository is None or not path.endswith(".nix"):
        return []
    layer = repository.layout.layer_of(path)
    if layer is not None:
        found = _of_user(repository, layer.user)
    elif space_of(repository, path) == "system":
        found = _of_system(repository, path)
    else:
        found = []
    account = _account_at(view, path, start)
    if account is not None and account not in users(repository):
        found.insert(0, ("base", account, None))
    elif path == repository.flake.path or layer is not None:
        found.append(("base", _free_name(repository), None))
    return [action for each in found if (action := _action(repository, *each)) is not None]


_Wanted = tuple[LayerKind, str, str | None]


def _of_user(repository: Repository, user: str) -> list[_Wanted]:
    layout = repository.layout
    kinds: tuple[LayerKind, ...] = ("base", "global")
    wanted: list[_Wanted] = [(k, user, None) for k in kinds if layout.find(user, k) is None]
    known = [host for host in hosts(repository).values() if host.exists]
    without = [h.name for h in known if layout.find(user, "host", h.name) is None]
    # Where the user has a home already, a layer is likelier to be wanted.
    without.sort(key=lambda name: not any(t.user == user for t in hosts(repository)[name].targets))
    return wanted + [("host", user, name) for name in without[:_MOST_HOSTS]]


def _of_system(repository: Repository, path: str) -> list[_Wanted]:
    """For a system's own folder, the users that have no layer for it."""
    layout = repository.layout
    host = next(
        (name for name, folder in layout.systems.items() if path.startswith(f"{folder}/")), None
    )
    if host is None:
        return []
    missing = [user for user in layout.users if layout.find(user, "host", host) is None]
    return [("host", user, host) for user in missing[:_MOST_HOSTS]]


def _account_at(view: View, path: str, offset: int) -> str | None:
    """The name of `users.users.<name>` at the cursor."""
    source = view.source(path)
    context = None if source is None else context_at(source, offset)
    if isinstance(context, BindingName) and context.path[:-1] in _ACCOUNTS:
        return context.path[-1]
    return None


def _free_name(repository: Repository) -> str:
    """A name for a user whose real one the editor's rename gives later."""
    taken = users(repository)
    if "newuser" not in taken:
        return "newuser"
    return next(n for i in itertools.count(2) if (n := f"newuser{i}") not in taken)


def _action(repository: Repository, kind: LayerKind, user: str, host: str | None) -> Action | None:
    made = new_layer(repository, user, kind, host)
    if not isinstance(made, NewLayer):
        return None
    edit = WorkspaceEdit((CreateFile(made.entry, layer_text(repository, made)),))
    return Action(_title(repository, made), "source", edit)


def _title(repository: Repository, layer: NewLayer) -> str:
    where = repository.files.relative(layer.entry).rpartition("/")[0]
    is_new = layer.user not in users(repository)
    match layer.kind:
        case "base" if is_new:
            return f"New user {layer.user} ({where})"
        case "host":
            return f"New host layer for {layer.user} on {layer.host} ({where})"
        case kind:
            return f"New {kind} layer for {layer.user} ({where})"
