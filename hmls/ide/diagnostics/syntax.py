"""What is no Nix: errors of the grammar, and what Nix refuses when it reads a file."""

from __future__ import annotations

from hmls.homes.repository import Repository
from hmls.ide.diagnostics.registry import SYNTAX_ERROR, Diagnostic
from hmls.lang.check import refusal, static_problems


def diagnose(repository: Repository, path: str) -> list[Diagnostic]:
    problems = repository.index[path].problems
    source = repository.files.source(path)
    if source is None:
        return []
    if problems:
        # Nix's own words for the first error come before the places that tree-sitter marks.
        first = refusal(source, path)
        problems = (first,) if first is not None else problems
    else:
        problems = tuple(static_problems(source, path))
    return [
        Diagnostic(path, problem.start_byte, problem.end_byte, SYNTAX_ERROR, problem.message)
        for problem in problems
    ]
