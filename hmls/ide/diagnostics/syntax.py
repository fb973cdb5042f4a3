"""What is no Nix: errors of the grammar, and what Nix refuses when it reads a file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hmls.homes.membership import space_of
from hmls.homes.repository import Repository
from hmls.homes.written import argument_names
from hmls.ide.diagnostics.registry import (
    LARGE_FILE,
    SYNTAX_ERROR,
    UNDEFINED_VARIABLE,
    Diagnostic,
    Fix,
)
from hmls.ide.types import TextEdit, WorkspaceEdit, text_edits
from hmls.lang.check import refusal, static_problems
from hmls.lang.interp import GIT_CRYPT
from hmls.syntax.local_rename import Replacement
from hmls.syntax.parse import MAX_BYTES, Source, SyntaxProblem, named_at, parse
from hmls.syntax.scopes import binders_at
from hmls.syntax.wrapping import add_argument

_UNDEFINED = re.compile(r"undefined variable '([^']+)'")
_MOST_WITH_FIXES = 50
"""Problems of one file that fixes are sought for."""
_MODULE_ARGUMENTS = frozenset(("lib", "pkgs", "config", "options", "modulesPath"))
"""What every module can ask for."""
_HOME_ARGUMENTS = frozenset(("osConfig",))
"""What Home Manager gives those of a home besides: null where there is no host."""


def diagnose(repository: Repository, path: str) -> list[Diagnostic]:
    problems = repository.index[path].problems
    source = repository.files.source(path)
    if source is None:
        return []
    if len(source.text) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES >> 20} MiB: what it says is not known here"
        return [Diagnostic(path, 0, 0, LARGE_FILE, message)]
    if b"\0" in source.text[:8000]:
        return [_binary(path, source.text)]
    if problems:
        # Nix's own words for the first error come before the places that tree-sitter marks.
        first = refusal(source, path)
        problems = (first,) if first is not None else problems
    else:
        problems = tuple(static_problems(source, path))
    taken: dict[str, _Taken | None] = {}
    return [
        _diagnostic(repository, path, source, problem, taken if i < _MOST_WITH_FIXES else None)
        for i, problem in enumerate(problems)
    ]


def _binary(path: str, text: bytes) -> Diagnostic:
    if text.startswith(GIT_CRYPT):
        message = "the file is encrypted by git-crypt, so what it says is not known here"
        return Diagnostic(path, 0, 0, SYNTAX_ERROR, message, severity="information")
    return Diagnostic(path, 0, 0, SYNTAX_ERROR, "the file is binary: Nix cannot read it")


def _diagnostic(
    repository: Repository,
    path: str,
    source: Source,
    problem: SyntaxProblem,
    taken: dict[str, _Taken | None] | None,
) -> Diagnostic:
    """A problem with its fixes; without, where nothing is given to remember them in."""
    start, end = problem.start_byte, problem.end_byte
    match = _UNDEFINED.match(problem.message)
    if match is None:
        message = problem.message.replace(path, path.rpartition("/")[2])
        return Diagnostic(path, start, end, SYNTAX_ERROR, message)
    name = match[1]
    fixes: tuple[Fix, ...] = ()
    if taken is not None:
        if name not in taken:
            taken[name] = _as_argument(repository, path, source, name)
        fixes = _fixes(path, source, name, start, end, taken[name])
    return Diagnostic(path, start, end, UNDEFINED_VARIABLE, problem.message, fixes=fixes)


@dataclass(frozen=True, slots=True)
class _Taken:
    """An argument that the function of a file could take, and where it would help: the first byte
    of each variable that is defined then.
    """

    added: Replacement
    helped: frozenset[int]


def _as_argument(repository: Repository, path: str, source: Source, name: str) -> _Taken | None:
    """Whether and where it helps to take an argument, for which the whole text is looked at."""
    added = add_argument(source, name) if _is_given(repository, path, name) else None
    if added is None:
        return None
    text = added.text.encode()
    changed = parse(source.text[: added.start] + text + source.text[added.end :])
    longer = len(text) - (added.end - added.start)
    before = {problem.start_byte for problem in static_problems(source, path)}
    after = {problem.start_byte for problem in static_problems(changed, path)}
    moved = {start + longer if start >= added.start else start: start for start in before}
    if len(after) >= len(before):
        return None
    return _Taken(added, frozenset(start for there, start in moved.items() if there not in after))


def _fixes(
    path: str, source: Source, name: str, start: int, end: int, taken: _Taken | None
) -> tuple[Fix, ...]:
    from rapidfuzz import process

    fixes: list[Fix] = []
    if taken is not None and start in taken.helped:
        edit = text_edits(path, (taken.added,))
        fixes.append(Fix(f"Take {name} as an argument", edit, None, True))
    node = named_at(source, start, end)
    known = [] if node is None else list(dict.fromkeys(b.name for b in binders_at(node)))
    for other, _, _ in process.extract(name, known, limit=2, score_cutoff=70):
        renamed = WorkspaceEdit((TextEdit(path, start, end, other),))
        fixes.append(Fix(f"Change to {other}", renamed))
    return tuple(fixes)


def _is_given(repository: Repository, path: str, name: str) -> bool:
    """Whether the function of a file can take an argument of a name."""
    if name in _MODULE_ARGUMENTS:
        return True
    space = space_of(repository, path)
    if space is None:
        return False
    is_of_home = space == "home" and name in _HOME_ARGUMENTS
    return is_of_home or name in argument_names(repository, path)
