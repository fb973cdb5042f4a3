"""`hmls check`: all problems of a flake, in the formats that tools read."""

from __future__ import annotations

import os
from typing import Any, Literal
from urllib.parse import quote

from hmls import __version__
from hmls.homes.git import find_git_root
from hmls.homes.workspace import View
from hmls.ide.diagnostics import CODES, Diagnostic, diagnose_all
from hmls.syntax.text import LineIndex

_SARIF_LEVELS = {"error": "error", "warning": "warning", "information": "note", "hint": "note"}
_GITHUB_LEVELS = {"error": "error", "warning": "warning", "information": "notice", "hint": "notice"}
_COLOURS = {"error": "red", "warning": "yellow", "information": "blue", "hint": "dim"}


Format = Literal["text", "json", "sarif", "github"]


def check_json(view: View, output: Format = "json") -> dict[str, Any]:
    """The problems; lines and columns count from one, columns in code points, ends exclusive.

    Files are named as who reads the format looks for them: relative to their flake in JSON, to the
    git repository on GitHub and in SARIF, to the current folder in text.
    """
    return {
        "diagnostics": [
            _problem(view, _named(diagnostic.path, repository.root, output), diagnostic)
            for repository in view.repositories.values()
            for diagnostic in diagnose_all(view, repository)
            # A flake inside of another tells of its own files itself.
            if view.repository(diagnostic.path) in (repository, None)
        ]
    }


def _named(path: str, root: str, output: Format) -> str:
    if output == "text":
        here = os.getcwd()
        return os.path.relpath(path, here) if path.startswith(here.rstrip("/") + "/") else path
    base = root if output == "json" else find_git_root(root) or root
    return os.path.relpath(path, base).replace(os.sep, "/")


def _problem(view: View, file: str, diagnostic: Diagnostic) -> dict[str, Any]:
    source = view.source(diagnostic.path)
    lines = source.lines if source is not None else LineIndex(b"")
    line, column = lines.position(diagnostic.start, "utf-32")
    end_line, end_column = lines.position(diagnostic.end, "utf-32")
    return {
        "file": file,
        "line": line + 1,
        "column": column + 1,
        "end_line": end_line + 1,
        "end_column": end_column + 1,
        "severity": diagnostic.level,
        "code": diagnostic.code.name,
        "message": diagnostic.message,
    }


def print_check(data: dict[str, Any], output: Format) -> None:
    problems = data["diagnostics"]
    match output:
        case "sarif":
            _print_sarif(problems)
        case "github":
            _print_github(problems)
        case _:
            _print_text(problems)


def _print_text(problems: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True, emoji=False)
    for problem in problems:
        colour = _COLOURS[problem["severity"]]
        place = f"{problem['file']}:{problem['line']}:{problem['column']}"
        console.print(
            f"[bold]{escape(place)}[/bold] [{colour}]{problem['severity']}[/{colour}] "
            f"{escape(problem['message'])} [dim]{problem['code']}[/dim]"
        )
    errors = sum(problem["severity"] == "error" for problem in problems)
    if not problems:
        console.print("no problems")
        return
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    console.print(f"{count}, {errors} of them errors" if errors else count)


def _print_github(problems: list[dict[str, Any]]) -> None:
    """Workflow commands, which GitHub shows as annotations."""
    import sys

    for problem in problems:
        level = _GITHUB_LEVELS[problem["severity"]]
        message = _escaped(problem["message"])
        fields = (
            f"file={_escaped(problem['file'], in_field=True)},line={problem['line']},"
            f"endLine={problem['end_line']},col={problem['column']},"
            f"endColumn={problem['end_column']},title={problem['code']}"
        )
        sys.stdout.write(f"::{level} {fields}::{message}\n")


def _escaped(text: str, *, in_field: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_field else text


def _print_sarif(problems: list[dict[str, Any]]) -> None:
    """Source: SARIF 2.1.0."""
    import json
    import sys

    driver = {
        "name": "hmls",
        "version": __version__,
        "rules": [{"id": code.name, "shortDescription": {"text": code.title}} for code in CODES],
    }
    results = [
        {
            "ruleId": problem["code"],
            "level": _SARIF_LEVELS[problem["severity"]],
            "message": {"text": problem["message"]},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(os.fsencode(problem["file"]))},
                        "region": {
                            "startLine": problem["line"],
                            "startColumn": problem["column"],
                            "endLine": problem["end_line"],
                            "endColumn": problem["end_column"],
                        },
                    }
                }
            ],
        }
        for problem in problems
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
        ],
    }
    json.dump(log, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
