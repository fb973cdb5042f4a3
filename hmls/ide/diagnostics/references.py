"""Flake references in strings that deploy nothing: `.#alice@workstation`.

So does `.#homeConfigurations."alice@workstation".activationPackage`.
"""

from __future__ import annotations

import re

from hmls.homes.people import hosts, users
from hmls.homes.repository import Repository
from hmls.ide.diagnostics.registry import NOT_STANDALONE, Diagnostic, Fix
from hmls.ide.types import TextEdit, WorkspaceEdit
from hmls.syntax.parse import named_at

_REFERENCE = re.compile(
    rb"#(?P<set>homeConfigurations\.)?(?P<quote>\\?[\"'])?"
    rb"(?P<user>[A-Za-z0-9_.-]+)@(?P<host>(?(set)(?(quote)[A-Za-z0-9_.-]+|[A-Za-z0-9_-]+)|[A-Za-z0-9_.-]+))"
)


def diagnose(repository: Repository, path: str) -> list[Diagnostic]:
    text = repository.index[path].text
    if b"#" not in text or b"@" not in text:
        return []
    source = repository.files.source(path)
    if source is None:
        return []
    found: list[Diagnostic] = []
    for match in _REFERENCE.finditer(text):
        start, end = match.start("user"), match.end("host")
        node = named_at(source, start, end)
        if node is None or node.type != "string_fragment":
            continue
        user, host = match["user"].decode(), match["host"].decode()
        diagnostic = _check(repository, path, user, host, start, end, match["set"] is not None)
        if diagnostic is not None:
            found.append(diagnostic)
    return found


def _check(
    repository: Repository,
    path: str,
    user: str,
    host: str,
    start: int,
    end: int,
    among_homes: bool,
) -> Diagnostic | None:
    known = users(repository).get(user)
    name = f"{user}@{host}"
    if known is None or any(target.output_name == name for target in known.standalone):
        return None
    if host == "global" and known.standalone:
        edit = WorkspaceEdit((TextEdit(path, start, end, user),))
        fix = Fix(f"Change to {user}, the standalone home", edit, is_preferred=True)
        message = f"{name} is a layer of the standalone home {user}, and no home by itself"
        return Diagnostic(path, start, end, NOT_STANDALONE, message, fixes=(fix,))
    machine = hosts(repository).get(host)
    if machine is None or not machine.exists:
        return None
    message = (
        f"{name} is no standalone home. What {user} has on {host} is deployed with the system: "
        f"nixos-rebuild switch --flake .#{host}"
    )
    fixes = []
    if known.standalone:
        edit = WorkspaceEdit((TextEdit(path, start, end, user),))
        fixes.append(Fix(f"Change to {user}, the standalone home", edit))
    if not among_homes:
        edit = WorkspaceEdit((TextEdit(path, start, end, host),))
        fixes.append(Fix(f"Change to {host}, the system", edit))
    return Diagnostic(path, start, end, NOT_STANDALONE, message, fixes=tuple(fixes))
